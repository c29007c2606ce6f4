#include "simulators/fal_bench.h"

#include <fstream>

#include "media/encode_image.h"

namespace studio::fal_test {

using namespace simulators;

FalPaint Gate::painter() {
  return [this](const FalPaintOrder& what, const std::stop_token& stop) -> Result<FalPainting> {
    std::unique_lock lock(mutex_);
    ++started_;
    changed_.notify_all();
    if (!opened_.wait(lock, stop, [&] { return is_open_; })) return fail(ErrorKind::Cancelled, "stopped");
    const bool is_picture = what.order.model->kind == FalKind::Picture;
    FalPainting painting{is_picture ? what.order.width : 1000, is_picture ? what.order.height : 1500, {}};
    const std::string words = what.order.prompt + "|" + std::to_string(what.seed) + (what.is_blank ? "|blank" : "");
    for (const auto& file : what.files) {
      std::ofstream(file) << words;
      painting.bytes.push_back(static_cast<std::int64_t>(words.size()));
    }
    return painting;
  };
}

void Gate::wait_until_started(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return started_ >= count; });
}

void Gate::set(bool is_open) {
  std::lock_guard lock(mutex_);
  is_open_ = is_open;
  opened_.notify_all();
}

std::vector<std::string> Reply::faults() const {
  std::vector<std::string> all;
  if (!json.is_object() || !json.contains("detail") || !json["detail"].is_array()) return all;
  for (const auto& fault : json["detail"]) {
    std::string text = fault.at("type").get<std::string>() + " ";
    bool is_first = true;
    for (const auto& step : fault.at("loc")) {
      if (!is_first) text += ".";
      is_first = false;
      text += step.is_string() ? step.get<std::string>() : step.dump();
    }
    all.push_back(text);
  }
  return all;
}

RawHeaders Client::with_key(RawHeaders headers) const {
  if (!headers.contains("Authorization")) headers.emplace("Authorization", "Key " + key_);
  return headers;
}

Reply Client::post(const std::string& target, const Json& body, RawHeaders headers) const {
  if (!headers.contains("Content-Type")) headers.emplace("Content-Type", "application/json");
  return Reply(ask_raw(port_, "POST", target, with_key(std::move(headers)), body.dump()));
}

namespace {
std::string target_of(const std::string& address, int port) {
  const std::string base = "http://127.0.0.1:" + std::to_string(port);
  INFO(address);
  REQUIRE(address.compare(0, base.size() + 1, base + "/") == 0);
  return address.substr(base.size());
}
}  // namespace

Reply Client::follow(const std::string& address, const std::string& method, RawHeaders headers) const {
  return Reply(ask_raw(port_, method, target_of(address, port_), with_key(std::move(headers))));
}

Reply Client::fetch(const std::string& address, RawHeaders headers) const {
  return Reply(ask_raw(port_, "GET", target_of(address, port_), headers));
}

Json Client::completed(const Reply& submitted) const {
  REQUIRE(submitted.status == 200);
  const std::string address = submitted.json.at("status_url");
  for (;;) {
    const Reply reply = follow(address);
    REQUIRE((reply.status == 200 || reply.status == 202));
    if (reply.json.at("status") == "COMPLETED") return reply.json;
  }
}

Reply Client::result(const Reply& submitted) const {
  completed(submitted);
  return follow(submitted.json.at("response_url"));
}

std::string Client::upload(const std::string& bytes, const std::string& content_type, const std::string& name) const {
  const Reply announced = post("/rest/storage/upload/initiate?storage_type=fal-cdn-v3", {{"content_type", content_type}, {"file_name", name}});
  REQUIRE(announced.status == 200);
  const auto put_it = ask_raw(port_, "PUT", target_of(announced.json.at("upload_url"), port_), {{"Content-Type", content_type}}, bytes);
  REQUIRE(put_it.status == 200);
  return announced.json.at("file_url");
}

Reply Client::control(const std::string& method, const std::string& path, const Json& body) const {
  const std::string text = body.is_null() ? std::string() : body.dump();
  return Reply(ask_raw(port_, method, path, {{"Authorization", "Bearer " + control_token_}}, text));
}

void Client::obey(const Json& orders) const {
  const Reply reply = control("PUT", "/control/faults", orders);
  INFO(reply.body);
  REQUIRE(reply.status == 200);
}

std::int64_t Client::bites(const std::string& rule) const {
  const Json report = log();
  for (const auto& count : report.at("faults"))
    if (count.at("name") == rule) return count.at("bites");
  return -1;
}

Served::Served(const Setup& setup) {
  FalServerOptions options;
  options.state_dir = setup.folder.empty() ? own_folder.path() : setup.folder;
  options.key = setup.key;
  options.orders = {{"settings", setup.settings}, {"rules", setup.rules}};
  const Clock& clock = setup.has_fake_clock ? static_cast<const Clock&>(fake_clock) : system_clock;
  auto started = FalServer::start(options, setup.has_real_painter ? make_fal_painter() : gate.painter(), clock);
  INFO((started ? std::string() : started.error().message));
  REQUIRE(started);
  server = std::move(*started);
}

Json one_rule(const Json& match, const Json& what, std::int64_t times) {
  Json rule = Json::object();
  rule["match"] = match;
  rule["do"] = what;
  rule["times"] = times;
  return Json::array({rule});
}

Json picture_input(const std::string& prompt) { return {{"prompt", prompt}, {"image_size", {{"width", 128}, {"height", 64}}}}; }

std::string png_of(int width, int height) {
  Picture picture(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = picture.row(y) + x * 4;
      pixel[0] = static_cast<std::uint8_t>(x * 255 / width);
      pixel[1] = static_cast<std::uint8_t>(y * 255 / height);
      pixel[2] = 90;
      pixel[3] = 255;
    }
  }
  auto bytes = encode_png(picture);
  REQUIRE(bytes);
  return *bytes;
}

}  // namespace studio::fal_test
