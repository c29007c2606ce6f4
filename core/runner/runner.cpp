#include "runner/runner.h"

#include "runner/engine.h"

namespace studio {

Runner::Runner(RunnerParts parts) : engine_(std::make_unique<Engine>(std::move(parts))) {}
Runner::~Runner() { stop(); }

Result<void> Runner::start() { return engine_->start(); }
void Runner::stop() { engine_->stop(); }
Result<void> Runner::start_by_hand() { return engine_->begin(); }
bool Runner::turn() { return engine_->turn(); }
void Runner::wish_end() { engine_->stop_wished = true; }

void Runner::admit(Admission admission, std::function<void(Result<Admitted>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, admission = std::move(admission), done = std::move(done)]() mutable {
    engine->admit(std::move(admission), std::move(done));
  });
}

void Runner::import_files(std::vector<std::filesystem::path> files, std::function<void(ImportedFile)> each,
                          std::function<void()> all_done, std::optional<VersionOf> version_of) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, files = std::move(files), each = std::move(each), all_done = std::move(all_done), version_of]() mutable {
    engine->import_files(std::move(files), std::move(each), std::move(all_done), version_of);
  });
}

void Runner::cancel(JobId job, Done done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, job, done = std::move(done)]() mutable { engine->wish(job, happened::CancelWished{}, std::move(done)); });
}

void Runner::retry(JobId job, Done done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, job, done = std::move(done)]() mutable { engine->wish(job, happened::RetryWished{}, std::move(done)); });
}

void Runner::resubmit(JobId job, Done done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, job, done = std::move(done)]() mutable { engine->wish(job, happened::ResubmitWished{}, std::move(done)); });
}

void Runner::write_off(JobId job, Done done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, job, done = std::move(done)]() mutable { engine->wish(job, happened::WriteOffWished{}, std::move(done)); });
}

void Runner::say_charged(JobId job, std::optional<Money> charged, Done done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, job, charged, done = std::move(done)]() mutable { engine->wish(job, happened::ChargeSaid{charged}, std::move(done)); });
}

void Runner::link(JobId job, std::string remote_id, Done done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, job, remote_id = std::move(remote_id), done = std::move(done)]() mutable {
    engine->wish(job, happened::LinkWished{std::move(remote_id)}, std::move(done));
  });
}

void Runner::set_queue(QueueMode mode, std::function<void(Result<void>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, mode, done = std::move(done)]() mutable { engine->set_queue(mode, std::move(done)); });
}

void Runner::release_hold(std::function<void(Result<void>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, done = std::move(done)]() mutable { engine->release_hold(std::move(done)); });
}

void Runner::set_hold_after_crash(bool hold, std::function<void(Result<void>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, hold, done = std::move(done)]() mutable { engine->set_hold_after_crash(hold, std::move(done)); });
}

void Runner::move_jobs(std::vector<JobId> jobs, MoveTo to, JobId before, std::function<void(Result<Reordered>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, jobs = std::move(jobs), to, before, done = std::move(done)]() mutable {
    engine->move_jobs(std::move(jobs), to, before, std::move(done));
  });
}

void Runner::set_priority(std::vector<JobId> jobs, Priority priority, std::function<void(Result<Reordered>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, jobs = std::move(jobs), priority, done = std::move(done)]() mutable {
    engine->set_priority(std::move(jobs), priority, std::move(done));
  });
}

void Runner::edit(JobId job, Recipe recipe, Done done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, job, recipe = std::move(recipe), done = std::move(done)]() mutable {
    engine->edit(job, std::move(recipe), std::move(done));
  });
}

void Runner::dismiss(JobId job, Done done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, job, done = std::move(done)]() mutable { engine->wish(job, happened::DismissWished{}, std::move(done)); });
}

void Runner::set_budgets(Budgets budgets, std::function<void(Result<void>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, budgets, done = std::move(done)]() mutable { engine->set_budgets(budgets, std::move(done)); });
}

void Runner::go_on(std::function<void(Result<void>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, done = std::move(done)]() mutable { engine->go_on(std::move(done)); });
}

void Runner::allow_model(std::string model, std::optional<Money> each, std::function<void(Result<void>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, model = std::move(model), each, done = std::move(done)]() mutable {
    engine->allow_model(model, each, std::move(done));
  });
}

void Runner::check_files(std::vector<AssetId> assets, std::function<void()> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, assets = std::move(assets), done = std::move(done)]() mutable { engine->check_files(assets, std::move(done)); });
}

void Runner::note_use() { engine_->last_use_mono_ms = engine_->parts.clock.mono_ms(); }

void Runner::outlook(std::function<void(Outlook)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, done = std::move(done)]() mutable { engine->outlook(std::move(done)); });
}

}  // namespace studio
