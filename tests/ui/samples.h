// A project in memory for tests of what panels show.
#pragma once

#include <string>

#include "base/paths.h"
#include "engine/library.h"
#include "providers/provider_set.h"
#include "support/catch.h"

namespace studio::samples {

inline const ProviderSet& providers() {
  static const ProviderSet set = [] {
    auto loaded = load_providers(assets_folder());
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(*loaded);
  }();
  return set;
}

inline Generation generation(std::int64_t id, std::string prompt, int count) {
  Generation g;
  g.id = {id};
  g.prompt = std::move(prompt);
  g.count = count;
  g.created_ms = 1'700'000'000'000 + id * 1000;
  return g;
}

inline Job job(std::int64_t id, std::int64_t generation_id, int variation, JobState state = JobState::Queued) {
  Job j;
  j.id = {id};
  j.generation = {generation_id};
  j.variation = variation;
  j.state = state;
  j.progress = -1;
  j.recipe.provider = "sandbox";
  j.recipe.model = "sandbox-flux";
  j.recipe.prompt = "a lighthouse";
  j.recipe.width = 1344;
  j.recipe.height = 768;
  j.estimate = money_from_dollars(0.04);
  j.currency = Currency::Play;
  j.created_ms = 1'700'000'000'000 + id;
  return j;
}

inline Asset asset(std::int64_t id, const Job& from) {
  Asset a;
  a.id = {id};
  a.job = from.id;
  a.generation = from.generation;
  a.variation = from.variation;
  a.recipe = from.recipe;
  a.kind = from.recipe.kind;
  a.sha256 = std::string(63, 'a') + std::to_string(id % 10);
  a.media.width = from.recipe.width;
  a.media.height = from.recipe.height;
  a.cost = from.estimate;
  a.currency = from.currency;
  a.created_ms = from.created_ms + 500;
  return a;
}

// Asked for and arrived.
inline Asset arrived(Library& library, std::int64_t asset_id, Job j) {
  j.state = JobState::Done;
  j.asset = {asset_id};
  library.fold(j);
  const Asset a = asset(asset_id, j);
  library.fold(a);
  return a;
}

inline Job video_job(std::int64_t id, std::int64_t generation_id, AssetId image, JobState state = JobState::Queued) {
  Job j = job(id, generation_id, 1, state);
  j.recipe.kind = MediaKind::Video;
  j.recipe.model = "sandbox-motion";
  j.recipe.width = 1280;
  j.recipe.height = 720;
  j.recipe.seconds = 5;
  j.parents = {image};
  j.estimate = money_from_dollars(0.42);
  return j;
}

}  // namespace studio::samples
