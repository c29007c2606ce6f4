// One video per picture: a picture of which none can be made is named, and stands in no other's way.
#include <algorithm>

#include "open_project.h"

using namespace studio;

namespace {

constexpr const char* gone_sentence = " cannot be used: its file is missing. Import the picture again.";

struct Pictures {
  OpenProject project;
  std::vector<AssetId> all;

  AssetId add(const std::string& prompt, AssetState state = AssetState::Done, const std::string& reason = "") {
    project.studio.reset();
    AssetId id;
    {
      const Vault vault(project.path);
      const auto spool = vault.spool_path("picture");
      REQUIRE(write_file_durable(spool, "picture " + std::to_string(all.size())));
      const auto blob = vault.adopt(spool);
      REQUIRE(blob);
      auto store = Store::open(project.path);
      REQUIRE(store);
      Asset asset;
      asset.sha256 = blob->sha256;
      asset.bytes = blob->bytes;
      asset.media = {.mime = "image/png", .extension = "png", .width = 640, .height = 360};
      asset.recipe.prompt = prompt;
      REQUIRE((*store)->write_and_wait([&](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(id, ledger.add_asset(asset));
        if (state == AssetState::Done) return {};
        return ledger.set_asset_state(id, state, reason);
      }));
    }
    all.push_back(id);
    project.reopen();
    return id;
  }

  // Of which nobody has taken notice yet.
  void lose_file(AssetId id) {
    const Library& library = project.studio->view().library;
    REQUIRE(std::filesystem::remove(project.studio->blob_path(library.texts[library.row_of(id)].sha256)));
  }

  AnimateCommand wish() const {
    AnimateCommand command;
    command.assets = all;
    command.model = "sandbox-motion";
    return command;
  }

  // All but these are made, numbered from 1 without a gap.
  void check_made(const CommandReply& reply, std::size_t left_out) {
    CHECK_FALSE(reply.error);
    CHECK(reply.failures.size() == left_out);
    REQUIRE(reply.jobs.size() == all.size() - left_out);
    CHECK(reply.selected == static_cast<int>(all.size()));
    for (std::size_t i = 0; i < reply.jobs.size(); ++i) {
      CHECK(reply.jobs[i].variation == static_cast<int>(i) + 1);
      CHECK(std::none_of(reply.failures.begin(), reply.failures.end(),
                         [&](const auto& failure) { return failure.subject == to_string(reply.jobs[i].parents.at(0)); }));
    }
    auto ledger = Ledger::open_read_only(project.path);
    REQUIRE(ledger);
    const auto generation = (*ledger)->generation(reply.jobs.at(0).generation);
    REQUIRE(generation);
    REQUIRE(*generation);
    CHECK((*generation)->count == static_cast<int>(reply.jobs.size()));
  }

  std::size_t jobs_in_ledger() {
    auto ledger = Ledger::open_read_only(project.path);
    REQUIRE(ledger);
    const auto jobs = (*ledger)->jobs({});
    REQUIRE(jobs);
    return jobs->size();
  }
};

}  // namespace

TEST_CASE("a picture whose file is known to be missing is named, and the videos of the others are made") {
  Pictures pictures;
  pictures.add("a boat");
  const AssetId lost = pictures.add("a mill", AssetState::Missing, "its file is not there.");
  pictures.add("a lighthouse");
  const VideoTakes takes = pictures.project.studio->video_takes(pictures.wish());
  CHECK(takes.wanted == 3);
  CHECK(takes.left_out == 1);
  const auto reply = pictures.project.run(pictures.wish());
  pictures.check_made(reply, 1);
  REQUIRE(reply.failures.size() == 1);
  CHECK(reply.failures[0].subject == to_string(lost));
  CHECK(reply.failures[0].error.message == to_string(lost) + " cannot be used: its file is not there.");
}

TEST_CASE("a picked picture whose file is missing stops no other picked one") {
  Pictures pictures;
  pictures.add("a boat");
  const AssetId lost = pictures.add("a mill", AssetState::Missing, "its file is not there.");
  for (const AssetId id : pictures.all) REQUIRE_FALSE(pictures.project.run(SetMarksCommand{{{id, Mark::Pick, 0}}}).error);
  AnimateCommand picked;
  picked.picked = true;
  CHECK(pictures.project.studio->video_takes(picked).wanted == 2);
  CHECK(pictures.project.studio->video_takes(picked).left_out == 1);
  const auto reply = pictures.project.run(picked);
  pictures.check_made(reply, 1);
  CHECK(reply.failures.at(0).subject == to_string(lost));
}

