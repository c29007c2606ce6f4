#include "store/ledger.h"

#include "project_fixture.h"
#include "sample_values.h"
#include "store/sqlite_db.h"

using namespace studio;

TEST_CASE("a generation comes back as it went in") {
  TestProject project;
  auto store = project.open();
  Generation generation = full_generation();
  generation.id = in_store(*store, [&](Ledger& l) { return l.add_generation(generation); });
  CHECK(generation.id.valid());
  check_same(in_store(*store, [&](Ledger& l) { return l.generation(generation.id); }).value(), generation);
  const auto all = in_store(*store, [&](Ledger& l) { return l.generations(); });
  REQUIRE(all.size() == 1);
  check_same(all[0], generation);
  CHECK_FALSE(in_store(*store, [&](Ledger& l) { return l.generation({99}); }));
}

TEST_CASE("a job, its attempts and its asset come back as they went in, also after a new start") {
  TestProject project;
  Job job = full_job();
  Attempt attempt;
  Asset asset = full_asset(), parent = full_asset();
  {
    auto store = project.open();
    job.generation = in_store(*store, [&](Ledger& l) { return l.add_generation(full_generation()); });
    parent.id = in_store(*store, [&](Ledger& l) { return l.add_asset(parent); });
    const JobId before = in_store(*store, [&](Ledger& l) { return l.add_job(full_job()); });
    const JobId other = in_store(*store, [&](Ledger& l) { return l.add_job(full_job()); });
    job.parents = {parent.id};
    job.waits_for = {other, before};  // the order is kept
    job.id = in_store(*store, [&](Ledger& l) { return l.add_job(job); });
    check_same(in_store(*store, [&](Ledger& l) { return l.job(job.id); }).value(), job);

    attempt = full_attempt(job.id);
    attempt.id = in_store(*store, [&](Ledger& l) { return l.add_attempt(attempt); });
    asset.job = job.id;
    asset.generation = job.generation;
    asset.parents = {parent.id};
    asset.id = in_store(*store, [&](Ledger& l) { return l.add_asset(asset); });
    job.attempt = attempt.id;
    job.asset = asset.id;
    REQUIRE(store->write_and_wait([&](Ledger& l) { return l.save_job(job); }));
  }
  auto store = project.open();
  check_same(in_store(*store, [&](Ledger& l) { return l.job(job.id); }).value(), job);
  check_same(in_store(*store, [&](Ledger& l) { return l.attempt(attempt.id); }).value(), attempt);
  check_same(in_store(*store, [&](Ledger& l) { return l.asset(asset.id); }).value(), asset);
  CHECK(in_store(*store, [&](Ledger& l) { return l.children(parent.id); }) == std::vector<AssetId>{asset.id});
  const auto links = in_store(*store, [](Ledger& l) { return l.asset_links(); });
  REQUIRE(links.size() == 1);
  CHECK(links[0].child == asset.id);
  CHECK(links[0].parent == parent.id);

  // Parents are given anew, in that order, and have to be there.
  const AssetId later = in_store(*store, [&](Ledger& l) { return l.add_asset(full_asset()); });
  const auto set = [&](AssetId of, std::vector<AssetId> parents) { return store->write_and_wait([&](Ledger& l) { return l.set_parents(of, parents); }); };
  REQUIRE(set(asset.id, {later, parent.id}));
  CHECK(in_store(*store, [&](Ledger& l) { return l.asset(asset.id); })->parents == std::vector{later, parent.id});
  CHECK_FALSE(set(asset.id, {AssetId{99}}));
  CHECK(in_store(*store, [&](Ledger& l) { return l.asset(asset.id); })->parents == std::vector{later, parent.id});
  REQUIRE(set(asset.id, {}));
  CHECK(in_store(*store, [&](Ledger& l) { return l.asset(asset.id); })->parents.empty());
}

