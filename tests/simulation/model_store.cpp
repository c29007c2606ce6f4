#include "simulation/model_store.h"

namespace studio {
namespace {

Result<void> guarded(const std::function<Result<void>(Ledger&)>& work, Ledger& ledger) try {
  return work(ledger);
} catch (const std::exception& thrown) {
  return fail(ErrorKind::Bug, "A change to the project failed by a mistake of the program.", thrown.what());
}

}  // namespace

void ModelStore::kept() {
  if (!ledger_.has_changes()) return;
  const auto& touched = ledger_.commit();
  if (on_commit) on_commit(touched);
}

Result<void> ModelStore::write_and_wait(std::function<Result<void>(Ledger&)> work) {
  auto result = guarded(work, ledger_);
  if (!result) ledger_.back_to(0);
  kept();
  return result;
}

Result<void> ModelStore::read_and_wait(std::function<Result<void>(Ledger&)> work) {
  auto result = guarded(work, ledger_);
  ledger_.back_to(0);
  return result;
}

ModelStore::Item ModelStore::take_first() {
  Item item = std::move(queue_.front());
  queue_.pop_front();
  return item;
}

void ModelStore::run_group() {
  const std::size_t count = std::min<std::size_t>(queue_.size(), 1 + sim_.random.below(16));
  std::vector<Item> group;
  group.reserve(count);
  for (std::size_t i = 0; i < count; ++i) group.push_back(take_first());
  std::vector<Result<void>> results(count);
  for (std::size_t i = 0; i < count; ++i) {
    sim_.step();
    const auto before = ledger_.mark();
    results[i] = guarded(group[i].work, ledger_);
    if (!results[i]) ledger_.back_to(before);
  }
  if (sim_.hits(sim_.rates.commit_fails)) sim_.disk_full_until_ms = sim_.clock.mono_ms() + sim_.pick(0, 20'000);
  Result<void> outcome;
  if (ledger_.has_changes() && !sim_.is_quiet && sim_.clock.mono_ms() < sim_.disk_full_until_ms) {
    ledger_.back_to(0);
    outcome = fail(ErrorKind::Disk, "There is no room left on the disk: make some.");
  }
  sim_.step();
  kept();
  sim_.step();
  for (std::size_t i = 0; i < count; ++i) {
    if (group[i].durable) group[i].durable(results[i] ? outcome : results[i]);
  }
}

void ModelStore::power_cut() {
  ledger_.back_to(0);
  queue_.clear();
}

}  // namespace studio
