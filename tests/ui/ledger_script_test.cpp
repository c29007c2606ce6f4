// The ledger in the window: its sums are those of the program without a window, it filters, copies, and stays quick.
#include <imgui.h>
#include <imgui_te_context.h>

#include <nlohmann/json.hpp>

#include "base/paths.h"
#include "support/catch.h"
#include "support/process.h"
#include "ui/stage.h"

using namespace studio;

namespace {

const Library& library(Stage& stage) { return stage.app().studio()->view().library; }

// What the program without a window says of the play money of this project.
nlohmann::json play_costs(const std::filesystem::path& project) {
  const auto result = run_program({(program_folder() / "studio_headless").string(), "costs", "--project", project.string(), "--json"});
  REQUIRE(result.exit_code == 0);
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);)
    if (const auto json = nlohmann::json::parse(line); json.at("currency") == "play") return json;
  FAIL("costs says nothing of play money");
  return {};
}

}  // namespace

TEST_CASE("Ledger: its sums are those of costs, an entry leads to its picture, a run to its entries, all is copied as CSV") {
  Stage stage;
  const auto project = stage.open_fresh_project();
  const bool passed = stage.play("ledger", [&](ImGuiTestContext* ctx) {
    GenerateCommand command;
    command.prompt = "a boat, far out";
    command.count = 3;
    command.size = {256, 256};
    stage.app().send()(command, {});
    IM_CHECK(stage.wait_until(ctx, [&] {
      int done = 0;
      for (const Item& item : library(stage).items) done += item.has_poster ? 1 : 0;
      return done == 3;
    }));
    ctx->ItemClick("//##app bar/Money");
    LedgerState& ledger = stage.app().ledger();
    IM_CHECK(stage.wait_until(ctx, [&] {
      return ledger.is_open && stage.app().money_book()->is_complete() && ledger.index.is_done(*stage.app().money_book()) &&
             ledger.index.sum().reserved.micros == 0 && ledger.index.sum().jobs == 3;
    }));
    const auto costs = play_costs(project);
    IM_CHECK_EQ(ledger.index.sum().spent.dollars(), costs.at("settled").get<double>());
    IM_CHECK_EQ(ledger.index.sum().reserved.dollars(), costs.at("reserved").get<double>());
    IM_CHECK_EQ(stage.app().money_book()->sums(Currency::Play).today.dollars(), costs.at("today").get<double>());
    IM_CHECK_GT(ledger.index.sum().spent.micros, 0);
    ctx->Yield(2);
    stage.save_picture("ledger");
    ctx->Yield(2);
    for (const char* view : {"By day", "By model", "By provider", "By run"}) {
      ctx->ItemClick((std::string("//Ledger/") + view).c_str());
      ctx->Yield(2);
      IM_CHECK_EQ(ledger.rows_drawn, 1);
    }
    stage.save_picture("ledger-runs");
    ctx->Yield(2);
    ctx->ItemClick("//Ledger/**/group g1");
    ctx->Yield(3);
    IM_CHECK(ledger.view == LedgerView::Entries);
    IM_CHECK_EQ(ledger.index.entries().size(), static_cast<std::size_t>(ledger.rows_drawn));
    ctx->ItemClick("//Ledger/By day");
    ctx->Yield(2);
    ctx->ItemClick("//Ledger/Entries");
    ctx->Yield(2);
    IM_CHECK(ledger.view == LedgerView::Entries);
    ctx->ItemClick("//Ledger/##ledger filter");
    ctx->KeyCharsReplace("whale");
    ctx->Yield(3);
    IM_CHECK_EQ(ledger.rows_drawn, 0);
    ctx->ItemClick("//Ledger/Clear filter");
    ctx->Yield(3);
    ctx->ItemClick("//Ledger/Copy as CSV");
    ctx->Yield(3);
    const std::string copied = ImGui::GetClipboardText();
    IM_CHECK_EQ(std::count(copied.begin(), copied.end(), '\n'), std::ssize(ledger.index.entries()) + 1);
    IM_CHECK(copied.find("\"a boat, far out\"") != std::string::npos);
    ctx->ItemClick("//Ledger/Real money");
    ctx->Yield(3);
    IM_CHECK_EQ(ledger.rows_drawn, 0);
    ctx->ItemClick("//Ledger/Play money");
    ctx->Yield(3);
    stage.app().state().selection.reset();
    ctx->ItemClick("//Ledger/**/entry 1");
    ctx->Yield(3);
    IM_CHECK(!ledger.is_open);
    IM_CHECK(stage.app().state().selection.count() == 1);
    // By its key and back.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_B);
    ctx->Yield(3);
    IM_CHECK(ledger.is_open);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(3);
    IM_CHECK(!ledger.is_open);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_B);
    ctx->Yield(3);
    ctx->ItemClick("//Ledger/Close##ledger");
    ctx->Yield(3);
    IM_CHECK(!ledger.is_open);
  });
  CHECK(passed);
}

TEST_CASE("Ledger: of 100,000 entries only what is in sight is drawn, and nothing is looked at twice") {
  Stage stage({1280, 720, 1.0f, true, true});
  stage.open_fresh_project();
  const bool passed = stage.play("many", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    LedgerState& ledger = stage.app().ledger();
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_B);
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().money_book()->is_complete(); }));
    MoneyPage page;
    for (std::int64_t n = 1; n <= 100'000; ++n) {
      MoneyLine line;
      line.id = n;
      line.attempt = {n};
      line.job = {n};
      line.generation = {n / 10 + 1};
      line.kind = MoneyKind::Reserve;
      line.currency = Currency::Play;
      line.amount = money_from_dollars(0.04);
      line.at_ms = 1'700'000'000'000 + n * 60'000;
      line.provider = "sandbox";
      line.model = n % 3 == 0 ? "sandbox-motion" : "sandbox-flux";
      page.lines.push_back(line);
    }
    stage.app().money_book()->add(std::move(page));
    IM_CHECK(stage.wait_until(ctx, [&] { return ledger.index.is_done(*stage.app().money_book()); }));
    ctx->Yield(2);
    const auto looked_at = ledger.index.looked_at();
    IM_CHECK_EQ(looked_at, 100'000u);
    ctx->Yield(20);
    IM_CHECK_EQ(ledger.index.looked_at(), looked_at);
    IM_CHECK_GT(ledger.rows_drawn, 10);
    IM_CHECK_LT(ledger.rows_drawn, 40);
    stage.save_picture("ledger-many-small");
    ctx->Yield(2);
    ctx->ScrollToBottom(ctx->WindowInfo("//Ledger/##lines").ID);
    ctx->Yield(2);
    IM_CHECK(ctx->ItemExists("//Ledger/**/entry 1"));
    IM_CHECK_LT(ledger.rows_drawn, 40);
  });
  CHECK(passed);
}
