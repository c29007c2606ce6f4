// Each control that the window offers has a script that presses it.
#include "layers/control_labels.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "support/catch.h"
#include "support/temp_folder.h"

namespace fs = std::filesystem;
using namespace studio;

namespace {

const fs::path Tree = STUDIO_TREE;

std::string all_scripts() {
  std::string text;
  for (const char* folder : {"tests/ui", "tests/window"}) {
    for (const auto& entry : fs::directory_iterator(Tree / folder)) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
      std::ifstream in(entry.path());
      text.append(std::istreambuf_iterator<char>(in), {});
    }
  }
  return text;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("Each control of the window is named by a script, computed labels by what they can be") {
  const auto labels = control_labels(Tree / "app/panels");
  // So many at least: the reading itself has not broken.
  CHECK(labels.size() > 150);
  const auto objections = controls_without_a_script(labels, read_computed_labels(Tree / "tests/layers/control_labels.txt"), all_scripts());
  INFO(joined(objections));
  CHECK(objections.empty());
}

TEST_CASE("A control without a script is named, with its file and line, and so is a computed label that nobody knows") {
  const TempFolder folder;
  std::ofstream(folder.path() / "new_panel.cpp") << R"cpp(bool icon_button_at(const Ui& ui, const char* label, Icon icon, Rect box);
void draw() {
  if (icon_button_at(ui, "Burn, it (all)", Icon::Trash, rect_at(x, y, w, h))) burn();
  if (chip(ui, (std::string("fire ") + name).c_str(), name, on)) light();
  const Press press = press_area_at(
      can ? "Yes" : "No", box);
  if (list_row(ui, model->id.c_str(), model->label, "", "", false, w)) choose();
}
)cpp";
  const auto labels = control_labels(folder.path());
  REQUIRE(labels.size() == 5);
  CHECK(labels[0].text == "Burn, it (all)");
  CHECK(labels[0].line == 3);
  CHECK(labels[1].text == "fire ");
  CHECK(labels[1].is_part);
  CHECK(labels[2].text == "Yes");
  CHECK(labels[3].text == "No");
  CHECK(labels[4].text == "model->id.c_str()");
  CHECK(labels[4].is_computed);

  const std::string tests = R"cpp(ctx->ItemClick("//New/Burn, it (all) now"); ctx->ItemClick("**/fire 3"); ctx->ItemClick("//New/Yes");)cpp";
  CHECK(controls_without_a_script(labels, {}, tests) ==
        std::vector<std::string>{"new_panel.cpp:3: no script presses \"Burn, it (all)\"", "new_panel.cpp:5: no script presses \"No\"",
                                 "new_panel.cpp:7: control_labels.txt does not say what the label `model->id.c_str()` can be"});
  const ComputedLabels known = {{{"new_panel.cpp", "model->id.c_str()"}, {"flux", "burn*"}}, {{"gone.cpp", "label"}, {"x"}}};
  CHECK(controls_without_a_script(labels, known, tests + R"cpp("Burn, it (all)" "/No" "/flux-2")cpp") ==
        std::vector<std::string>{"new_panel.cpp:7: no script presses \"flux\"", "new_panel.cpp:7: no script presses \"burn*\"",
                                 "control_labels.txt: nothing in gone.cpp has the label `label` any more"});
}
