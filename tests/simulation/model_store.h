// The store without a thread: what is handed in waits until the simulation lets a group of it happen.
#pragma once

#include <deque>

#include "simulation/model_ledger.h"
#include "simulation/sim.h"
#include "store/store.h"

namespace studio {

class ModelStore final : public Store {
 public:
  explicit ModelStore(Sim& sim) : sim_(sim) {}

  void write(std::function<Result<void>(Ledger&)> work, std::function<void(Result<void>)> durable) override {
    queue_.push_back({std::move(work), std::move(durable)});
  }
  // At once; only at the start of an engine, when nothing else waits.
  Result<void> write_and_wait(std::function<Result<void>(Ledger&)> work) override;
  Result<void> read_and_wait(std::function<Result<void>(Ledger&)> work) override;
  const std::filesystem::path& project() const override { return project_; }

  bool has_work() const { return !queue_.empty(); }
  // One transaction: some of what waits, in its order. May fail as a disk does.
  void run_group();
  // What no commit has carried is lost.
  void power_cut();

  ModelLedger& ledger() { return ledger_; }
  std::function<void(const ModelLedger::Touched&)> on_commit;

 private:
  struct Item {
    std::function<Result<void>(Ledger&)> work;
    std::function<void(Result<void>)> durable;
  };
  void kept();

  Sim& sim_;
  ModelLedger ledger_;
  std::deque<Item> queue_;
  std::filesystem::path project_ = "simulated";
};

}  // namespace studio