TEST_CASE("saving changes every field of a job and of an attempt") {
  TestProject project;
  auto store = project.open();
  Job job;
  job.recipe.prompt = "first";
  job.recipe_digest = recipe_digest(job.recipe);
  job.id = in_store(*store, [&](Ledger& l) { return l.add_job(job); });
  Attempt attempt;
  attempt.job = job.id;
  attempt.currency = Currency::Play;
  attempt.id = in_store(*store, [&](Ledger& l) { return l.add_attempt(attempt); });

  Job changed = full_job();
  changed.id = job.id;
  changed.attempt = attempt.id;
  changed.generation = in_store(*store, [&](Ledger& l) { return l.add_generation(full_generation()); });
  changed.asset = in_store(*store, [&](Ledger& l) { return l.add_asset(full_asset()); });
  changed.parents = {changed.asset};
  changed.waits_for = {in_store(*store, [&](Ledger& l) { return l.add_job(full_job()); })};
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.save_job(changed); }));
  check_same(in_store(*store, [&](Ledger& l) { return l.job(job.id); }).value(), changed);

  Attempt fuller = full_attempt(job.id);
  fuller.id = attempt.id;
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.save_attempt(fuller); }));
  check_same(in_store(*store, [&](Ledger& l) { return l.attempt(attempt.id); }).value(), fuller);
  fuller.outputs.pop_back();  // fewer outputs leave none behind
  fuller.submit_body = "";
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.save_attempt(fuller); }));
  check_same(in_store(*store, [&](Ledger& l) { return l.attempt(attempt.id); }).value(), fuller);
}

TEST_CASE("the line holds what waits in the order of its ranks, which a job's own changes leave alone") {
  TestProject project;
  auto store = project.open();
  std::vector<JobId> jobs;
  for (const JobState state : {JobState::Queued, JobState::Waiting, JobState::Blocked, JobState::Running, JobState::Failed, JobState::Queued}) {
    Job job;
    job.state = state;
    if (jobs.size() == 5) job.kind = JobKind::Poster;  // local work has no place in line
    jobs.push_back(in_store(*store, [&](Ledger& l) { return l.add_job(job); }));
  }
  REQUIRE(store->write_and_wait([&](Ledger& l) -> Result<void> {
    STUDIO_CHECK(l.set_queue_rank({Priority::High, usual_place(jobs[2]), jobs[2]}));
    return l.set_queue_rank({Priority::Normal, usual_place(jobs[0]) - 5, jobs[1]});
  }));
  const auto line = in_store(*store, [](Ledger& l) { return l.queue_line(); });
  REQUIRE(line.size() == 3);
  CHECK(line[0] == QueueRank{Priority::High, usual_place(jobs[2]), jobs[2]});
  CHECK(line[1].job == jobs[1]);
  CHECK(line[2] == rank_of(jobs[0], Priority::Normal, 0));
  Job second = in_store(*store, [&](Ledger& l) { return l.job(jobs[1]); }).value();
  CHECK(second.place == usual_place(jobs[0]) - 5);
  Job stale = second;
  stale.place = 0;  // as a transition that was decided before the move
  stale.reason = "another";
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.save_job(stale); }));
  second.reason = "another";
  check_same(in_store(*store, [&](Ledger& l) { return l.job(jobs[1]); }).value(), second);
  CHECK_FALSE(store->write_and_wait([](Ledger& l) { return l.set_queue_rank({Priority::Low, 1, JobId{99}}); }));
}

