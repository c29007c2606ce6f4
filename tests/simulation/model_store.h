// The store without a thread: what is handed in waits until the simulation lets a group of it happen.
#pragma once

#include <deque>

#include "simulation/model_ledger.h"
#include "simulation/sim.h"
#include "store/store.h"

namespace studio {

class ModelStore : public Store {
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
  virtual void run_group();
  // What no commit has carried is lost.
  virtual void power_cut();
  // Whether what is kept elsewhere is the same.
  virtual void compare() {}
  // A folder whose name is another one in each run, and may stand in what is logged; empty: there is none.
  virtual std::string folder_name() const { return {}; }

  ModelLedger& ledger() { return ledger_; }
  std::function<void(const ModelLedger::Touched&)> on_commit;

 protected:
  struct Item {
    std::function<Result<void>(Ledger&)> work;
    std::function<void(Result<void>)> durable;
  };
  void kept();
  Item take_first();

  Sim& sim_;
  ModelLedger ledger_;

 private:
  std::deque<Item> queue_;
  std::filesystem::path project_ = "simulated";
};

}  // namespace studio
