#include "sandbox/api.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "sandbox/byte_range.h"
#include "sandbox/models.h"

namespace studio {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_json_bytes = 256 << 10;
constexpr int list_page_size = 100;
constexpr std::size_t max_looks_at_once = 100;

// Leaves a check with an answer that is an error.
struct ApiProblem {
  ApiAnswer answer;
};
[[noreturn]] void refuse(int status, std::string_view code, std::string_view message) {
  throw ApiProblem{api_error(status, code, message)};
}
[[noreturn]] void bad_request(std::string_view message) { refuse(400, "bad_request", message); }

// Our own trouble is a 500 with its sentence; a 507 (its disk cannot be written) says besides that nothing was done, so the client may try
// again later.
template <class T>
T need(Result<T> result) {
  if (!result) {
    log_error("sandbox: " + result.error().message + " (" + result.error().detail + ")");
    refuse(result.error().kind == ErrorKind::Disk ? 507 : 500, "server_trouble", result.error().message);
  }
  return std::move(*result);
}

ApiAnswer json_answer(int status, const Json& body) {
  ApiAnswer answer;
  answer.status = status;
  answer.body = body.dump();
  return answer;
}

double dollars(std::int64_t micros) { return static_cast<double>(micros) / 1e6; }

std::int64_t price_micros(const SandboxModel& model, const SandboxOptions& options) {
  return std::llround(static_cast<double>(model.price_micros) * options.price_factor);
}

// Parses an object and refuses a member that comes twice: which one counts would be a guess.
Json parse_object(const std::string& body) {
  if (body.size() > max_json_bytes) bad_request("The body is larger than a request can be.");
  std::vector<std::set<std::string>> seen;
  bool has_double = false;
  const Json::parser_callback_t watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) seen.emplace_back();
    if (event == Json::parse_event_t::object_end) seen.pop_back();
    if (event == Json::parse_event_t::key && !seen.back().insert(parsed.get<std::string>()).second) has_double = true;
    return true;
  };
  Json json = Json::parse(body, watch, false);
  if (json.is_discarded()) bad_request("The body is not JSON.");
  if (has_double) bad_request("A field of the body comes twice.");
  if (!json.is_object()) bad_request("The body is not a JSON object.");
  return json;
}

void check_fields(const Json& object, const std::set<std::string>& known) {
  for (const auto& [name, value] : object.items())
    if (!known.contains(name)) bad_request("Unknown field \"" + shortened(name, 40) + "\".");
  for (const auto& name : known)
    if (!object.contains(name)) bad_request("The field \"" + name + "\" is missing.");
}

std::string text_field(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) bad_request("The field \"" + std::string(name) + "\" is missing.");
  if (!found->is_string()) bad_request("The field \"" + std::string(name) + "\" must be text.");
  return found->get<std::string>();
}

std::int64_t whole_field(const Json& object, const char* name, std::int64_t lowest, std::int64_t highest) {
  const Json& value = object.at(name);
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() || value.get<std::uint64_t>() <= static_cast<std::uint64_t>(highest)) &&
                    value.get<std::int64_t>() >= lowest && value.get<std::int64_t>() <= highest;
  if (!fits)
    bad_request("The field \"" + std::string(name) + "\" must be a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest) + ".");
  return value.get<std::int64_t>();
}

void check_query(const ApiRequest& request, const std::set<std::string>& known) {
  for (const auto& [name, value] : request.query)
    if (!known.contains(name)) bad_request("Unknown query parameter \"" + shortened(name, 40) + "\".");
}

std::int64_t query_number(const ApiRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  if (found == request.query.end() || found->second.empty()) return 0;
  std::int64_t value = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [stop, error] = std::from_chars(found->second.data(), end, value);
  if (error != std::errc{} || stop != end || value < 0) bad_request("The query parameter \"" + name + "\" must be a whole number from 0 on.");
  return value;
}

// How long a client may sleep before the next look: until the job is likely over, but often enough to show progress.
std::int64_t poll_after_ms(const JobView& view) {
  return std::clamp<std::int64_t>(std::llround(view.eta_secs * 1000), 100, 1000);
}

// ---- info -----------------------------------------------------------------------------------------------------------

ApiAnswer info(const JobBoard& board) {
  Json models = Json::array();
  for (const auto& model : sandbox_models)
    models.push_back({{"id", model.id}, {"kind", model.makes_clips ? "video" : "image"}, {"price", dollars(price_micros(model, board.options()))}});
  return json_answer(200, {{"name", "sandbox"}, {"version", 1}, {"replay", board.options().replay}, {"currency", "play"}, {"models", models}});
}

// ---- uploads --------------------------------------------------------------------------------------------------------

