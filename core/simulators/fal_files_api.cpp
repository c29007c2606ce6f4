#include "simulators/fal_files_api.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "sandbox/api.h"
#include "sandbox/byte_range.h"
#include "simulators/fal_answers.h"

namespace studio::simulators {
namespace {

using Json = nlohmann::json;

constexpr std::size_t longest_name = 255;

// The address of an upload is its own permission, as a signed one is.
std::string upload_token(const FalBoard& board, const std::string& id) { return sha256_hex(board.control_token() + "/upload/" + id).substr(0, 32); }

std::string text_of(const Json& body, const char* name) {
  if (!body.contains(name)) refuse_input({"body", name}, "missing", "Field required");
  if (!body[name].is_string()) refuse_input({"body", name}, "string_type", "Input should be a valid string");
  return body[name].get<std::string>();
}

bool is_content_type(const std::string& text) {
  const auto slash = text.find('/');
  return slash != std::string::npos && slash > 0 && slash + 1 < text.size() && text.find_first_of(" \r\n") == std::string::npos;
}

WireAnswer initiate(FalBoard& board, const WireRequest& request) {
  check_method(request, "POST");
  check_parameters(request, {"storage_type"});
  const auto* storage = request.parameter("storage_type");
  if (storage == nullptr) refuse_input({"query", "storage_type"}, "missing", "Field required");
  if (*storage != "fal-cdn-v3") refuse_input({"query", "storage_type"}, "literal_error", "Input should be 'fal-cdn-v3'");
  check_json_type(request);
  const auto life = lifecycle_secs(request, "X-Fal-Object-Lifecycle");
  const Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) refuse_input({"body"}, "json_invalid", "JSON decode error");
  for (const auto& [name, value] : body.items())
    if (name != "content_type" && name != "file_name") refuse_input({"body", name}, "extra_forbidden", "Extra inputs are not permitted");
  const std::string type = text_of(body, "content_type"), file_name = text_of(body, "file_name");
  if (!is_content_type(type)) refuse_input({"body", "content_type"}, "value_error", "Input should be a media type");
  if (file_name.empty() || file_name.size() > longest_name || file_name.find('/') != std::string::npos)
    refuse_input({"body", "file_name"}, "value_error", "Input should be the name of a file");
  const FalFile file = need(board.announce_file(type, file_name, life));
  return json_answer(200, {{"file_url", file_address(request, file.id, type)},
                           {"upload_url", base_address(request) + "/files/upload/" + file.id + "?token=" + upload_token(board, file.id)}});
}

}  // namespace

WireAnswer answer_storage(FalBoard& board, const WireRequest& request, std::string_view path) {
  if (path == "/storage/upload/initiate") return initiate(board, request);
  if (path.starts_with("/storage/")) refuse(501, "The simulator knows the two-call upload only");
  refuse(404, "Not Found");
}

WireAnswer answer_upload(FalBoard& board, const WireRequest& request, std::string_view path) {
  check_method(request, "PUT");
  const std::string id(path.substr(path.find_last_of('/') + 1));
  const auto file = need(board.file(id));
  const auto* token = request.parameter("token");
  if (!file || file->kind != FalFileKind::Upload || token == nullptr || !equal_in_constant_time(*token, upload_token(board, id)))
    refuse(403, "The upload address is wrong or its time is over");
  const auto* type = request.header("Content-Type");
  if (type == nullptr || to_lower_ascii(*type) != to_lower_ascii(file->content_type))
    refuse(400, "The content type is not the one that was announced: " + file->content_type);
  if (request.body.empty()) refuse(400, "The upload is empty");
  need(board.fill_file(*file, request.body));
  WireAnswer answer;
  answer.set_header("ETag", "\"" + sha256_hex(request.body).substr(0, 32) + "\"");
  return answer;
}

WireAnswer answer_file(FalBoard& board, const WireRequest& request, std::string_view path) {
  if (request.method != "HEAD") check_method(request, "GET");
  const std::string name(path.substr(path.find_last_of('/') + 1));
  const std::string id = name.substr(0, name.find('.'));
  const auto file = need(board.file(id));
  if (!file || !file->is_complete || path != file_address(request, id, file->content_type).substr(base_address(request).size() + std::string_view("/files").size()))
    refuse(404, "Not Found");
  const std::string bytes = need(read_file(board.file_path(id), std::uint64_t{1} << 30));
  const std::string etag = "\"" + sha256_hex(bytes).substr(0, 32) + "\"";
  WireAnswer answer;
  answer.set_header("Content-Type", file->content_type);
  answer.set_header("ETag", etag);
  answer.set_header("Accept-Ranges", "bytes");
  answer.set_header("Cache-Control", "public, max-age=604800");
  const auto* range_text = request.header("Range");
  const auto* if_range = request.header("If-Range");
  const auto size = static_cast<std::int64_t>(bytes.size());
  std::optional<ByteRange> range;
  if (range_text != nullptr && (if_range == nullptr || *if_range == etag)) range = parse_byte_range(*range_text, size);
  if (!range) {
    answer.body = bytes;
    return answer;
  }
  if (range->first > range->last) {
    answer.status = 416;
    answer.set_header("Content-Range", "bytes */" + std::to_string(size));
    return answer;
  }
  answer.status = 206;
  answer.set_header("Content-Range", "bytes " + std::to_string(range->first) + "-" + std::to_string(range->last) + "/" + std::to_string(size));
  answer.body = bytes.substr(static_cast<std::size_t>(range->first), static_cast<std::size_t>(range->last - range->first + 1));
  return answer;
}

}  // namespace studio::simulators
