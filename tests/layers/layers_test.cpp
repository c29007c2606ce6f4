// The house's layers hold: every include of core/ and app/ is one that layers.txt allows.
#include "layers/layer_table.h"
#include "support/catch.h"
#include "support/temp_folder.h"

#include <fstream>

namespace fs = std::filesystem;
using namespace studio;

namespace {

const fs::path Tree = STUDIO_TREE;

LayerTable the_table() { return read_layer_table(Tree / "tests/layers/layers.txt"); }

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

// A copy of core/ and app/ in a folder of its own, which a test may spoil.
struct CopiedTree {
  CopiedTree() {
    for (const char* root : {"core", "app"}) fs::copy(Tree / root, folder.path() / root, fs::copy_options::recursive);
  }
  void append(const std::string& file, const std::string& line) const {
    std::ofstream out(folder.path() / file, std::ios::app);
    out << line << "\n";
    REQUIRE(out.good());
  }
  TempFolder folder;
};

// Adds one line to one file of a copy; the objection must name that file and that header, and be the only one.
void check_objection(const std::string& file, const std::string& line, const std::string& header, const std::string& why) {
  CopiedTree copy;
  const auto before = offending_includes(the_table(), copy.folder.path());
  copy.append(file, line);
  auto after = offending_includes(the_table(), copy.folder.path());
  INFO(file << " + " << line << "\n" << joined(after));
  REQUIRE(after.size() == before.size() + 1);
  const auto added = std::find_if(after.begin(), after.end(), [&](const std::string& each) {
    return std::find(before.begin(), before.end(), each) == before.end();
  });
  REQUIRE(added != after.end());
  CHECK(added->find(file + ":") == 0);
  CHECK(added->find(header) != std::string::npos);
  CHECK(added->find(why) != std::string::npos);
}

}  // namespace

TEST_CASE("no include climbs or leaves its room's table") {
  const auto found = offending_includes(the_table(), Tree);
  INFO(joined(found));
  CHECK(found.empty());
}

TEST_CASE("an include that climbs is found and named") {
  check_objection("core/base/text.h", "#include \"model/asset.h\"", "model/asset.h", "room base may not include room model");
  check_objection("core/jobs/life.h", "  #  include \"store/ledger.h\"", "store/ledger.h", "room jobs may not include room store");
  check_objection("core/providers/provider.h", "#include \"http/http_client.h\"", "http/http_client.h",
                  "room providers may not include room http");
  check_objection("core/engine/studio.cpp", "#include \"sandbox/sandbox.h\"", "sandbox/sandbox.h",
                  "room engine may not include room sandbox");
}

TEST_CASE("core that includes app is found, by either spelling") {
  check_objection("core/model/asset.cpp", "#include \"gpu/gpu.h\"", "gpu/gpu.h", "core cannot see app");
  check_objection("core/model/asset.cpp", "#include \"../../app/gpu/gpu.h\"", "app/gpu/gpu.h", "core cannot see app");
}

TEST_CASE("an outside library in the wrong room is found") {
  check_objection("core/model/asset.cpp", "#include <sqlite3.h>", "sqlite3.h", "room model may not include sqlite");
  check_objection("core/store/ledger.h", "#include <curl/curl.h>", "curl/curl.h", "room store may not include curl");
  check_objection("core/jobs/life.cpp", "#include <unistd.h>", "unistd.h", "room jobs may not include posix");
}

TEST_CASE("a header kept for the media child is found elsewhere") {
  check_objection("core/sandbox/server.cpp", "#include \"media/video_reader.h\"", "media/video_reader.h", "only some rooms");
}

TEST_CASE("a library that is not in the table, a room that is not and a hidden include are found") {
  check_objection("core/base/text.cpp", "#include <boost/any.hpp>", "boost/any.hpp", "neither a header of ours");
  check_objection("core/base/text.cpp", "#include SOME_HEADER", "text.cpp", "must name its header");
  CopiedTree copy;
  fs::create_directories(copy.folder.path() / "core/attic");
  copy.append("core/attic/thing.h", "#pragma once");
  CHECK(joined(offending_includes(the_table(), copy.folder.path())).find("core/attic/thing.h: this file lies in no room") !=
        std::string::npos);
}

TEST_CASE("a layer table with a typing error is refused") {
  TempFolder folder;
  const auto refused = [&](const std::string& text) {
    std::ofstream(folder.path() / "layers.txt") << text;
    try {
      read_layer_table(folder.path() / "layers.txt");
    } catch (const std::runtime_error&) {
      return true;
    }
    return false;
  };
  CHECK_FALSE(refused("room base : :\nroom model : base :\n"));
  CHECK(refused("room base : :\nroom model : bsae :\n"));
  CHECK(refused("room base : : sqlight\n"));
  CHECK(refused("roam base : :\n"));
}