ApiAnswer announce_upload(JobBoard& board, const ApiRequest& request) {
  const Json body = parse_object(request.body);
  check_fields(body, {"sha256", "bytes", "mime"});
  const std::string sha256 = text_field(body, "sha256");
  if (!is_sha256_hex(sha256)) bad_request("The field \"sha256\" must be 64 lower-case hex digits.");
  const std::int64_t bytes = whole_field(body, "bytes", 1, sandbox_max_upload_bytes);
  const std::string mime = text_field(body, "mime");
  static const std::set<std::string> known{"image/png", "image/jpeg", "image/webp", "image/avif"};
  if (!known.contains(mime)) bad_request("The field \"mime\" must be image/png, image/jpeg, image/webp or image/avif.");
  const auto upload = need(board.add_upload(sha256, bytes, mime));
  return json_answer(201, {{"upload_id", upload.id}, {"put_url", "/v1/uploads/" + upload.id + "/data"}});
}

ApiAnswer fill_upload(JobBoard& board, const ApiRequest& request, const std::string& id) {
  const auto upload = need(board.upload(id));
  if (!upload) refuse(404, "unknown_upload", "There is no such upload, or its time is over; announce it again.");
  auto filled = board.fill_upload(*upload, request.body);
  if (!filled && filled.error().kind == ErrorKind::Damaged) refuse(422, "upload_mismatch", filled.error().message);
  const auto done = need(std::move(filled));
  return json_answer(200, {{"reference", "upload:" + done.id}, {"expires_at", iso_utc(done.expires_ms)}});
}

// ---- jobs -----------------------------------------------------------------------------------------------------------

ApiAnswer acceptance(const Acceptance& accepted) {
  const JobView& view = accepted.view;
  ApiAnswer answer = json_answer(accepted.is_replay ? 200 : 202, {{"id", view.job.id},
                                                                  {"status", accepted.is_replay ? view.status : "queued"},
                                                                  {"price", dollars(view.job.price_micros)},
                                                                  {"poll_after_ms", poll_after_ms(view)}});
  if (accepted.is_replay) answer.headers["Idempotent-Replay"] = "true";
  return answer;
}

SandboxJob job_from(const Json& body) {
  SandboxJob job;
  job.model = text_field(body, "model");
  const SandboxModel* model = find_sandbox_model(job.model);
  if (model == nullptr) refuse(404, "unknown_model", "The sandbox has no model of that name; GET /v1/info lists its models.");
  std::set<std::string> fields{"model", "prompt", "seed", "width", "height"};
  if (model->makes_clips) fields.insert({"image", "seconds"});
  check_fields(body, fields);
  job.prompt = text_field(body, "prompt");
  if (job.prompt.size() > sandbox_max_prompt_bytes) bad_request("The prompt is longer than " + std::to_string(sandbox_max_prompt_bytes) + " bytes.");
  if (!model->makes_clips && trimmed(job.prompt).empty()) bad_request("The prompt is empty.");
  job.seed = whole_field(body, "seed", 0, sandbox_max_seed);
  job.width = static_cast<int>(whole_field(body, "width", sandbox_min_side, model->max_side));
  job.height = static_cast<int>(whole_field(body, "height", sandbox_min_side, model->max_side));
  if (std::int64_t{job.width} * job.height > sandbox_max_pixels) bad_request("Width × height is more than " + std::to_string(sandbox_max_pixels) + " pixels.");
  if (!model->makes_clips) return job;

  if (job.width % 2 != 0 || job.height % 2 != 0) bad_request("Width and height of a clip must be even.");
  if (!body.at("seconds").is_number()) bad_request("The field \"seconds\" must be a number.");
  job.seconds = body.at("seconds").get<double>();
  if (!(job.seconds >= sandbox_min_seconds && job.seconds <= sandbox_max_seconds)) bad_request("The field \"seconds\" must be from 1 to 10.");
  const std::string image = text_field(body, "image");
  if (!image.starts_with("upload:")) bad_request("The field \"image\" must be a reference of the form upload:u_….");
  job.upload_id = image.substr(7);
  return job;
}

