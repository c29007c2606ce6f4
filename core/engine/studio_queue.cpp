// Commands about the queue: pause and hold, order, cancel, retry, edit, the same again with another model.
#include "base/text.h"
#include "engine/again.h"
#include "engine/studio_parts.h"

namespace studio {
namespace {

constexpr std::size_t most_remote_id_bytes = 200;

// Collects the answers of several jobs into one reply.
struct Gathered {
  CommandReply reply;
  std::size_t open = 0;
  Studio::Done done;
  void answered() {
    if (--open == 0 && done) done(reply);
  }
};

void answer_nothing(const Studio::Done& done) {
  if (done) done({});
}

bool is_in_doubt(const Item& item) { return item.in_doubt; }
// What a bulk cancel means: an unknown outcome is settled one at a time.
bool can_be_cancelled(const Item& item) { return !is_terminal(item.state) && item.state != JobState::Unknown; }

// Jobs of the library, or of one generation, that are meant.
template <class IsMeant>
std::vector<JobId> jobs_meant(const Library& library, const std::optional<GenerationId>& generation, IsMeant is_meant) {
  std::vector<JobId> jobs;
  const auto look = [&](const Item& item) {
    if (item.job.valid() && is_meant(item)) jobs.push_back(item.job);
  };
  if (!generation) {
    for (const Item& item : library.items) look(item);
    return jobs;
  }
  const auto rows = library.of_generation.find(*generation);
  if (rows == library.of_generation.end()) return jobs;
  for (const Row row : rows->second) look(library.items[row]);
  return jobs;
}

}  // namespace

std::optional<Error> Studio::Parts::unknown_generation(GenerationId generation) const {
  if (library.of_generation.contains(generation)) return std::nullopt;
  return bad("There is no request " + to_string(generation) + " in this project.");
}

// One wish for each of several jobs.
template <class Wish>
void Studio::Parts::wish_each(const std::vector<JobId>& jobs, Studio::Done done, Wish wish) {
  if (auto unknown = unknown_job(jobs)) return refuse(done, std::move(*unknown));
  if (jobs.empty()) return answer_nothing(done);
  auto gathered = std::make_shared<Gathered>();
  gathered->open = jobs.size();
  gathered->done = std::move(done);
  for (const JobId id : jobs) {
    wish(id, [this, id, gathered](Result<Job> job) {
      post([id, gathered, job = std::move(job)] {
        if (job) gathered->reply.jobs.push_back(*job);
        else gathered->reply.failures.push_back({to_string(id), job.error()});
        gathered->answered();
      });
    });
  }
}

void Studio::Parts::carry_out(const CancelCommand& command, Studio::Done done) {
  std::vector<JobId> jobs = command.jobs;
  if (jobs.empty()) {
    if (command.generation) {
      if (auto unknown = unknown_generation(*command.generation)) return refuse(done, std::move(*unknown));
    }
    jobs = jobs_meant(library, command.generation, can_be_cancelled);
  }
  wish_each(jobs, std::move(done), [this](JobId id, Runner::Done answered) { runner->cancel(id, std::move(answered)); });
}

void Studio::Parts::carry_out(const RetryCommand& command, Studio::Done done) {
  std::vector<JobId> jobs = command.jobs;
  if (jobs.empty()) {
    const bool is_of_all = command.how == RetryHow::Again || command.how == RetryHow::Charged;
    if (!is_of_all) return refuse(done, bad("Name the job: one that may have been charged is settled one at a time."));
    if (command.generation) {
      if (auto unknown = unknown_generation(*command.generation)) return refuse(done, std::move(*unknown));
    }
    jobs = jobs_meant(library, command.generation, command.how == RetryHow::Charged ? is_in_doubt : is_in_bulk_retry);
  }
  if (command.how == RetryHow::Charged && command.charged && command.charged->micros > 0 && jobs.size() > 1) {
    return refuse(done, bad("A sum is what one job was charged: name one job, or say all or none."));
  }
  if (command.how == RetryHow::Link && (jobs.size() != 1 || command.remote_id.empty() || command.remote_id.size() > most_remote_id_bytes)) {
    return refuse(done, bad("Name one job and the id that the service gave it."));
  }
  wish_each(jobs, std::move(done), [this, &command](JobId id, Runner::Done answered) {
    switch (command.how) {
      case RetryHow::Link: return runner->link(id, command.remote_id, std::move(answered));
      case RetryHow::Resubmit: return runner->resubmit(id, std::move(answered));
      case RetryHow::WriteOff: return runner->write_off(id, std::move(answered));
      case RetryHow::Charged: return runner->say_charged(id, command.charged, std::move(answered));
      case RetryHow::Again: return runner->retry(id, std::move(answered));
    }
  });
}

void Studio::Parts::carry_out(const DismissCommand& command, Studio::Done done) {
  if (command.jobs.empty()) return refuse(done, bad("No job is chosen: name at least one."));
  wish_each(command.jobs, std::move(done), [this](JobId id, Runner::Done answered) { runner->dismiss(id, std::move(answered)); });
}

// --- the line

std::function<void(Result<Reordered>)> Studio::Parts::reordered(Studio::Done done) {
  return [this, done = std::move(done)](Result<Reordered> result) {
    post([this, done, result = std::move(result)] {
      if (!result) return refuse(done, result.error());
      CommandReply reply;
      for (const QueueRank& rank : result->ranks) {
        Job job;
        job.id = rank.job;
        job.priority = rank.priority;
        job.place = rank.place;
        const Row row = library.row_of(rank.job);
        if (row != no_row) job.state = library.items[row].state;
        reply.jobs.push_back(std::move(job));
      }
      for (const JobId id : result->left_out) {
        reply.failures.push_back({to_string(id), bad(to_string(id) + " does not wait any more, so it has no place in line.")});
      }
      if (done) done(reply);
    });
  };
}

void Studio::Parts::carry_out(const MoveJobsCommand& command, Studio::Done done) {
  if (command.jobs.empty()) return refuse(done, bad("No job is chosen: name at least one."));
  if (auto unknown = unknown_job(command.jobs)) return refuse(done, std::move(*unknown));
  if (command.to == MoveTo::Before) {
    if (auto unknown = unknown_job({command.before})) return refuse(done, std::move(*unknown));
  }
  runner->move_jobs(command.jobs, command.to, command.before, reordered(std::move(done)));
}

void Studio::Parts::carry_out(const PriorityCommand& command, Studio::Done done) {
  if (command.jobs.empty()) return refuse(done, bad("No job is chosen: name at least one."));
  if (auto unknown = unknown_job(command.jobs)) return refuse(done, std::move(*unknown));
  runner->set_priority(command.jobs, command.priority, reordered(std::move(done)));
}

// --- another recipe

void Studio::Parts::carry_out(const EditJobCommand& command, Studio::Done done) {
  if (auto unknown = unknown_job({command.job})) return refuse(done, std::move(*unknown));
  const ModelInfo* model = shared.providers->find_model(command.recipe.model);
  if (model == nullptr) return refuse(done, shared.providers->unknown_model(command.recipe.model));
  const ItemText& text = library.texts[library.row_of(command.job)];
  Recipe recipe = command.recipe;
  recipe.provider = model->provider;
  recipe.inputs = text.recipe->inputs;
  if (model->kind != recipe.kind) return refuse(done, bad(model->label + " does not make what this job is for: choose another model."));
  runner->edit(command.job, std::move(recipe), [this, done](Result<Job> job) {
    post([this, done, job = std::move(job)] {
      if (!job) return refuse(done, job.error());
      library.fold(*job);
      CommandReply reply;
      reply.jobs.push_back(*job);
      if (done) done(reply);
    });
  });
}

void Studio::Parts::carry_out(const AgainCommand& command, Studio::Done done) {
  if (command.jobs.empty()) return refuse(done, bad("No job is chosen: name at least one."));
  if (auto unknown = unknown_job(command.jobs)) return refuse(done, std::move(*unknown));
  const ModelInfo* model = shared.providers->find_model(command.model);
  if (model == nullptr) return refuse(done, shared.providers->unknown_model(command.model));
  Admission admission;
  admission.generation.strategy = to_string(Strategy::Off);
  admission.generation.kind = model->kind;
  for (const JobId id : command.jobs) {
    const Row row = library.row_of(id);
    const Recipe& old = *library.texts[row].recipe;
    Recipe recipe = carried_over(old, *model);
    if (auto objection = objection_to_again(*model, old)) return refuse(done, bad(command.jobs.size() > 1 ? to_string(id) + ": " + *objection : *objection));
    Admission::Item item{std::move(recipe), static_cast<int>(admission.items.size()) + 1, {}, {}};
    if (const AssetId parent = library.items[row].parent; parent.valid()) {
      const Row picture = library.row_of(parent);
      if (picture == no_row || library.items[picture].asset_state != AssetState::Done) {
        return refuse(done, bad(to_string(parent) + ", which " + to_string(id) + " is made from, is not there any more."));
      }
      item.parents = {parent};
    }
    // One that came to nothing was to come in the place of another: so is this one.
    if (!library.items[row].asset.valid()) item.parents.insert(item.parents.end(), library.texts[row].earlier.begin(), library.texts[row].earlier.end());
    if (admission.generation.prompt.empty()) admission.generation.prompt = item.recipe.prompt;
    admission.items.push_back(std::move(item));
  }
  const int count = static_cast<int>(admission.items.size());
  CommandReply reply;
  reply.selected = count;
  admit(std::move(admission), std::move(reply), std::move(done));
}

// --- going, draining, paused, held

void Studio::Parts::carry_out(const PauseCommand& command, Studio::Done done) {
  const QueueMode wanted = !command.paused ? QueueMode::Going : command.drain ? QueueMode::Draining : QueueMode::Paused;
  runner->set_queue(wanted, [this, done](Result<void> durable) {
    post([done, durable = std::move(durable)] {
      if (!durable) return refuse(done, durable.error());
      answer_nothing(done);
    });
  });
}

void Studio::Parts::carry_out(const ReleaseHoldCommand&, Studio::Done done) {
  runner->release_hold([this, done](Result<void> durable) {
    post([done, durable = std::move(durable)] {
      if (!durable) return refuse(done, durable.error());
      answer_nothing(done);
    });
  });
}

void Studio::Parts::carry_out(const HoldAfterCrashCommand& command, Studio::Done done) {
  runner->set_hold_after_crash(command.hold, [this, done](Result<void> durable) {
    post([done, durable = std::move(durable)] {
      if (!durable) return refuse(done, durable.error());
      answer_nothing(done);
    });
  });
}

}  // namespace studio
