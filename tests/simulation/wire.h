// How the simulated service is spoken to: a provider (which plans and reads as any other) and its other end, which takes the
// requests apart and puts the answers together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "providers/provider.h"
#include "simulation/model_service.h"

namespace studio {

// What a request asks for.
struct Asked {
  enum class For : std::uint8_t { Info, Upload, Submit, Ticket, Status, Statuses, File, Cancel, List, LookUp, Nothing };
  For what = For::Nothing;
  std::string id;    // of the remote job; of an upload its name
  int file = 0, addresses = 0;
  std::vector<std::string> ids;  // of Statuses
  std::string key, body, model, prompt;
  std::int64_t since_ms = 0;  // of a list, by the service's clock
  std::size_t page = 0;
};

// What is wrong with a status that is otherwise true.
struct StatusQuirks {
  bool says_working = false;  // although it is over
  bool odd_word = false;
  double poll_after_secs = 0;
};

class Wire {
 public:
  virtual ~Wire() = default;
  virtual std::string provider_id() const = 0;  // its models are "ID-image" and "ID-clip"
  virtual std::unique_ptr<Provider> make_provider() const = 0;
  virtual Asked understand(const HttpRequest& request) const = 0;
  virtual HttpResponse info(bool replays) const = 0;
  virtual HttpResponse upload(const Asked& asked) const = 0;
  virtual HttpResponse accepted(const std::string& id) const = 0;
  virtual HttpResponse ticket(const std::string& id) const = 0;
  virtual HttpResponse with_files(const RemoteRow& row, const std::vector<std::string>& files) const = 0;  // of a submit or a status
  virtual HttpResponse refused(const RemoteRow* row) const = 0;  // null: before it began, at no cost
  virtual HttpResponse status(const RemoteRow& row, const StatusQuirks& quirks, const std::vector<RemoteOutput>& outputs) const = 0;
  // Of several jobs at once: what status() says of each, by its id.
  virtual HttpResponse statuses(const std::vector<std::pair<std::string, HttpResponse>>& each) const = 0;
  virtual HttpResponse not_known() const = 0;
  virtual HttpResponse cancelled(CancelAnswer answer) const = 0;
  // Keys where they are echoed.
  virtual HttpResponse list(const std::vector<const RemoteRow*>& rows, bool with_keys, const std::string& next) const = 0;
  virtual HttpResponse rejected(int status) const = 0;
};

// The canary: in every request as a key is, and never in the log.
inline constexpr std::string_view wire_secret = "canary-key-of-the-simulation";

// By which a submit's answer names its job, where the terms say so.
inline constexpr const char* id_header = "x-job";

// Lines of text, a value each.
std::unique_ptr<Wire> make_plain_wire(const ServiceTerms& terms, int image_lane);

// JSON as the sandbox writes it, read by the provider that ships.
std::unique_ptr<Wire> make_sandbox_wire(const ServiceTerms& terms, int image_lane);
// What the sandbox offers, whatever was drawn.
void as_the_sandbox(ServiceTerms& terms);

HttpResponse answer_of(int status, std::string body = {});

}  // namespace studio
