#include "cli/batch_sum.h"

#include <cstdio>
#include <utility>

#include "jobs/spending.h"
#include "store/ledger.h"

namespace studio {
namespace {

bool makes_paid_work(const Command& command) {
  if (const auto* retry = std::get_if<RetryCommand>(&command)) return retry->how == RetryHow::Again || retry->how == RetryHow::Resubmit;
  return std::holds_alternative<GenerateCommand>(command) || std::holds_alternative<AnimateCommand>(command) ||
         std::holds_alternative<RemakeCommand>(command) || std::holds_alternative<RemakeAssetsCommand>(command) || std::holds_alternative<AgainCommand>(command);
}

bool is_sent_anew(JobState state, RetryHow how) {
  return how == RetryHow::Resubmit ? state == JobState::Unknown : is_terminal(state) || state == JobState::Blocked;
}

}  // namespace

BatchSum::BatchSum(std::filesystem::path project, const Command& command) : project_(std::move(project)), buys_(makes_paid_work(command)) {
  const auto* retry = std::get_if<RetryCommand>(&command);
  if (!buys_ || retry == nullptr) return;
  auto ledger = Ledger::open_read_only(project_);
  if (!ledger) return;  // the command says why
  for (const JobId id : retry->jobs) {
    const auto job = (*ledger)->job(id);
    if (job && *job && !is_sent_anew((*job)->state, retry->how)) paid_already_.insert(id);
  }
}

void BatchSum::say(const std::vector<JobId>& taken_on) const {
  if (!buys_) return;
  auto ledger = Ledger::open_read_only(project_);
  if (!ledger) return;  // what is printed next is read there, too, and says why
  std::vector<AdmissionItem> items;
  for (const JobId id : taken_on) {
    const auto job = (*ledger)->job(id);
    if (job && *job && !paid_already_.contains(id)) items.push_back({(*job)->estimate, (*job)->currency});
  }
  if (!items.empty()) std::fprintf(stderr, "%s\n", admission_sentence(sum_of(items)).c_str());
}

}  // namespace studio
