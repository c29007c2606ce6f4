// Values with every field set to something of its own, so that a field that is not stored shows.
#pragma once

#include "model/asset.h"
#include "model/job.h"
#include "support/catch.h"

namespace studio {

inline Recipe full_recipe() {
  Recipe recipe;
  recipe.kind = MediaKind::Video;
  recipe.provider = "sandbox";
  recipe.model = "sandbox-motion";
  recipe.prompt = "ein „roter“ Drache\n雨の夜 \U0001F409 'quoted'; DROP TABLE jobs; --";
  recipe.negative_prompt = "fog";
  recipe.seed = 9'007'199'254'740'991;
  recipe.width = 1280;
  recipe.height = 720;
  recipe.seconds = 5.25;
  recipe.inputs = {{"image", std::string(64, 'a')}, {"style", std::string(64, 'b')}};
  recipe.options = {{"motion", "drift"}, {"steps", "12"}};
  return recipe;
}

inline Generation full_generation() {
  Generation generation;
  generation.prompt = std::string("one\0two", 7) + " – три";
  generation.strategy = "camera";
  generation.kind = MediaKind::Video;
  generation.count = 7;
  generation.created_ms = 1'700'000'000'123;
  return generation;
}

inline Job full_job() {
  Job job;
  job.kind = JobKind::Generate;
  job.state = JobState::Fetching;
  job.variation = 3;
  job.recipe = full_recipe();
  job.recipe_digest = recipe_digest(job.recipe);
  job.attempts = 2;
  job.estimate = {420'000};
  job.currency = Currency::Play;
  job.cancel_wished = true;
  job.hold = true;
  job.reason = "the server said \"no\"";
  job.cause = JobCause::Moderation;
  job.refused_input = "image";
  job.charged = {120'000};
  job.local_tries = 1;
  job.progress = 0.625;
  job.eta_secs = 3.5;
  job.not_before_ms = 1'700'000'000'001;
  job.created_ms = 1'700'000'000'002;
  job.updated_ms = 1'700'000'000'003;
  return job;
}

inline Attempt full_attempt(JobId job) {
  Attempt attempt;
  attempt.job = job;
  attempt.state = AttemptState::RemoteDone;
  attempt.provider = "sandbox";
  attempt.account = "default";
  attempt.endpoint = "sandbox:default";
  attempt.model = "sandbox-motion";
  attempt.key = "0123456789abcdef0123456789abcdef";
  attempt.replay_declared = true;
  attempt.body_digest = std::string(64, 'c');
  attempt.submit_body = std::string("{\"a\":\0\"b\"}", 10);
  attempt.prepare_state = "{\"upload\":\"u1\"}";
  attempt.remote_id = "remote-17";
  attempt.remote_state = "{\"status_url\":\"x\"}";
  attempt.outputs = {{"http://a/1", "video/mp4", std::string(64, 'd'), 123'456, 1'800'000'000'000},
                     {"http://a/2", "image/png", "", 0, 0}};
  attempt.reserved = {420'000};
  attempt.settled = {410'000};
  attempt.currency = Currency::Play;
  attempt.reason = "slow";
  attempt.detail = "HTTP 200";
  attempt.told_id = "told-18";
  attempt.boot_id = "boot-1";
  attempt.intent_wall_ms = 11;
  attempt.intent_mono_ms = 12;
  attempt.submitted_ms = 13;
  attempt.next_poll_ms = 14;
  attempt.polls = 15;
  attempt.created_ms = 16;
  return attempt;
}

inline Asset full_asset() {
  Asset asset;
  asset.kind = MediaKind::Video;
  asset.state = AssetState::Quarantined;
  asset.reason = "it crashed the decoder twice";
  asset.sha256 = std::string(64, 'e');
  asset.bytes = 5'000'000'000;
  asset.media = {"video/mp4", "mp4", 1280, 720, 5.25, true};
  asset.recipe = full_recipe();
  asset.variation = 4;
  asset.cost = {410'000};
  asset.currency = Currency::Play;
  asset.source_name = "holiday „été“.mp4";
  asset.created_ms = 1'700'000'000'456;
  asset.mark = Mark::Pick;
  asset.stars = 5;
  asset.hint.average_rgba = 0xFF00807Fu;
  asset.hint.hash_bytes = 5;
  asset.hint.hash = {0, 0xFF, 0, 0x80, 'x'};  // zeros inside, and no text
  return asset;
}

inline void check_same(const Recipe& a, const Recipe& b) { CHECK(a == b); }

inline void check_same(const Generation& a, const Generation& b) {
  CHECK(a.id == b.id);
  CHECK(a.prompt == b.prompt);
  CHECK(a.strategy == b.strategy);
  CHECK(a.kind == b.kind);
  CHECK(a.count == b.count);
  CHECK(a.created_ms == b.created_ms);
}

inline void check_same(const Job& a, const Job& b) {
  CHECK(a.id == b.id);
  CHECK(a.kind == b.kind);
  CHECK(a.state == b.state);
  CHECK(a.generation == b.generation);
  CHECK(a.variation == b.variation);
  check_same(a.recipe, b.recipe);
  CHECK(a.recipe_digest == b.recipe_digest);
  CHECK(a.parents == b.parents);
  CHECK(a.waits_for == b.waits_for);
  CHECK(a.asset == b.asset);
  CHECK(a.attempt == b.attempt);
  CHECK(a.attempts == b.attempts);
  CHECK(a.estimate == b.estimate);
  CHECK(a.currency == b.currency);
  CHECK(a.cancel_wished == b.cancel_wished);
  CHECK(a.hold == b.hold);
  CHECK(a.reason == b.reason);
  CHECK(a.cause == b.cause);
  CHECK(a.refused_input == b.refused_input);
  CHECK(a.told_id == b.told_id);
  CHECK(a.charged == b.charged);
  CHECK(a.priority == b.priority);
  CHECK(a.place == b.place);
  CHECK(a.local_tries == b.local_tries);
  CHECK(a.progress == b.progress);
  CHECK(a.eta_secs == b.eta_secs);
  CHECK(a.not_before_ms == b.not_before_ms);
  CHECK(a.created_ms == b.created_ms);
  CHECK(a.updated_ms == b.updated_ms);
}

inline void check_same(const Attempt& a, const Attempt& b) {
  CHECK(a.id == b.id);
  CHECK(a.job == b.job);
  CHECK(a.state == b.state);
  CHECK(a.provider == b.provider);
  CHECK(a.account == b.account);
  CHECK(a.endpoint == b.endpoint);
  CHECK(a.model == b.model);
  CHECK(a.key == b.key);
  CHECK(a.replay_declared == b.replay_declared);
  CHECK(a.body_digest == b.body_digest);
  CHECK(a.submit_body == b.submit_body);
  CHECK(a.prepare_state == b.prepare_state);
  CHECK(a.remote_id == b.remote_id);
  CHECK(a.remote_state == b.remote_state);
  REQUIRE(a.outputs.size() == b.outputs.size());
  for (std::size_t i = 0; i < a.outputs.size(); ++i) {
    CHECK(a.outputs[i].url == b.outputs[i].url);
    CHECK(a.outputs[i].mime == b.outputs[i].mime);
    CHECK(a.outputs[i].sha256 == b.outputs[i].sha256);
    CHECK(a.outputs[i].bytes == b.outputs[i].bytes);
    CHECK(a.outputs[i].expires_ms == b.outputs[i].expires_ms);
  }
  CHECK(a.reserved == b.reserved);
  CHECK(a.settled == b.settled);
  CHECK(a.currency == b.currency);
  CHECK(a.reason == b.reason);
  CHECK(a.detail == b.detail);
  CHECK(a.told_id == b.told_id);
  CHECK(a.boot_id == b.boot_id);
  CHECK(a.intent_wall_ms == b.intent_wall_ms);
  CHECK(a.intent_mono_ms == b.intent_mono_ms);
  CHECK(a.submitted_ms == b.submitted_ms);
  CHECK(a.next_poll_ms == b.next_poll_ms);
  CHECK(a.polls == b.polls);
  CHECK(a.created_ms == b.created_ms);
}

inline void check_same(const Asset& a, const Asset& b) {
  CHECK(a.id == b.id);
  CHECK(a.kind == b.kind);
  CHECK(a.state == b.state);
  CHECK(a.reason == b.reason);
  CHECK(a.sha256 == b.sha256);
  CHECK(a.bytes == b.bytes);
  CHECK(a.media.mime == b.media.mime);
  CHECK(a.media.extension == b.media.extension);
  CHECK(a.media.width == b.media.width);
  CHECK(a.media.height == b.media.height);
  CHECK(a.media.seconds == b.media.seconds);
  CHECK(a.media.has_audio == b.media.has_audio);
  check_same(a.recipe, b.recipe);
  CHECK(a.job == b.job);
  CHECK(a.generation == b.generation);
  CHECK(a.variation == b.variation);
  CHECK(a.parents == b.parents);
  CHECK(a.cost == b.cost);
  CHECK(a.currency == b.currency);
  CHECK(a.source_name == b.source_name);
  CHECK(a.created_ms == b.created_ms);
  CHECK(a.mark == b.mark);
  CHECK(a.stars == b.stars);
  CHECK(a.hint == b.hint);
}

}  // namespace studio
