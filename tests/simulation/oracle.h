// Holds the promises I1–I7 and the money against ledger, vault and the service's own bill: after each commit for what it touched,
// at each charge, and for everything at the end.
#pragma once

#include "model/budgets.h"
#include "runner/runner.h"
#include "simulation/memory_files.h"
#include "simulation/model_ledger.h"
#include "simulation/model_service.h"
#include "simulation/sim.h"
#include "simulation/wire.h"

namespace studio {

class Oracle {
 public:
  Oracle(Sim& sim, ModelLedger& ledger, ModelService& service, MemoryFiles& files, std::string endpoint)
      : sim_(sim), ledger_(ledger), service_(service), files_(files), endpoint_(std::move(endpoint)) {}

  void committed(const ModelLedger::Touched& touched);
  void charged(const RemoteRow& row);
  void sent(const Asked& asked);
  void told(const RunnerEvent& event);
  void logged(std::string_view line);
  // Everything is over and no outcome is unknown: the books are the bill.
  void all_is_over();
  // What the service charged for it, as a person reads it on its bill; nothing while it still works on it.
  std::optional<std::int64_t> bill_for(const Attempt& attempt) const;

 private:
  void look_at(JobId id);
  void look_at(AttemptId id);
  void money_of(AttemptId id);
  const RemoteRow* charged_to(const Attempt& attempt) const;
  std::int64_t charged_for(const Attempt& attempt) const;
  void blob_is_sound(const Asset& asset);

  Sim& sim_;
  ModelLedger& ledger_;
  ModelService& service_;
  MemoryFiles& files_;
  std::string endpoint_;
  std::unordered_map<JobId, std::vector<AttemptId>> doubted_;  // its attempts that ended in doubt, also those that were judged since
  std::string caps_text_;
  Budgets caps_;
  std::unordered_map<std::string, int> posts_;  // by key
};

}  // namespace studio
