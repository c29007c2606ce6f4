#include "engine/studio.h"

#include "base/log.h"
#include "engine/key_watch.h"
#include "engine/media_work.h"
#include "engine/studio_parts.h"
#include "store/ledger_care.h"

namespace studio {
namespace {

// Asked before a command is sent: it is answered by the thread that carries commands out, so a program that hangs gets no
// command that it might carry out hours later.
constexpr const char* hello = "hello";

// Nothing was begun: the other program tries again, and takes the project itself when it is free.
std::string closing_reply() {
  CommandReply closing;
  closing.error = Error{ErrorKind::Offline, "The program that had the project open is closing: try again.", "", 0};
  return reply_to_json(closing);
}

// Set while a full check of the ledger is due.
constexpr std::string_view ledger_check_fact = "ledger_check";

std::string poster_key(const std::string& sha256, int edge) { return sha256 + ":" + std::to_string(edge); }

}  // namespace

Studio::Studio() = default;

Studio::~Studio() {
  if (!parts_) return;
  if (parts_->owner) parts_->owner->stop();  // no new hands
  for (auto& request : parts_->requests.drain()) request.reply(closing_reply(), true);
  parts_->owner.reset();
  parts_->exporting = {};  // asked to stop, and waited for
  parts_->checking_ledger = {};
  parts_->runner.reset();  // then the engine
  parts_->store.reset();   // then the ledger, last to close
}

Result<void> Studio::create_project(const std::filesystem::path& project, const std::string& name) {
  return Store::create(project, name);
}

Result<std::unique_ptr<Studio>> Studio::open(const std::filesystem::path& project, StudioParts given) {
  std::unique_ptr<Studio> studio(new Studio);
  studio->parts_ = std::make_unique<Parts>(std::move(given));
  Parts& parts = *studio->parts_;
  parts.project = std::filesystem::absolute(project).lexically_normal();
  STUDIO_TRY(parts.store, Store::open(parts.project));
  STUDIO_TRY(parts.packs, Packs::open(parts.project / "packs"));
  STUDIO_CHECK(parts.load());
  if (const std::string when = parts.store->restored_from(); !when.empty()) {
    parts.budget_warning = "This is the project's backup of " + when + ": what was sent since then is not known to it. What waits is "
                           "held; look at your services before you resume it, or it may be paid for twice.";
    ++parts.budget_warnings;
    log_warning(parts.budget_warning);
  }
  STUDIO_TRY(auto transport, parts.shared.make_transport());
  RunnerParts runner_parts{.store = *parts.store,
                           .vault = Vault(parts.project),
                           .packs = *parts.packs,
                           .providers = *parts.shared.providers,
                           .clock = *parts.shared.clock,
                           .transport = std::move(transport),
                           .resolve_endpoint = parts.shared.resolve_endpoint,
                           .media = parts.shared.media,
                           .post = [&parts](RunnerEvent event) { parts.inbox.post(Parts::Message(std::move(event))); },
                           .drive = parts.shared.drive,
                           .after_crash = !parts.store->last_exit_was_clean(),
                           .restored_from = parts.store->restored_from(),
                           .doubts_files = !parts.store->last_exit_was_clean()};
  parts.runner = std::make_unique<Runner>(std::move(runner_parts));
  STUDIO_CHECK(parts.runner->start());
  if (parts.shared.drive) parts.check_ledger();
  auto owner = OwnerServer::start(parts.project, [&parts](std::string request, OwnerServer::Reply reply) {
    parts.requests.post({std::move(request), std::move(reply)});
  });
  if (owner) parts.owner = std::move(*owner);
  else log_warning("Other programs cannot hand work to this one: " + owner.error().message);
  return studio;
}

Result<void> Studio::Parts::load() {
  return store->read_and_wait([this](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(project_name, ledger.fact("name"));
    if (project_name.empty()) project_name = project.filename().string();
    STUDIO_TRY(const auto generations, ledger.generations());
    for (const auto& generation : generations) library.fold(generation);
    STUDIO_TRY(const auto jobs, ledger.jobs({.kind = JobKind::Generate}));
    for (const auto& job : jobs) library.fold(job);
    STUDIO_TRY(const auto assets, ledger.assets());
    for (const auto& asset : assets) {
      library.fold(asset);
      if (packs->has(poster_key(asset.sha256, small_poster_edge))) library.fold_poster(asset.id);
    }
    STUDIO_TRY(const auto copies, ledger.copies());
    for (const StoredCopy& copy : copies) library.fold_copy(copy.asset, {copy.target, copy.address, copy.expires_ms});
    STUDIO_TRY(const std::string check, ledger.fact(ledger_check_fact));
    ledger_check_is_due = !check.empty();
    STUDIO_TRY(const std::string pause, ledger.fact(paused_fact));
    queue.mode = queue_mode_from_fact(pause);
    STUDIO_TRY(const std::string caps, ledger.fact(budgets_fact));
    STUDIO_TRY(budgets, budgets_from_json(caps));
    STUDIO_TRY(const std::string rules, ledger.fact(price_rules_fact));
    STUDIO_TRY(price_rules, price_rules_from_json(rules));
    STUDIO_TRY(usd, ledger.books(Currency::Usd));
    STUDIO_TRY(play, ledger.books(Currency::Play));
    return {};
  });
}

// After an end in the middle, or a full check that did not come to its end: every page and index of the ledger is looked at
// beside the work. Opening has found nothing, so it is no reason to let anybody wait.
void Studio::Parts::check_ledger() {
  if (!store->last_exit_was_clean()) {
    ledger_check_is_due = true;
    store->write([](Ledger& ledger) { return ledger.set_fact(ledger_check_fact, "1"); });
  }
  if (!ledger_check_is_due) return;
  checking_ledger = std::jthread([this](const std::stop_token& stop) {
    auto found = check_whole_ledger(project, [&] { return stop.stop_requested(); });
    if (!found) {
      if (found.error().kind != ErrorKind::Cancelled) log_warning("the full check of the ledger: " + found.error().message);
      return;  // due again at the next start
    }
    if (!*found) {
      log_info("the ledger passed its full check");
      return store->write([](Ledger& ledger) { return ledger.set_fact(ledger_check_fact, ""); });
    }
    const std::string words = "The project's ledger is damaged, so the queue is paused. " + restore_words(project / "ledger.sqlite");
    log_error(words + " (" + **found + ")");
    post([this, problem = Error{ErrorKind::Damaged, words, **found, 0}] {
      ledger_problem = problem;
      runner->set_queue(QueueMode::Paused, [](const Result<void>&) {});
    });
  });
}

void Studio::Parts::fold(RunnerEvent event) {
  ++events;
  if (auto* job = std::get_if<JobChanged>(&event)) {
    library.fold(job->job);
  } else if (const auto* download = std::get_if<DownloadProgress>(&event)) {
    library.fold_download(download->job, {download->bytes, download->of_bytes, download->expires_ms});
  } else if (auto* arrived = std::get_if<AssetArrived>(&event)) {
    library.fold(arrived->asset);
    for (const StoredCopy& copy : arrived->copies) library.fold_copy(copy.asset, {copy.target, copy.address, copy.expires_ms});
  } else if (auto* changed = std::get_if<AssetChanged>(&event)) {
    // Choices are made here: the ledger's may be a moment older.
    if (const Row row = library.row_of(changed->asset.id); row != no_row) {
      const Item& item = library.items[row];
      changed->asset.mark = item.mark;
      changed->asset.stars = item.stars;
      changed->asset.in_trash = item.in_trash && !changed->out_of_trash;
      if (!changed->is_linked) {
        const auto inputs = static_cast<std::ptrdiff_t>(inputs_among(changed->asset.recipe, changed->asset.parents.size()));
        auto& parents = changed->asset.parents;
        const auto& earlier = library.texts[row].earlier;
        parents.erase(parents.begin() + inputs, parents.end());
        parents.insert(parents.end(), earlier.begin(), earlier.end());
      }
    }
    library.fold(changed->asset);
  } else if (auto* poster = std::get_if<PosterReady>(&event)) {
    library.fold_poster(poster->asset);
  } else if (const auto* ready = std::get_if<HintsReady>(&event)) {
    for (const auto& [asset, hint] : ready->hints) library.fold_hint(asset, hint);
  } else if (auto* books = std::get_if<BooksChanged>(&event)) {
    usd = books->usd;
    play = books->play;
  } else if (auto* warning = std::get_if<BudgetWarning>(&event)) {
    budget_warning = std::move(warning->sentence);
    ++budget_warnings;
  } else if (auto* changed_queue = std::get_if<QueueChanged>(&event)) {
    queue = changed_queue->state;
  } else if (auto* reordered = std::get_if<QueueReordered>(&event)) {
    for (const QueueRank& rank : reordered->ranks) library.fold(rank);
  } else if (auto* rules = std::get_if<PriceRulesChanged>(&event)) {
    price_rules = std::move(rules->rules);
  } else if (auto* trouble = std::get_if<RunnerProblem>(&event)) {
    // An empty message says that the trouble is over.
    if (trouble->error.message.empty()) problem.reset();
    else problem = trouble->error;
  }
}

void Studio::Parts::serve(Request request) {
  if (request.text == hello) return request.reply(hello, true);
  auto command = command_from_json(request.text);
  if (!command) {
    CommandReply refused;
    refused.error = command.error();
    return request.reply(reply_to_json(refused), true);
  }
  // A program that only adds to the queue does no work that could be waited for.
  if (!shared.drive && std::holds_alternative<WaitCommand>(*command)) return request.reply(closing_reply(), true);
  request.reply(progress_to_json({}), false);  // at once: it has begun
  ++serving;
  run(std::move(*command),
      [this, reply = request.reply](const CommandReply& done) {
        --serving;
        reply(reply_to_json(done), true);
      },
      [reply = request.reply](const CommandProgress& step) { reply(progress_to_json(step), false); });
}

bool Studio::is_serving() const { return parts_->serving > 0; }

bool Studio::tick() {
  parts_->runner->note_use();
  for (auto& request : parts_->requests.drain()) parts_->serve(std::move(request));
  auto messages = parts_->inbox.drain();
  for (auto& message : messages) {
    if (auto* event = std::get_if<RunnerEvent>(&message)) parts_->fold(std::move(*event));
    else std::get<std::function<void()>>(message)();
  }
  if (!parts_->waits.empty()) {
    const std::int64_t now = parts_->shared.clock->mono_ms();
    if (!messages.empty() || now - parts_->waits_checked_mono_ms > 500) {
      parts_->waits_checked_mono_ms = now;
      parts_->check_waits();
    }
  }
  return !messages.empty();
}

StudioView Studio::view() const {
  const QueueStatus& queue = parts_->queue;
  return {parts_->project, parts_->project_name,      parts_->library, *parts_->shared.providers, *parts_->shared.variations,
          parts_->usd,     parts_->play, parts_->budgets, parts_->price_rules, parts_->budget_warning, parts_->budget_warnings,
          parts_->ledger_problem ? parts_->ledger_problem : parts_->problem, queue.mode == QueueMode::Paused || queue.mode == QueueMode::Draining, queue, parts_->shared.clock->wall_ms()};
}

std::string Studio::missing_key(std::string_view provider) const {
  return parts_->shared.keys == nullptr ? std::string() : parts_->shared.keys->missing(provider);
}

std::function<Result<UniqueFd>(const std::string&)> Studio::blob_source() const {
  return [vault = Vault(parts_->project)](const std::string& sha256) { return vault.open(sha256); };
}

std::filesystem::path StudioView::blob_path(const std::string& sha256) const { return Vault(project).blob_path(sha256); }

void Studio::run(Command command, Done done, OnProgress progress) {
  parts_->run(std::move(command), std::move(done), std::move(progress));
}

std::function<std::optional<std::string>(const std::string&, int)> Studio::poster_source() const {
  return [packs = parts_->packs](const std::string& sha256, int edge) { return packs->read(poster_key(sha256, edge)); };
}

std::filesystem::path Studio::blob_path(const std::string& sha256) const { return Vault(parts_->project).blob_path(sha256); }

namespace {

Result<ReplyIds> ask_owner(const std::filesystem::path& project, const Command& command, const Studio::OnProgress& progress) {
  STUDIO_CHECK(call_owner(project, hello, [](std::string_view) {}));
  std::optional<Result<ReplyIds>> reply;
  const auto on_line = [&](std::string_view line) {
    if (const auto step = progress_from_json(line)) {
      if (progress && step->total > 0) progress(*step);
    } else {
      reply = reply_from_json(line);
    }
  };
  constexpr int first_answer_ms = 5000;
  bool is_sent = false;
  auto called = call_owner(project, command_to_json(command), on_line, first_answer_ms, &is_sent);
  // An owner that hangs may still carry it out: never again by itself.
  if (!called && is_sent && called.error().kind == ErrorKind::Owned) called.error().kind = ErrorKind::UnknownOutcome;
  if (!called) return fail(std::move(called.error()));
  if (!reply) return fail(ErrorKind::UnknownOutcome, "The program that has the project open ended before it answered: look at jobs and list whether it was done.");
  return std::move(*reply);
}

// A request is one line of limited length, so a long list of files goes in pieces.
Result<ReplyIds> import_through_owner(const std::filesystem::path& project, const ImportCommand& command, const Studio::OnProgress& progress) {
  constexpr std::size_t piece_bytes = 100'000;
  if (command.version_of.valid()) return ask_owner(project, command, progress);
  ReplyIds all;
  const int total = static_cast<int>(command.paths.size());
  for (std::size_t at = 0; at < command.paths.size();) {
    ImportCommand piece;
    const int before = static_cast<int>(at);
    for (std::size_t bytes = 0; at < command.paths.size() && bytes < piece_bytes; ++at) {
      bytes += command.paths[at].size();
      piece.paths.push_back(command.paths[at]);
    }
    STUDIO_TRY(ReplyIds reply, ask_owner(project, piece, [&](const CommandProgress& step) {
                 if (progress) progress({before + step.done, total, step.eta_secs});
               }));
    all.assets.insert(all.assets.end(), reply.assets.begin(), reply.assets.end());
    all.failures.insert(all.failures.end(), reply.failures.begin(), reply.failures.end());
    if (reply.error) {
      all.error = std::move(reply.error);
      break;
    }
  }
  return all;
}

}  // namespace

Result<ReplyIds> run_through_owner(const std::filesystem::path& project, const Command& command, const Studio::OnProgress& progress) {
  if (const auto* import = std::get_if<ImportCommand>(&command)) return import_through_owner(project, *import, progress);
  return ask_owner(project, command, progress);
}

}  // namespace studio
