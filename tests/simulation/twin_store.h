// The real store under the simulation: each change goes to SQLite, on a disk layer that fails, and to the model beside it, and
// both must answer the same. The engine reads what SQLite says.
#pragma once

#include <optional>

#include "simulation/model_store.h"
#include "support/temp_folder.h"

namespace studio {

class TwinStore final : public ModelStore {
 public:
  explicit TwinStore(Sim& sim);

  Result<void> write_and_wait(std::function<Result<void>(Ledger&)> work) override;
  Result<void> read_and_wait(std::function<Result<void>(Ledger&)> work) override;
  // One change, in a transaction of its own.
  void run_group() override;
  // As kill -9 leaves it: the files as they lie there are the project of the next start.
  void power_cut() override;
  void compare() override;
  std::string folder_name() const override { return folder_.path().string(); }

 private:
  Result<void> carry_out(const std::function<Result<void>(Ledger&)>& work);
  void open();

  TempFolder folder_;
  int number_ = 0;  // of the project's copies
  std::unique_ptr<Store> real_;
};

}  // namespace studio
