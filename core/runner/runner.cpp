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
                          std::function<void()> all_done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, files = std::move(files), each = std::move(each), all_done = std::move(all_done)]() mutable {
    engine->import_files(std::move(files), std::move(each), std::move(all_done));
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

void Runner::link(JobId job, std::string remote_id, Done done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, job, remote_id = std::move(remote_id), done = std::move(done)]() mutable {
    engine->wish(job, happened::LinkWished{std::move(remote_id)}, std::move(done));
  });
}

void Runner::set_paused(bool paused, std::function<void(Result<void>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, paused, done = std::move(done)]() mutable { engine->set_paused(paused, std::move(done)); });
}

void Runner::set_budgets(Budgets budgets, std::function<void(Result<void>)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, budgets, done = std::move(done)]() mutable { engine->set_budgets(budgets, std::move(done)); });
}

void Runner::outlook(std::function<void(Outlook)> done) {
  Engine* engine = engine_.get();
  engine->post_to_engine([engine, done = std::move(done)]() mutable { engine->outlook(std::move(done)); });
}

}  // namespace studio