ApiAnswer submit(JobBoard& board, const ApiRequest& request) {
  const std::string& key = request.idempotency_key;
  if (key.size() < 16 || key.size() > 64 || std::any_of(key.begin(), key.end(), [](unsigned char c) { return c < 0x21 || c > 0x7e; }))
    refuse(400, "missing_key", "The header Idempotency-Key with 16 to 64 characters is missing.");
  Json body = parse_object(request.body);
  SandboxJob job = job_from(body);
  job.key = key;
  job.body_digest = sha256_hex(body.dump());  // the keys are in order, so spaces and order do not matter

  auto known = board.replayed(key, job.body_digest);
  if (!known && known.error().kind == ErrorKind::BadRequest) refuse(409, "key_reused", known.error().message);
  if (auto first = need(std::move(known))) return acceptance({std::move(*first), true});

  if (!job.upload_id.empty() || body.contains("image")) {
    const auto upload = need(board.upload(job.upload_id));
    if (!upload) refuse(404, "unknown_upload", "There is no such upload, or its time is over; upload the picture again.");
    if (!upload->is_complete) refuse(404, "unknown_upload", "This upload has no data yet; PUT its bytes first.");
    body["image"] = upload->sha256;
  }
  for (const auto& word : board.options().refused_words)
    if (holds_refused_word(job.prompt, word)) refuse(422, "refused", "The prompt holds a word that this sandbox was told to refuse (--refuse).");
  job.recipe_digest = sha256_hex(body.dump());
  job.price_micros = price_micros(*find_sandbox_model(job.model), board.options());

  auto accepted = board.accept(std::move(job));
  if (!accepted && accepted.error().kind == ErrorKind::BadRequest) refuse(409, "key_reused", accepted.error().message);
  const Acceptance done = need(std::move(accepted));
  if (!done.is_replay) board.hold_answer();
  return acceptance(done);
}

JobView existing(JobBoard& board, const std::string& id) {
  auto view = need(board.look(id));
  if (!view) refuse(404, "unknown_job", "There is no such job.");
  return std::move(*view);
}

Json status_of(const JobView& view) {
  const SandboxJob& job = view.job;
  Json json{{"id", job.id}, {"status", view.status}, {"progress", std::round(view.progress * 1000) / 1000}};
  const bool is_over = job.state != SandboxJobState::Active;
  if (is_over) json["cost"] = job.state == SandboxJobState::Done ? dollars(job.price_micros) : 0.0;
  if (!view.trouble.empty()) json["trouble"] = view.trouble;
  if (!is_over) json["eta_secs"] = std::round(view.eta_secs * 100) / 100;
  if (view.queue_position > 0) json["queue_position"] = view.queue_position;
  if (job.state == SandboxJobState::Done)
    json["output"] = {{"url", "/v1/jobs/" + job.id + "/output"}, {"mime", job.output_mime}, {"bytes", job.output_bytes},
                      {"sha256", job.output_sha256}, {"expires_at", iso_utc(job.expires_ms)}};
  if (job.state == SandboxJobState::Failed) json["error"] = {{"code", job.error_code}, {"message", job.error_message}};
  return json;
}

ApiAnswer look(JobBoard& board, const std::string& id) {
  const JobView view = existing(board, id);
  ApiAnswer answer = json_answer(200, status_of(view));
  if (view.job.state == SandboxJobState::Active) answer.headers["Poll-After-Ms"] = std::to_string(poll_after_ms(view));
  return answer;
}

// What is not known, or cannot be read, is left out.
ApiAnswer look_at_many(JobBoard& board, const ApiRequest& request) {
  check_query(request, {"ids"});
  const std::vector<std::string> ids = split(request.query.at("ids"), ',');
  if (ids.size() > max_looks_at_once) bad_request("One request tells about " + std::to_string(max_looks_at_once) + " jobs at most.");
  Json rows = Json::array();
  for (const std::string& id : ids) {
    const auto view = board.look(id);
    if (!view) log_error("sandbox: " + view.error().message + " (" + view.error().detail + ")");  // the others are told of
    if (!view || !*view) continue;
    rows.push_back(status_of(**view));
    if ((*view)->job.state == SandboxJobState::Active) rows.back()["poll_after_ms"] = poll_after_ms(**view);
  }
  return json_answer(200, {{"jobs", rows}});
}

ApiAnswer output(JobBoard& board, const ApiRequest& request, const std::string& id) {
  const JobView view = existing(board, id);
  const SandboxJob& job = view.job;
  if (job.state != SandboxJobState::Done) refuse(409, "not_ready", "This job has no output: it is " + view.status + ".");
  if (job.output_name.empty() || job.expires_ms < board.now_ms()) refuse(410, "expired", "The output of this job was kept for a week and is gone.");
  const std::string bytes = need(read_file(board.output_path(job.output_name), std::uint64_t{1} << 30));
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::string etag = "\"" + job.output_sha256 + "\"";

  ApiAnswer answer;
  answer.content_type = job.output_mime;
  answer.headers["ETag"] = etag;
  answer.headers["Accept-Ranges"] = "bytes";
  std::optional<ByteRange> range;
  if (!request.range.empty() && (request.if_range.empty() || request.if_range == etag)) range = parse_byte_range(request.range, size);
  if (!range) {
    answer.body = bytes;
    return answer;
  }
  if (range->first > range->last) {
    answer = api_error(416, "bad_range", "The range begins after the end of the output.");
    answer.headers["Content-Range"] = "bytes */" + std::to_string(size);
    return answer;
  }
  answer.status = 206;
  answer.headers["Content-Range"] = "bytes " + std::to_string(range->first) + "-" + std::to_string(range->last) + "/" + std::to_string(size);
  answer.body = bytes.substr(static_cast<std::size_t>(range->first), static_cast<std::size_t>(range->last - range->first + 1));
  return answer;
}

