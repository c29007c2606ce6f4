#include "model/naming.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("a template fills its tokens") {
  const NameParts parts{"Film", "a red boat", "42", "sandbox-flux", "003", "2026-11-21", "a12"};
  CHECK(name_from_template("{project}-{n}-{prompt}", parts).value() == "Film-003-a red boat");
  CHECK(name_from_template("{id}_{seed}_{model}_{date}", parts).value() == "a12_42_sandbox-flux_2026-11-21");
}

TEST_CASE("what came from a file is called like it, without its extension") {
  CHECK(words_for_name("a boat", "x.png") == "a boat");
  CHECK(words_for_name("", "x.png") == "x");
  CHECK(words_for_name("", "harbour.at.dawn.JPEG") == "harbour.at.dawn");
  CHECK(words_for_name("", "take 1.5") == "take 1.5");
  CHECK(words_for_name("", ".png") == ".png");
  CHECK(words_for_name("", "") == "");
}

TEST_CASE("an unknown token is refused and the known ones are listed") {
  const auto result = name_from_template("{promt}", {});
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("{promt}") != std::string::npos);
  CHECK(result.error().message.find("{prompt}") != std::string::npos);
  CHECK_FALSE(name_from_template("{prompt", {}));
}

TEST_CASE("no prompt, project or template leaves the folder", "[fault-57]") {
  NameParts parts;
  parts.project = "..";
  parts.prompt = "../../etc/passwd";
  for (const char* name_template : {"{prompt}", "../{prompt}", "/{project}/{prompt}", "{project}", "....//{prompt}"}) {
    const std::string name = name_from_template(name_template, parts).value();
    CHECK(name.find('/') == std::string::npos);
    CHECK_FALSE(name.starts_with('.'));
    CHECK_FALSE(name.empty());
  }
  parts.prompt = std::string(4096, 'x');
  CHECK(name_from_template("{prompt}{prompt}{prompt}", parts).value().size() <= 120);
}

TEST_CASE("named ratios have about a megapixel and the right shape") {
  for (const auto& [aspect, ratio] : {std::pair{"9:16", 9.0 / 16}, {"16:9", 16.0 / 9}, {"1:1", 1.0}, {"4:3", 4.0 / 3}, {"3:4", 3.0 / 4}}) {
    const auto size = size_from_aspect(aspect);
    REQUIRE(size);
    CHECK(std::abs(static_cast<double>(size->width) / size->height / ratio - 1) < 0.04);
    CHECK(size->width % 64 == 0);
    CHECK(std::abs(static_cast<double>(size->width) * size->height / 1e6 - 1.03) < 0.06);
  }
}

TEST_CASE("custom sizes and ratios are taken, nonsense is not") {
  CHECK(size_from_aspect("640x360") == Size{640, 360});
  CHECK(size_from_aspect("21:9").has_value());
  for (const char* nonsense : {"", "16", "16:", ":9", "0x5", "-1x5", "16:0", "100:1", "ax9", "5x5x5", "16:9 "}) CHECK_FALSE(size_from_aspect(nonsense));
}