TEST_CASE("every state of a job and of an attempt comes back") {
  TestProject project;
  auto store = project.open();
  std::vector<Job> jobs(job_state_count);
  std::vector<Attempt> attempts(16);
  REQUIRE(store->write_and_wait([&](Ledger& l) -> Result<void> {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      jobs[i].state = static_cast<JobState>(i);
      jobs[i].kind = i % 2 == 0 ? JobKind::Generate : JobKind::Poster;
      STUDIO_TRY(jobs[i].id, l.add_job(jobs[i]));
    }
    for (std::size_t i = 0; i < attempts.size(); ++i) {
      attempts[i].state = static_cast<AttemptState>(i);
      STUDIO_TRY(attempts[i].job, l.add_job(Job{}));
      STUDIO_TRY(attempts[i].id, l.add_attempt(attempts[i]));
    }
    return {};
  }));
  for (const Job& job : jobs) {
    const Job found = in_store(*store, [&](Ledger& l) { return l.job(job.id); }).value();
    CHECK(found.state == job.state);
    CHECK(found.kind == job.kind);
  }
  for (const Attempt& attempt : attempts) {
    CHECK(in_store(*store, [&](Ledger& l) { return l.attempt(attempt.id); })->state == attempt.state);
  }
  std::size_t open = 0;
  for (const Attempt& attempt : in_store(*store, [](Ledger& l) { return l.open_attempts(); })) {
    CHECK(is_open(attempt.state));
    ++open;
  }
  CHECK(open == 7);
}

TEST_CASE("a job never has two open attempts") {
  TestProject project;
  auto store = project.open();
  const JobId job = in_store(*store, [&](Ledger& l) { return l.add_job(Job{}); });
  Attempt first;
  first.job = job;
  first.state = AttemptState::Submitted;
  first.id = in_store(*store, [&](Ledger& l) { return l.add_attempt(first); });

  Attempt second = first;
  second.state = AttemptState::Reserved;
  auto refused = store->write_and_wait([&](Ledger& l) -> Result<void> {
    STUDIO_CHECK(l.add_attempt(second));
    return {};
  });
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("open attempt") != std::string::npos);

  // A closed one beside it is history; and when the first has ended, another may begin.
  second.state = AttemptState::NotSent;
  second.id = in_store(*store, [&](Ledger& l) { return l.add_attempt(second); });
  second.state = AttemptState::Reserved;
  CHECK_FALSE(store->write_and_wait([&](Ledger& l) { return l.save_attempt(second); }));
  first.state = AttemptState::FailedFree;
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.save_attempt(first); }));
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.save_attempt(second); }));
  const auto open = in_store(*store, [](Ledger& l) { return l.open_attempts(); });
  REQUIRE(open.size() == 1);
  CHECK(open[0].id == second.id);
  CHECK(in_store(*store, [&](Ledger& l) { return l.attempts_of(job); }).size() == 2);
}

TEST_CASE("the identity of an attempt and what was declared with its intent are frozen") {
  TestProject project;
  auto store = project.open();
  Attempt attempt = full_attempt(in_store(*store, [&](Ledger& l) { return l.add_job(full_job()); }));
  attempt.state = AttemptState::Preparing;
  attempt.replay_declared = false;
  attempt.id = in_store(*store, [&](Ledger& l) { return l.add_attempt(attempt); });
  const auto saves = [&](auto change) {
    Attempt changed = attempt;
    change(changed);
    return store->write_and_wait([&](Ledger& l) { return l.save_attempt(changed); }).has_value();
  };
  CHECK_FALSE(saves([](Attempt& a) { a.provider = "other"; }));
  CHECK_FALSE(saves([](Attempt& a) { a.account = "other"; }));
  CHECK_FALSE(saves([](Attempt& a) { a.endpoint = "other"; }));
  CHECK_FALSE(saves([](Attempt& a) { a.model = "other"; }));
  CHECK_FALSE(saves([](Attempt& a) { a.key = "other"; }));
  CHECK_FALSE(saves([](Attempt& a) { a.currency = Currency::Usd; }));
  CHECK(saves([](Attempt& a) { a.replay_declared = true; }));  // the intent is not out yet
  attempt.replay_declared = true;
  attempt.state = AttemptState::Sending;
  CHECK(saves([](Attempt&) {}));
  CHECK_FALSE(saves([](Attempt& a) { a.replay_declared = false; }));
  CHECK_FALSE(saves([](Attempt& a) { a.body_digest = "other"; }));
  CHECK(saves([](Attempt& a) { a.state = AttemptState::Submitted; }));
  CHECK(in_store(*store, [&](Ledger& l) { return l.attempt(attempt.id); })->endpoint == "sandbox:default");
}

