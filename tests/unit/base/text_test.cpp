#include "base/text.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("UTF-8 is judged by the Unicode table of well-formed sequences") {
  CHECK(is_valid_utf8("plain"));
  CHECK(is_valid_utf8("日本語 на русском عربي 🎬"));
  CHECK_FALSE(is_valid_utf8("\xC0\xAF"));          // overlong '/'
  CHECK_FALSE(is_valid_utf8("\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  CHECK_FALSE(is_valid_utf8("cut \xE6\x97"));
}

TEST_CASE("a file name made from any text stays one safe component", "[fault-57]") {
  CHECK(safe_file_name("../../etc/passwd") == "etc-passwd" );
  CHECK(safe_file_name("/abs") == "abs");
  CHECK(safe_file_name("..") == "unnamed");
  CHECK(safe_file_name("") == "unnamed");
  CHECK(safe_file_name("-rf") == "rf");
  CHECK(safe_file_name("CON.txt") == "_CON.txt");
  CHECK(safe_file_name(std::string("a\0b", 3)) == "a-b");
  CHECK(safe_file_name("x\u202Egpj.exe") == "x-gpj.exe");
  CHECK(safe_file_name("夜の街") == "夜の街");
  const std::string cut = safe_file_name(std::string(4096, 'a') + "é");
  CHECK(cut.size() == 120);
  const std::string wide = safe_file_name([] { std::string s; for (int i = 0; i < 200; ++i) s += "é"; return s; }());
  CHECK(wide.size() == 120);
  CHECK(is_valid_utf8(wide));
}

TEST_CASE("durations and sizes are written for people") {
  CHECK(format_duration(5) == "5.0 s");
  CHECK(format_duration(41) == "0:41");
  CHECK(format_duration(3723) == "1:02:03");
  CHECK(format_bytes(999) == "999 B");
  CHECK(format_bytes(4'100'000) == "4.1 MB");
}

TEST_CASE("shortened text counts characters, not bytes") {
  CHECK(shortened("日本語です", 3) == "日本語…");
  CHECK(shortened("short", 10) == "short");
}