TEST_CASE("a picture whose prompt is too long for the model is named, and the videos of the others are made") {
  Pictures pictures;
  pictures.add("a boat");
  pictures.add("a mill");
  const int most = pictures.project.studio->view().providers.find_model("sandbox-motion")->max_prompt_bytes;
  const AssetId wordy = pictures.add(std::string(static_cast<std::size_t>(most) + 1, 'a'));
  pictures.add(std::string(static_cast<std::size_t>(most), 'b'));
  CHECK(pictures.project.studio->video_takes(pictures.wish()).left_out == 1);
  const auto reply = pictures.project.run(pictures.wish());
  pictures.check_made(reply, 1);
  REQUIRE(reply.failures.size() == 1);
  CHECK(reply.failures[0].subject == to_string(wordy));
  CHECK(reply.failures[0].error.message.starts_with(to_string(wordy) + ": The prompt is longer"));
  // Other words for all of them are in nobody's way.
  AnimateCommand other = pictures.wish();
  other.prompt = "it drifts";
  CHECK(pictures.project.studio->video_takes(other).left_out == 0);
  CHECK(pictures.project.run(other).jobs.size() == 4);
}

TEST_CASE("a picture whose file turns out to be gone is named, and the videos of the others are made") {
  Pictures pictures;
  pictures.add("a boat");
  const AssetId lost = pictures.add("a mill");
  pictures.add("a lighthouse");
  pictures.lose_file(lost);
  CHECK(pictures.project.studio->video_takes(pictures.wish()).left_out == 0);  // not known yet
  const auto reply = pictures.project.run(pictures.wish());
  pictures.check_made(reply, 1);
  REQUIRE(reply.failures.size() == 1);
  CHECK(reply.failures[0].subject == to_string(lost));
  CHECK(reply.failures[0].error.message == to_string(lost) + gone_sentence);
  // From now on the library says so, too.
  pictures.project.tick_until([&] { return pictures.project.item(lost).asset_state == AssetState::Missing; });
  CHECK(pictures.project.studio->video_takes(pictures.wish()).left_out == 1);
  CHECK(pictures.project.studio->video_takes(pictures.wish()).have == 2);
}

TEST_CASE("where no video can be made at all the wish is refused, and nothing is asked for") {
  Pictures pictures;
  const AssetId first = pictures.add("a boat"), second = pictures.add("a mill");
  pictures.add("a lighthouse", AssetState::Missing, "its file is not there.");
  pictures.lose_file(first);
  pictures.lose_file(second);
  const auto reply = pictures.project.run(pictures.wish());
  REQUIRE(reply.error);
  CHECK(reply.error->kind == ErrorKind::BadRequest);
  CHECK(reply.error->message.starts_with("None of these 3 can be made. "));
  CHECK(reply.jobs.empty());
  CHECK(pictures.jobs_in_ledger() == 0);
  // One alone is refused in its own words.
  AnimateCommand one = pictures.wish();
  one.assets = {first};
  const auto alone = pictures.project.run(one);
  REQUIRE(alone.error);
  CHECK(alone.error->message.starts_with(to_string(first) + " cannot be used"));
}

TEST_CASE("beside videos that are there already one that cannot be made is named, and that is no refusal") {
  Pictures pictures;
  pictures.add("a boat");
  const AssetId lost = pictures.add("a mill");
  AnimateCommand first = pictures.wish();
  first.assets.pop_back();
  REQUIRE(pictures.project.run(first).jobs.size() == 1);
  pictures.lose_file(lost);
  const auto reply = pictures.project.run(pictures.wish());
  CHECK_FALSE(reply.error);
  CHECK(reply.skipped == 1);
  CHECK(reply.jobs.empty());
  REQUIRE(reply.failures.size() == 1);
  CHECK(reply.failures[0].subject == to_string(lost));
  CHECK(pictures.jobs_in_ledger() == 1);
}

TEST_CASE("a name that is no picture's changes nothing, also not for the pictures beside it") {
  Pictures pictures;
  pictures.add("a boat");
  AnimateCommand wrong = pictures.wish();
  wrong.assets.push_back(AssetId{99});
  REQUIRE(pictures.project.run(wrong).error);
  CHECK(pictures.jobs_in_ledger() == 0);
}