TEST_CASE("a remote id is found by its endpoint") {
  TestProject project;
  auto store = project.open();
  Attempt attempt = full_attempt(in_store(*store, [&](Ledger& l) { return l.add_job(full_job()); }));
  attempt.id = in_store(*store, [&](Ledger& l) { return l.add_attempt(attempt); });
  const auto owner = [&](const char* endpoint, const char* remote_id) {
    return in_store(*store, [&](Ledger& l) { return l.attempt_with_remote_id(endpoint, remote_id); });
  };
  CHECK(owner("sandbox:default", "remote-17") == attempt.id);
  CHECK_FALSE(owner("sandbox:other", "remote-17"));
  CHECK_FALSE(owner("sandbox:default", "remote-1"));
  CHECK_FALSE(owner("sandbox:default", ""));
}

TEST_CASE("jobs are filtered by state, kind, generation and openness") {
  TestProject project;
  auto store = project.open();
  const GenerationId generation = in_store(*store, [&](Ledger& l) { return l.add_generation(full_generation()); });
  const auto add = [&](JobState state, JobKind kind, GenerationId of) {
    Job job;
    job.state = state;
    job.kind = kind;
    job.generation = of;
    return in_store(*store, [&](Ledger& l) { return l.add_job(job); });
  };
  const JobId running = add(JobState::Running, JobKind::Generate, generation);
  const JobId done = add(JobState::Done, JobKind::Generate, generation);
  const JobId poster = add(JobState::Queued, JobKind::Poster, {});
  const JobId unknown = add(JobState::Unknown, JobKind::Generate, {});
  const auto ids = [&](const JobFilter& filter) {
    std::vector<JobId> found;
    for (const Job& job : in_store(*store, [&](Ledger& l) { return l.jobs(filter); })) found.push_back(job.id);
    CHECK(in_store(*store, [&](Ledger& l) { return l.job_count(filter); }) == static_cast<std::int64_t>(found.size()));
    return found;
  };
  CHECK(ids({}) == std::vector<JobId>{running, done, poster, unknown});
  CHECK(ids({.states = {JobState::Done, JobState::Unknown}}) == std::vector<JobId>{done, unknown});
  CHECK(ids({.kind = JobKind::Poster}) == std::vector<JobId>{poster});
  CHECK(ids({.generation = generation}) == std::vector<JobId>{running, done});
  CHECK(ids({.generation = generation, .only_open = true}) == std::vector<JobId>{running});
  CHECK(ids({.only_open = true}) == std::vector<JobId>{running, poster, unknown});
}

