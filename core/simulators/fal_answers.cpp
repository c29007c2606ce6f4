#include "simulators/fal_answers.h"

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"

namespace studio::simulators {
namespace {

using Json = nlohmann::json;

// The service's file addresses have an animal in them; nothing hangs on it.
constexpr const char* animals[] = {"koala", "lion", "zebra", "panda", "tiger", "monkey", "rabbit", "penguin", "elephant", "kangaroo"};

std::string extension_of(const std::string& content_type) {
  if (content_type == "image/jpeg") return ".jpg";
  if (content_type == "image/png") return ".png";
  if (content_type == "image/webp") return ".webp";
  if (content_type == "image/avif") return ".avif";
  if (content_type == "video/mp4") return ".mp4";
  return ".bin";
}

}  // namespace

WireAnswer json_answer(int status, const Json& body) {
  WireAnswer answer;
  answer.status = status;
  answer.body = body.dump();
  answer.set_header("Content-Type", "application/json");
  return answer;
}

void refuse(int status, const std::string& detail) { throw FalProblem{json_answer(status, {{"detail", detail}})}; }

void refuse_input(Json loc, const std::string& type, const std::string& msg) {
  throw FalProblem{json_answer(422, {{"detail", Json::array({fal_detail(std::move(loc), type, msg)})}})};
}

void refuse_platform(int status, const std::string& type, const std::string& message) {
  throw FalProblem{json_answer(status, {{"error", {{"type", type}, {"message", message}}}})};
}

void tell_trouble(const Error& error) { log_error("simulator: " + error.message + " (" + error.detail + ")"); }

void check_method(const WireRequest& request, std::string_view method) {
  if (request.method == method) return;
  WireAnswer answer = json_answer(405, {{"detail", "Method Not Allowed"}});
  answer.set_header("Allow", std::string(method));
  throw FalProblem{std::move(answer)};
}

void check_parameters(const WireRequest& request, const std::set<std::string>& known) {
  for (const auto& [name, value] : request.query)
    if (!known.contains(name)) refuse_input({"query", shortened(name, 40)}, "extra_forbidden", "Extra inputs are not permitted");
}

void check_json_type(const WireRequest& request) {
  const auto* type = request.header("Content-Type");
  const std::string plain = type == nullptr ? std::string() : to_lower_ascii(trimmed(std::string_view(*type).substr(0, type->find(';'))));
  if (plain != "application/json") refuse_input({"header", "content-type"}, "content_type", "Content-Type should be application/json");
}

std::optional<double> lifecycle_secs(const WireRequest& request, const std::string& header) {
  const auto* text = request.header(header);
  if (text == nullptr) return std::nullopt;
  const Json json = Json::parse(*text, nullptr, false);
  const bool fits = json.is_object() && json.size() == 1 && json.contains("expiration_duration_seconds") &&
                    json["expiration_duration_seconds"].is_number_unsigned() && json["expiration_duration_seconds"] > 0;
  if (!fits) refuse_input({"header", to_lower_ascii(header)}, "json_invalid", "Should be {\"expiration_duration_seconds\": seconds}");
  return json["expiration_duration_seconds"].get<double>();
}

std::string base_address(const WireRequest& request) { return "http://127.0.0.1:" + std::to_string(request.port); }

std::string file_address(const WireRequest& request, const std::string& id, const std::string& content_type) {
  return base_address(request) + "/files/b/" + animals[stable_hash(id) % std::size(animals)] + "/" + id + extension_of(content_type);
}

}  // namespace studio::simulators
