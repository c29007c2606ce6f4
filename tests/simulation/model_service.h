// A made-up paid service: what it was given, how far that is, what it charged. It speaks no format; a wire does (wire.h).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/money.h"
#include "simulation/sim.h"

namespace studio {

// What it offers; drawn anew for each seed.
struct ServiceTerms {
  bool replays = false;        // a key that it knows is answered with its first job
  bool says_so = false;        // on its info call; else its profile does
  std::int64_t key_life_secs = 0;
  bool lists = false, list_is_complete = false, echoes_keys = false;
  bool cancels = true;
  int looks_at_once = 0;        // the most jobs that one question may be about; below 2: one
  bool answers_inline = false;  // the submit's answer is the files
  bool inline_status = false;   // the status of a finished job is the files
  bool tickets = false;         // a submit is answered in two steps
  bool bills_at_start = false;  // and takes it back for what fails
  bool always_states_cost = false;
  bool is_silent = false;  // of a refusal it does not say whether it is charged, nor of what stopped without a word that it does
  bool always_stops = false;  // what it is asked to
  bool names_ids = false;     // a header of each answer to a submit names its job, or the request alone
  int most_files = 3;
  std::int64_t price_micros = 40'000;
  std::int64_t clock_ahead_ms = 0;
  std::int64_t file_life_ms = 0;  // of the addresses; 0: for ever
};

enum class RemoteEnd : std::uint8_t { Done, Empty, Failed, Refused, Forgotten };
enum class RemoteNow : std::uint8_t { Working, Over, Cancelled };
// What a wish to stop does to it, and what is answered: "it stops"; "it was heard", which says nothing (it goes on, or stops).
enum class OnCancel : std::uint8_t { Stops, GoesOn, MayStop };
enum class CancelAnswer : std::uint8_t { Stops, WasHeard, TooLate };

struct RemoteRow {
  std::string id, key, body, model, prompt;
  std::int64_t created_wall_ms = 0, ends_mono_ms = 0;
  RemoteNow now = RemoteNow::Working;
  RemoteEnd end = RemoteEnd::Done;
  OnCancel on_cancel = OnCancel::Stops;
  bool is_billed_end = false;  // a failure or refusal that costs
  bool states_cost = false;
  bool says_hash = true, says_size = true;
  bool is_damaged = false;     // what it made cannot be opened
  bool is_dropped = false;     // its files are gone before anybody came
  int files = 1;
  int addresses = 0;           // how often they were made anew
  std::int64_t addresses_end_mono_ms = 0;
  std::int64_t amount_micros = 0;  // what it costs if it ends as it will
  std::int64_t charged_micros = 0;
  int looks = 0;
};

class ModelService {
 public:
  ModelService(Sim& sim, ServiceTerms terms) : sim_(sim), terms_(terms) {}

  const ServiceTerms& terms() const { return terms_; }

  // What it says no to, it says no to each time: the same bytes under the same key are judged the same.
  bool refuses(const std::string& key) const;
  int rejects(const std::string& key) const;  // a status; 0: it does not
  // A submit that arrives. Null: it says no, which costs nothing.
  RemoteRow* take(const std::string& key, const std::string& body, const std::string& model, const std::string& prompt);
  // Time has passed for it.
  void bring_up_to_date(RemoteRow& row);
  RemoteRow* find(const std::string& id);
  // As it was when somebody looked last.
  const RemoteRow* peek(const std::string& id) const;
  const RemoteRow* peek_by_key(const std::string& key) const;
  RemoteRow* find_by_key(const std::string& key);
  CancelAnswer cancel(RemoteRow& row);
  void renew_addresses(RemoteRow& row);
  std::string content_of(const RemoteRow& row, int file) const;
  // Its own clock: no jump of ours moves it.
  std::int64_t now_wall_ms() const { return 1'700'000'000'000 + sim_.clock.mono_ms() + terms_.clock_ahead_ms; }
  std::size_t count() const { return rows_.size(); }
  RemoteRow& at(std::size_t index) { return *rows_[index]; }
  std::int64_t bill_micros() const { return bill_micros_; }

  std::function<void(const RemoteRow&)> on_charge;

 private:
  void charge(RemoteRow& row, std::int64_t micros);

  Sim& sim_;
  ServiceTerms terms_;
  std::vector<std::unique_ptr<RemoteRow>> rows_;
  std::unordered_map<std::string, RemoteRow*> by_id_;
  std::unordered_map<std::string, RemoteRow*> by_key_;  // the first one of a key
  std::int64_t bill_micros_ = 0;
};

}  // namespace studio
