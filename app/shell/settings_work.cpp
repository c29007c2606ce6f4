// Reads and measures off the UI thread; what it finds is put into the panel's state between frames.
#include "shell/settings_work.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "settings/secret_keys.h"
#include "settings/storage_use.h"

namespace studio {
namespace {

ProviderEntry::Place place_of(KeyPlace place) {
  switch (place) {
    case KeyPlace::Environment:
      return ProviderEntry::Place::Environment;
    case KeyPlace::SecretService:
      return ProviderEntry::Place::SecretService;
    case KeyPlace::File:
      return ProviderEntry::Place::File;
    case KeyPlace::None:
      break;
  }
  return ProviderEntry::Place::None;
}

// A key under the service's own name in the environment. Of a long one the last four characters may be shown.
KeyFact fact_of_variable(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  const std::string_view key = value == nullptr ? std::string_view() : trimmed(value);
  if (key.empty()) return {};
  KeyFact fact{KeyPlace::Environment, {}};
  if (key.size() >= 12 && is_valid_utf8(key.substr(key.size() - 4))) fact.ending = key.substr(key.size() - 4);
  return fact;
}

std::vector<ProviderEntry> entries_of(const ProviderSet& providers, const SecretKeys* keys) {
  std::vector<ProviderEntry> entries;
  for (const Provider* provider : providers.all()) {
    const ProviderInfo& info = provider->info();
    ProviderEntry entry;
    entry.id = info.id;
    entry.label = info.label;
    entry.needs_key = info.needs_key;
    entry.note =
        info.is_sandbox ? "Built in: runs on this machine, costs play money, needs no key and no network." : info.note;
    entry.variable = entry.variables = key_variable(info.id);
    for (const std::string& variable : info.key_variables) entry.variables += " or " + variable;
    entry.key_page = info.key_page;
    if (entry.needs_key && keys != nullptr) {
      KeyFact fact = keys->fact(info.id);
      // As when it is used: our name in the environment, then the service's own, then keyring and file.
      for (const std::string& variable : info.key_variables) {
        if (fact.place == KeyPlace::Environment) break;
        if (const KeyFact own = fact_of_variable(variable); own.place != KeyPlace::None) {
          fact = own;
          entry.variable = variable;
        }
      }
      entry.place = place_of(fact.place);
      entry.ending = fact.ending;
      entry.trouble = keys->trouble(info.id);
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

SettingsWork::SettingsWork(std::filesystem::path config_folder, std::shared_ptr<const ProviderSet> providers,
                           std::function<void()> wake)
    : config_folder_(std::move(config_folder)),
      providers_(std::move(providers)),
      inbox_([this, wake = std::move(wake)] {
        has_news_ = true;
        if (wake) wake();
      }) {}

SettingsWork::~SettingsWork() {
  stop_.request_stop();
  work_.wait();
}

void SettingsWork::tend(SettingsState& state, const StudioView* view) {
  has_news_ = false;
  const bool is_done = work_.is_done();  // then all it told is in the inbox
  for (News& news : inbox_.drain()) news(state);
  if (is_done) work_.take();
  state.is_working = work_.is_under_way();
  if (state.keys_file.empty()) {
    state.keys_file = (config_folder_ / "keys.json").string();
    state.providers = entries_of(*providers_, nullptr);
  }
  const std::filesystem::path project = view != nullptr ? view->project : std::filesystem::path();
  if (project != measured_) {
    measured_ = project;
    state.storage.reset();
    state.storage_problem.clear();
    state.look_at_storage = state.is_open && state.section == SettingsSection::Storage;
  }
  const bool is_wanted = state.look_at_storage || state.look_at_keys || state.key_wish;
  if (!is_wanted) return;
  if (work_.is_under_way()) return;
  Task task;
  if (std::exchange(state.look_at_storage, false) && !project.empty()) task.measure = project;
  task.keys = std::exchange(state.look_at_keys, false);
  task.key_wish = std::exchange(state.key_wish, std::nullopt);
  state.is_working = true;
  work_.start([this, task = std::move(task), stop = stop_.get_token()] {
    carry_out(task, stop);
    return true;
  });
}

void SettingsWork::carry_out(const Task& task, const std::stop_token& stop) {
  if (task.keys || task.key_wish) {
    std::string problem;
    auto keys = SecretKeys::load(config_folder_);
    if (keys && task.key_wish) {
      const SettingsState::KeyWish& wish = *task.key_wish;
      if (wish.key.empty()) {
        if (const auto removed = keys->remove(wish.provider); !removed) problem = removed.error().message;
      } else {
        const auto saved = keys->set(wish.provider, wish.key);
        problem = saved ? saved->note : saved.error().message;
      }
    }
    if (!keys) {
      problem = keys.error().message;
      log_warning(problem);
    }
    inbox_.post([entries = entries_of(*providers_, keys ? &*keys : nullptr), problem](SettingsState& state) {
      state.providers = entries;
      state.keys_problem = problem;
    });
  }
  if (task.measure) {
    const auto use = measure_storage(*task.measure, stop);
    if (!use && use.error().kind == ErrorKind::Cancelled) return;
    inbox_.post([this, use, project = *task.measure](SettingsState& state) {
      if (project != measured_) return;  // another one is open by now
      state.storage.reset();
      state.storage_problem.clear();
      if (use)
        state.storage = StorageEntry{use->vault, use->packs, use->ledger, use->spool, use->vault_files, use->free};
      else
        state.storage_problem = use.error().message;
    });
  }
}

}  // namespace studio