TEST_CASE("assets are filtered, paged and found by their blob") {
  TestProject project;
  auto store = project.open();
  std::vector<AssetId> all;
  for (int i = 0; i < 6; ++i) {
    Asset asset;
    asset.kind = i % 2 == 0 ? MediaKind::Image : MediaKind::Video;
    asset.state = i == 4 ? AssetState::Missing : AssetState::Done;
    asset.sha256 = std::string(64, static_cast<char>('a' + i / 2));  // two assets on one blob
    all.push_back(in_store(*store, [&](Ledger& l) { return l.add_asset(asset); }));
  }
  REQUIRE(store->write_and_wait([&](Ledger& l) -> Result<void> {
    STUDIO_CHECK(l.set_mark(all[1], Mark::Pick, 3));
    STUDIO_CHECK(l.set_mark(all[2], Mark::Reject, 0));
    return l.set_mark(all[3], Mark::None, 4);
  }));
  const auto ids = [&](const AssetFilter& filter) {
    std::vector<AssetId> found;
    for (const Asset& asset : in_store(*store, [&](Ledger& l) { return l.assets(filter); })) found.push_back(asset.id);
    CHECK(in_store(*store, [&](Ledger& l) { return l.asset_count(filter); }) == static_cast<std::int64_t>(found.size()));
    return found;
  };
  CHECK(ids({}) == all);
  CHECK(ids({.states = {AssetState::Missing}}) == std::vector<AssetId>{all[4]});
  CHECK(ids({.kind = MediaKind::Video}) == std::vector<AssetId>{all[1], all[3], all[5]});
  CHECK(ids({.mark = Mark::Pick}) == std::vector<AssetId>{all[1]});
  CHECK(ids({.mark = Mark::Reject}) == std::vector<AssetId>{all[2]});
  CHECK(ids({.mark = Mark::None}) == std::vector<AssetId>{all[0], all[3], all[4], all[5]});
  CHECK(in_store(*store, [&](Ledger& l) { return l.asset(all[3]); })->stars == 4);

  const auto page = in_store(*store, [&](Ledger& l) { return l.assets_after(all[1], 2); });
  REQUIRE(page.size() == 2);
  CHECK(page[0].id == all[2]);
  const auto rows = in_store(*store, [&](Ledger& l) { return l.asset_rows_after({}, 100); });
  REQUIRE(rows.size() == 6);
  CHECK(rows[1].mark == Mark::Pick);
  CHECK(rows[1].stars == 3);
  CHECK(rows[1].kind == MediaKind::Video);
  CHECK(rows[4].state == AssetState::Missing);
  CHECK(rows[5].sha256 == std::string(64, 'c'));

  CHECK(in_store(*store, [&](Ledger& l) { return l.asset_of_blob(std::string(64, 'b')); })->id == all[2]);
  CHECK_FALSE(in_store(*store, [&](Ledger& l) { return l.asset_of_blob(std::string(64, 'f')); }));
}

TEST_CASE("an asset's narrow row has what the whole asset has") {
  TestProject project;
  auto store = project.open();
  Asset asset = full_asset();
  asset.job = in_store(*store, [&](Ledger& l) { return l.add_job(full_job()); });
  asset.generation = in_store(*store, [&](Ledger& l) { return l.add_generation(full_generation()); });
  asset.id = in_store(*store, [&](Ledger& l) { return l.add_asset(asset); });
  const AssetRow row = in_store(*store, [&](Ledger& l) { return l.asset_rows_after({}, 1); }).at(0);
  CHECK(row.id == asset.id);
  CHECK(row.kind == asset.kind);
  CHECK(row.state == asset.state);
  CHECK(row.mark == asset.mark);
  CHECK(row.currency == asset.currency);
  CHECK(row.has_audio);
  CHECK(row.stars == asset.stars);
  CHECK(row.width == 1280);
  CHECK(row.height == 720);
  CHECK(row.variation == 4);
  CHECK(row.seconds == 5.25);
  CHECK(row.job == asset.job);
  CHECK(row.generation == asset.generation);
  CHECK(row.cost == asset.cost);
  CHECK(row.created_ms == asset.created_ms);
  CHECK(row.sha256 == asset.sha256);
}

TEST_CASE("a poster's hint is kept for all assets on its blob, until they are deleted") {
  TestProject project;
  auto store = project.open();
  const auto add = [&](char blob) {
    Asset asset;
    asset.sha256 = std::string(64, blob);
    return in_store(*store, [&](Ledger& l) { return l.add_asset(asset); });
  };
  const AssetId one = add('a'), other = add('b'), twin = add('a');
  const auto hint_of = [&](AssetId id) { return in_store(*store, [&](Ledger& l) { return l.asset(id); })->hint; };
  const auto save = [&](char blob, const PosterHint& hint) { return in_store(*store, [&](Ledger& l) { return l.save_poster_hint(std::string(64, blob), hint); }); };
  CHECK_FALSE(hint_of(one).is_known());
  PosterHint hint = full_asset().hint;
  CHECK(save('a', hint) == std::vector{one, twin});
  CHECK(save('f', hint).empty());
  CHECK(hint_of(one) == hint);
  CHECK(hint_of(twin) == hint);
  CHECK_FALSE(hint_of(other).is_known());
  const auto rows = in_store(*store, [&](Ledger& l) { return l.asset_rows_after({}, 10); });
  CHECK(rows.at(0).has_hint);
  CHECK_FALSE(rows.at(1).has_hint);
  CHECK(rows.at(2).has_hint);
  // Made again, it takes the old one's place; the longest there is fits.
  hint.average_rgba = 0xFF000000u;
  hint.hash.fill(0xFF);
  hint.hash_bytes = max_thumb_hash_bytes;
  CHECK(save('a', hint).size() == 2);
  CHECK(hint_of(twin) == hint);
  REQUIRE(store->write_and_wait([&](Ledger& l) -> Result<void> {
    STUDIO_CHECK(l.set_trashed(one, true));
    return l.delete_asset(one);
  }));
  CHECK_FALSE(hint_of(one).is_known());
  CHECK(save('a', hint) == std::vector{twin});
}

