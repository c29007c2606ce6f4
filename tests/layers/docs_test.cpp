// What the documents point to is there: every link and picture of README.md and docs/*.md, and the pictures of docs/screens are
// ones that ./check screens makes.
#include <fstream>
#include <iterator>
#include <regex>

#include "support/catch.h"

namespace fs = std::filesystem;

namespace {

const fs::path Tree = STUDIO_TREE;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Link {
  fs::path document;
  std::string target;  // as it is written, without what follows a #
};

std::vector<Link> links_of(const fs::path& document) {
  static const std::regex link(R"(\]\(([^)\s]+)\))");
  const std::string text = text_of(document);
  std::vector<Link> links;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), link); at != std::sregex_iterator(); ++at) {
    std::string target = (*at)[1];
    if (target.starts_with("http://") || target.starts_with("https://") || target.starts_with("#")) continue;
    links.push_back({document, target.substr(0, target.find('#'))});
  }
  return links;
}

std::vector<Link> all_links() {
  std::vector<Link> links = links_of(Tree / "README.md");
  for (const auto& entry : fs::directory_iterator(Tree / "docs"))
    if (entry.path().extension() == ".md")
      for (Link& each : links_of(entry.path())) links.push_back(std::move(each));
  return links;
}

std::string missing_of(const std::vector<Link>& links) {
  std::string missing;
  for (const Link& link : links)
    if (!fs::exists(link.document.parent_path() / link.target))
      missing += fs::relative(link.document, Tree).string() + ": " + link.target + "\n";
  return missing;
}

// What tests call the pictures they save: whole names, and the parts of those that are put together.
std::vector<std::string> saved_names() {
  static const std::regex call(R"rx(save_picture\(([^;]*)\);)rx"), literal(R"rx("([a-z0-9-]+)")rx");
  std::vector<std::string> names;
  for (const char* folder : {"tests/ui", "tests/window"})
    for (const auto& entry : fs::directory_iterator(Tree / folder)) {
      if (entry.path().extension() != ".cpp") continue;
      const std::string text = text_of(entry.path());
      for (auto at = std::sregex_iterator(text.begin(), text.end(), call); at != std::sregex_iterator(); ++at) {
        const std::string words = (*at)[1];
        for (auto name = std::sregex_iterator(words.begin(), words.end(), literal); name != std::sregex_iterator(); ++name)
          names.push_back((*name)[1]);
      }
    }
  return names;
}

}  // namespace

TEST_CASE("every link and picture of the documents is there") {
  const auto links = all_links();
  CHECK(links.size() > 20);
  const std::string missing = missing_of(links);
  INFO(missing);
  CHECK(missing.empty());
  // It would notice one.
  CHECK_FALSE(missing_of({{Tree / "README.md", "docs/no-such-picture.jpg"}}).empty());
}

TEST_CASE("the pictures that documents show of the window are made by its tests") {
  const auto names = saved_names();
  std::string unknown;
  for (const Link& link : all_links()) {
    if (!link.target.starts_with("screens/")) continue;
    const std::string picture = fs::path(link.target).stem().string();
    const bool is_made = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return picture == name || (name.ends_with('-') && picture.starts_with(name)) || (name.starts_with('-') && picture.ends_with(name));
    });
    if (!is_made) unknown += link.target + "\n";
  }
  INFO(unknown);
  CHECK(unknown.empty());
}
