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

TEST_CASE("text from anywhere stays one line of a terminal and steers nothing") {
  CHECK(on_one_line("夜の街 🎬, plain") == "夜の街 🎬, plain");
  CHECK(on_one_line("a\nb\r\tc\u0085d\u2028e") == "a b  c d e");
  CHECK(on_one_line("\x1b[2J\x07\x7f\u009b1m") == "\uFFFD[2J\uFFFD\uFFFD\uFFFD1m");
  CHECK(on_one_line(std::string("a\0b", 3)) == "a\uFFFDb");
  CHECK(on_one_line("x\u202Egpj.exe") == "x\uFFFDgpj.exe");
  CHECK(on_one_line("cut \xE6\x97") == "cut \uFFFD\uFFFD");
}

TEST_CASE("numbers in JSON are written out, words are left alone") {
  CHECK(without_exponents(R"({"cost":4e-06,"of":[1E+3,-2.5e-07,0.04,12],"ok":true})") == R"({"cost":0.000004,"of":[1000,-0.00000025,0.04,12],"ok":true})");
  CHECK(without_exponents(R"({"prompt":"1e-06 \" 2e5 \\","7e1":null})") == R"({"prompt":"1e-06 \" 2e5 \\","7e1":null})");
  CHECK(without_exponents("1e-06") == "0.000001");
  CHECK(without_exponents("1e999") == "1e999");  // no double: nobody's number
  CHECK(without_exponents(R"("cut \)") == R"("cut \)");
}