TEST_CASE("an asset's state and reason change, an unknown asset is named") {
  TestProject project;
  auto store = project.open();
  Asset asset = full_asset();
  asset.state = AssetState::Done;
  asset.id = in_store(*store, [&](Ledger& l) { return l.add_asset(asset); });
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.set_asset_state(asset.id, AssetState::Missing, "its file is gone"); }));
  asset.state = AssetState::Missing;
  asset.reason = "its file is gone";
  check_same(in_store(*store, [&](Ledger& l) { return l.asset(asset.id); }).value(), asset);

  const auto is_not_found = [&](auto work) {
    const auto result = store->write_and_wait(work);
    return !result && result.error().kind == ErrorKind::NotFound && result.error().message.find("99") != std::string::npos;
  };
  CHECK(is_not_found([](Ledger& l) { return l.set_asset_state({99}, AssetState::Done, ""); }));
  CHECK(is_not_found([](Ledger& l) { return l.set_mark({99}, Mark::Pick, 1); }));
  CHECK(is_not_found([](Ledger& l) { Job job; job.id = {99}; return l.save_job(job); }));
  CHECK(is_not_found([](Ledger& l) { Attempt attempt; attempt.id = {99}; attempt.job = {1}; return l.save_attempt(attempt); }));
}

TEST_CASE("the same work is found by its digest without seed: done assets and open jobs") {
  TestProject project;
  auto store = project.open();
  Recipe recipe = full_recipe();
  const std::string digest = recipe_digest(recipe, false);
  const auto count = [&](bool& any_done) {
    return in_store(*store, [&](Ledger& l) { return l.count_with_seedless_digest(digest, any_done); });
  };
  bool any_done = true;
  CHECK(count(any_done) == 0);
  CHECK_FALSE(any_done);

  Job job;
  job.recipe = recipe;
  job.recipe.seed = 5;  // another seed is the same work
  job.id = in_store(*store, [&](Ledger& l) { return l.add_job(job); });
  Job other = job;
  other.recipe.prompt = "something else";
  in_store(*store, [&](Ledger& l) { return l.add_job(other); });
  Job poster = job;
  poster.kind = JobKind::Poster;
  in_store(*store, [&](Ledger& l) { return l.add_job(poster); });
  CHECK(count(any_done) == 1);
  CHECK_FALSE(any_done);

  job.state = JobState::Failed;  // nothing is awaited any more
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.save_job(job); }));
  CHECK(count(any_done) == 0);

  Asset asset = full_asset();
  asset.state = AssetState::Done;
  asset.id = in_store(*store, [&](Ledger& l) { return l.add_asset(asset); });
  CHECK(count(any_done) == 1);
  CHECK(any_done);
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.set_asset_state(asset.id, AssetState::Missing, "gone"); }));
  CHECK(count(any_done) == 0);
  CHECK_FALSE(any_done);
}

