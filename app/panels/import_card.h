// The card that says how an import goes, and what came of it. Floats above the selection bar.
#pragma once

#include <string>
#include <vector>

#include "panels/panel_context.h"

namespace studio {

// Several imports under way at the same time are one to the user: their numbers are added.
struct ImportState {
  struct Failure {
    std::string name, reason;
  };
  int searches = 0;       // folders are being looked through
  std::size_t found = 0;  // files so far, in the search that told last
  int imports = 0;        // under way
  int done = 0, total = 0;
  double eta_secs = 0;

  int imported = 0;
  std::vector<std::string> known;  // names of files that were in the project already
  std::vector<Failure> failures;
  int links = 0;  // not followed
  bool is_cut = false;
  bool is_shown = false;
  bool unfolds_known = false;
  double over_since_secs = 0;  // 0: not over, or not drawn since

  bool is_under_way() const { return searches > 0 || imports > 0; }
  // A card that has to be read stays until it is closed.
  bool needs_reading() const { return !failures.empty() || !known.empty() || is_cut; }
};

// A further import begins; what the last one left on the card goes, unless that is still under way.
void begin_import(ImportState& state);
void fail_import(ImportState& state, const std::string& path, const Error& error);
void count_import(ImportState& state, const CommandReply& reply);
// "Imported 31 files", "Nothing was imported"; said when all is over.
std::string import_headline(const ImportState& state);
std::string import_details(const ImportState& state);  // "2 were here already · 1 failed"; empty: nothing to add

// The lower right corner of the card stands at `corner`.
void draw_import_card(ImportState& state, const Ui& ui, ImVec2 corner, float max_height);

}  // namespace studio