ApiAnswer cancel(JobBoard& board, const std::string& id) {
  const auto in_time = need(board.cancel(id));
  if (!in_time) refuse(404, "unknown_job", "There is no such job.");
  if (!*in_time) refuse(409, "over", "This job is over already.");
  return json_answer(200, {{"status", "cancelled"}});
}

ApiAnswer list(JobBoard& board, const ApiRequest& request) {
  check_query(request, {"since", "page"});
  const auto jobs = need(board.list(query_number(request, "since"), query_number(request, "page"), list_page_size + 1));
  Json rows = Json::array();
  for (std::size_t i = 0; i < jobs.size() && i < list_page_size; ++i)
    rows.push_back({{"id", jobs[i].id}, {"key", jobs[i].key}, {"model", jobs[i].model}, {"prompt", jobs[i].prompt}, {"created_at", iso_utc(jobs[i].created_ms)}});
  const bool has_more = jobs.size() > list_page_size;
  return json_answer(200, {{"jobs", rows}, {"next_page", has_more ? std::to_string(jobs[list_page_size - 1].number) : ""}});
}

ApiAnswer route(JobBoard& board, const ApiRequest& request) {
  const std::vector<std::string> parts = split(request.path, '/');  // "", "v1", …
  const auto is = [&](std::string_view method, std::size_t count, std::string_view noun, std::string_view verb = {}) {
    return request.method == method && parts.size() == count && parts[2] == noun && (verb.empty() || parts[4] == verb);
  };
  if (parts.size() < 3 || !parts[0].empty() || parts[1] != "v1") refuse(404, "not_found", "The sandbox has no such page.");
  if (!is("GET", 3, "jobs")) check_query(request, {});
  if (is("GET", 3, "info")) return info(board);
  if (is("POST", 3, "uploads")) return announce_upload(board, request);
  if (is("PUT", 5, "uploads", "data")) return fill_upload(board, request, parts[3]);
  if (is("POST", 3, "jobs")) return submit(board, request);
  if (is("GET", 3, "jobs") && request.query.contains("ids")) return look_at_many(board, request);
  if (is("GET", 3, "jobs") && board.options().list) return list(board, request);
  if (is("GET", 4, "jobs")) return look(board, parts[3]);
  if (is("DELETE", 4, "jobs")) return cancel(board, parts[3]);
  if (is("GET", 5, "jobs", "output")) return output(board, request, parts[3]);
  refuse(404, "not_found", "The sandbox has no such page.");
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

}  // namespace

ApiAnswer api_error(int status, std::string_view code, std::string_view message) {
  return json_answer(status, {{"error", {{"code", code}, {"message", message}}}});
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0u : 1u;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b.empty() ? '\0' : b[i % b.size()]);
  return difference == 0;
}

bool holds_refused_word(std::string_view prompt, std::string_view word) {
  if (word.empty()) return false;
  const std::string hay = to_lower_ascii(prompt), needle = to_lower_ascii(word);
  const auto in_word = [&](std::size_t at) {
    const auto c = static_cast<unsigned char>(hay[at]);
    return c >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
  };
  for (auto at = hay.find(needle); at != std::string::npos; at = hay.find(needle, at + 1)) {
    if (!is_ascii(needle)) return true;
    const std::size_t end = at + needle.size();
    if ((at == 0 || !in_word(at - 1)) && (end == hay.size() || !in_word(end))) return true;
  }
  return false;
}

ApiAnswer answer_api(JobBoard& board, const ApiRequest& request) {
  if (!equal_in_constant_time(request.authorization, "Bearer " + board.token()))
    return api_error(401, "unauthorised", "The header Authorization with this sandbox's token is missing or wrong.");
  try {
    return route(board, request);
  } catch (const ApiProblem& problem) {
    return problem.answer;
  } catch (const std::exception& problem) {
    log_error(std::string("sandbox: unexpected: ") + problem.what());
    return api_error(500, "server_trouble", "The sandbox met an unexpected problem; see sandbox.log in its state folder.");
  }
}

}  // namespace studio