TEST_CASE("a digest follows when a job's recipe is changed") {
  TestProject project;
  auto store = project.open();
  Job job;
  job.recipe.prompt = "old";
  job.id = in_store(*store, [&](Ledger& l) { return l.add_job(job); });
  CHECK(in_store(*store, [&](Ledger& l) { return l.job(job.id); })->recipe_digest == recipe_digest(job.recipe));
  job.recipe.prompt = "new";
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.save_job(job); }));
  bool any_done = false;
  CHECK(in_store(*store, [&](Ledger& l) { return l.count_with_seedless_digest(recipe_digest(job.recipe, false), any_done); }) == 1);
}

TEST_CASE("facts, uploads and remote copies are kept and renewed") {
  TestProject project;
  auto store = project.open();
  CHECK(fact_of(*store, "name") == "test");
  CHECK(fact_of(*store, "absent").empty());
  const AssetId asset = in_store(*store, [&](Ledger& l) { return l.add_asset(full_asset()); });
  REQUIRE(store->write_and_wait([&](Ledger& l) -> Result<void> {
    STUDIO_CHECK(l.set_fact("layout", "one"));
    STUDIO_CHECK(l.set_fact("layout", "it's \"two\""));
    STUDIO_CHECK(l.save_upload({"fal", "fal:1", "aa", "u-1", 5}));
    STUDIO_CHECK(l.save_upload({"fal", "fal:1", "aa", "u-2", 6}));
    STUDIO_CHECK(l.save_upload({"fal", "fal:2", "aa", "u-3", 7}));
    STUDIO_CHECK(l.save_copy({asset, "provider", "http://a", 9}));
    STUDIO_CHECK(l.save_copy({asset, "bucket", "http://b", 0}));
    return l.save_copy({asset, "provider", "http://c", 10});
  }));
  CHECK(fact_of(*store, "layout") == "it's \"two\"");
  const auto uploads = in_store(*store, [](Ledger& l) { return l.uploads("fal", "fal:1"); });
  REQUIRE(uploads.size() == 1);
  CHECK(uploads[0].reference == "u-2");
  CHECK(uploads[0].expires_ms == 6);
  store.reset();
  auto db = Database::open(project.path / "ledger.sqlite", Database::Mode::ReadOnly).value();
  CHECK(db->number("SELECT count(*) FROM asset_copies").value() == 2);
  CHECK(db->number("SELECT count(*) FROM asset_copies WHERE target = 'bucket' AND address = 'http://b' AND expires_ms = 0").value() == 1);
  CHECK(db->number("SELECT count(*) FROM asset_copies WHERE target = 'provider' AND address = 'http://c' AND expires_ms = 10").value() == 1);
}

TEST_CASE("what refers to nothing is refused") {
  TestProject project;
  auto store = project.open();
  const auto refused = [&](auto work) {
    return !store->write_and_wait([&](Ledger& l) -> Result<void> {
      STUDIO_CHECK(work(l));
      return {};
    });
  };
  Job job;
  job.parents = {AssetId{77}};
  CHECK(refused([&](Ledger& l) { return l.add_job(job); }));
  job.parents = {};
  job.waits_for = {JobId{77}};
  CHECK(refused([&](Ledger& l) { return l.add_job(job); }));
  Attempt attempt;
  attempt.job = {77};
  CHECK(refused([&](Ledger& l) { return l.add_attempt(attempt); }));
  CHECK(in_store(*store, [](Ledger& l) { return l.jobs(); }).empty());
}

TEST_CASE("ids are never used again") {
  TestProject project;
  auto store = project.open();
  JobId lost;
  CHECK_FALSE(store->write_and_wait([&](Ledger& l) -> Result<void> {
    STUDIO_TRY(lost, l.add_job(Job{}));
    return fail(ErrorKind::Bug, "on purpose");
  }));
  const JobId first = in_store(*store, [](Ledger& l) { return l.add_job(Job{}); });
  const JobId second = in_store(*store, [](Ledger& l) { return l.add_job(Job{}); });
  CHECK(first.valid());
  CHECK(second > first);
}
