#include "providers/provider.h"

#include "base/redaction.h"
#include "base/text.h"
#include "providers/reading.h"

namespace studio {
namespace {

// A reading was asked for that the provider never planned: our own mistake, told as an error so that a job survives it.
CallFailed not_offered(const char* what) {
  return {Error{ErrorKind::Bug, "This service offers no such call: please report this.", what, 0}, false};
}

}  // namespace

std::string told_id(const ProviderProfile& profile, const HttpResponse& response) {
  if (profile.request_id_header.empty()) return {};
  const std::string id(trimmed(response.header(profile.request_id_header)));
  return reading::is_plain_id(redacted(id)) ? id : std::string();  // a key would be a plain word too
}

InfoRead Provider::read_info(const HttpResponse&) const { return not_offered("read_info"); }
PrepareRead Provider::read_prepare(const ProviderCall&, const HttpResponse&) const { return not_offered("read_prepare"); }
CancelRead Provider::read_cancel(const ProviderCall&, const HttpResponse&) const { return not_offered("read_cancel"); }
std::vector<std::optional<PollRead>> Provider::read_poll_many(const std::vector<ProviderCall>& calls, const HttpResponse&) const {
  return std::vector<std::optional<PollRead>>(calls.size());
}
ListRead Provider::read_list(const HttpResponse&) const { return not_offered("read_list"); }
ListRead Provider::read_look_up(const ProviderCall&, const HttpResponse&) const { return not_offered("read_look_up"); }

bool Provider::could_be(const ProviderCall& call, const RemoteJob& job) const {
  if (!job.own_id.empty() || profile().echoes_own_id) return !job.own_id.empty() && job.own_id == call.attempt.key;
  return job.model == call.recipe.model && job.prompt == call.recipe.prompt;
}

}  // namespace studio
