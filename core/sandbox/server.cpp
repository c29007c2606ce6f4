#include "sandbox/server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "sandbox/api.h"
#include "sandbox/folder_lock.h"
#include "sandbox/models.h"

#include <httplib.h>

namespace studio {
namespace {

// httplib gives each connection one worker. Requests are short but for the submit delay, which holds its worker; this
// many may be held at once. Sleeping threads cost address space only.
constexpr std::size_t request_workers = 96;
constexpr int listen_backlog = 512;  // httplib asks for 5: a burst of clients would wait a second for a second SYN

// The names and values behind the '?'. Not httplib's params: those also hold what it takes for fields of a form when a
// client sends JSON without saying so. Nothing we know needs percent signs, so they stay as they are.
std::map<std::string, std::string> query_of(const std::string& target) {
  std::map<std::string, std::string> query;
  const auto mark = target.find('?');
  if (mark == std::string::npos) return query;
  for (const auto& pair : split(std::string_view(target).substr(mark + 1), '&')) {
    const auto equals = pair.find('=');
    if (!pair.empty()) query[pair.substr(0, equals)] = equals == std::string::npos ? std::string() : pair.substr(equals + 1);
  }
  return query;
}

ApiRequest from_http(const httplib::Request& request, std::string body) {
  ApiRequest api;
  api.method = request.method;
  api.path = request.path;
  api.query = query_of(request.target);
  api.body = std::move(body);
  api.authorization = request.get_header_value("Authorization");
  api.idempotency_key = request.get_header_value("Idempotency-Key");
  api.range = request.get_header_value("Range");
  api.if_range = request.get_header_value("If-Range");
  return api;
}

}  // namespace

struct SandboxServer::Parts {
  const Clock& clock;
  std::filesystem::path folder;
  std::optional<FolderLock> lock;
  std::unique_ptr<JobBoard> board;
  httplib::Server http;
  std::thread listener;
  int port = 0;
  int listening = -1;  // httplib's socket, borrowed
  std::atomic<bool> has_listener_ended{false};
  std::atomic<int> requests_in_progress{0};
  std::atomic<std::int64_t> last_use_mono_ms{0};

  explicit Parts(const Clock& c) : clock(c) {}

  Result<void> listen(int wanted_port) {
    http.set_socket_options([this](auto socket) {
      listening = static_cast<int>(socket);
      const int yes = 1;  // not SO_REUSEPORT, httplib's choice: two servers would share one port unseen
      ::setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    http.new_task_queue = [] { return new httplib::ThreadPool(request_workers); };
    // One request a connection: a kept one would hold a worker and wake it a hundred times a second.
    http.set_keep_alive_max_count(1);
    http.set_keep_alive_timeout(5);  // for a client that connects and says nothing
    http.set_read_timeout(20);
    http.set_write_timeout(20);
    http.set_tcp_nodelay(true);
    http.set_payload_max_length(static_cast<std::size_t>(sandbox_max_upload_bytes));
    http.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      if (equal_in_constant_time(request.get_header_value("Authorization"), "Bearer " + board->token()))
        return httplib::Server::HandlerResponse::Unhandled;
      reply(request, response, {});  // before the body is read: a stranger's body is not worth memory
      return httplib::Server::HandlerResponse::Handled;
    });
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) { reply(request, response, {}); };
    // Bodies are read by us: httplib would take those without a content type of their own for forms, and cut them.
    const auto handler_with_body = [this](const httplib::Request& request, httplib::Response& response, const httplib::ContentReader& reader) {
      std::string body;
      if (request.is_multipart_form_data()) {
        answer_with(response, api_error(400, "bad_request", "Forms are not understood; send the body as it is."));
      } else if (reader([&](const char* data, std::size_t size) { return body.append(data, size), true; })) {
        reply(request, response, std::move(body));
      }
    };
    http.Get(".*", handler).Delete(".*", handler).Options(".*", handler);
    http.Post(".*", handler_with_body).Put(".*", handler_with_body).Patch(".*", handler_with_body);
    http.set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (!response.body.empty()) return;
      // What httplib refuses by itself: a malformed request line, a body that is too long.
      const bool is_long = response.status == 413;
      const ApiAnswer answer = api_error(response.status, is_long ? "too_large" : "bad_request",
                                         is_long ? "The body is larger than 32 MB." : "The request is not understood.");
      response.set_content(answer.body, answer.content_type);
    });
    if (wanted_port == 0) {
      port = http.bind_to_any_port("127.0.0.1");
    } else {
      port = http.bind_to_port("127.0.0.1", wanted_port) ? wanted_port : -1;
    }
    if (port <= 0)
      return fail(ErrorKind::BadRequest, "The port " + std::to_string(wanted_port) + " on 127.0.0.1 is taken or not allowed; choose another, or 0 for a free one.");
    if (listening >= 0) {
      ::listen(listening, listen_backlog);
      ::fcntl(listening, F_SETFD, FD_CLOEXEC);
    }
    listener = std::thread([this] {
      http.listen_after_bind();
      has_listener_ended = true;
    });
    // listen_after_bind has no promise of readiness, but the socket listens since bind: a client waits in its queue.
    return {};
  }

  static void answer_with(httplib::Response& response, const ApiAnswer& answer) {
    response.status = answer.status;
    for (const auto& [name, value] : answer.headers) response.set_header(name, value);
    response.set_content(answer.body, answer.content_type);
  }

  void reply(const httplib::Request& request, httplib::Response& response, std::string body) {
    struct Use {
      Parts& parts;
      explicit Use(Parts& p) : parts(p) { ++parts.requests_in_progress; }
      ~Use() {
        parts.last_use_mono_ms = parts.clock.mono_ms();
        --parts.requests_in_progress;
      }
    } use(*this);
    const ApiAnswer answer = answer_api(*board, from_http(request, std::move(body)));
    // We cut ranges ourselves (If-Range is unknown to httplib); it must not cut what is cut already. The request is the
    // server's own local object, const only in this signature.
    const_cast<httplib::Request&>(request).ranges.clear();
    answer_with(response, answer);
  }

  Result<void> write_endpoint() {
    const nlohmann::json endpoint{{"port", port}, {"token", board->token()}, {"pid", ::getpid()}, {"version", 1}};
    return write_file_durable(folder / "endpoint.json", endpoint.dump() + "\n", 0600);
  }
};

SandboxServer::SandboxServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<SandboxServer>> SandboxServer::start(const SandboxOptions& options, RenderFunction render, const Clock& clock) {
  auto parts = std::make_unique<Parts>(clock);
  parts->folder = options.state_dir;
  parts->last_use_mono_ms = clock.mono_ms();
  STUDIO_CHECK(make_folder(parts->folder, true));
  STUDIO_TRY(parts->lock, FolderLock::take(parts->folder, "sandbox"));
  std::error_code ignored;
  std::filesystem::remove(parts->folder / "endpoint.json", ignored);  // of a predecessor that was killed
  STUDIO_TRY(auto state, SandboxState::open(parts->folder));
  redact_in_logs(state.token());
  parts->board = std::make_unique<JobBoard>(std::move(state), options, std::move(render), clock);
  auto server = std::unique_ptr<SandboxServer>(new SandboxServer(std::move(parts)));  // from here on its end cleans up
  STUDIO_CHECK(server->parts_->listen(options.port));
  STUDIO_CHECK(server->parts_->lock->sign(server->port()));
  STUDIO_CHECK(server->parts_->write_endpoint());
  log_info("sandbox: serves on 127.0.0.1:" + std::to_string(server->port()));
  return server;
}

SandboxServer::~SandboxServer() {
  std::error_code ignored;
  std::filesystem::remove(parts_->folder / "endpoint.json", ignored);
  if (parts_->listener.joinable()) {
    // stop() acts only on a server that runs already; it may just be on its way.
    while (!parts_->http.is_running() && !parts_->has_listener_ended) std::this_thread::yield();
    parts_->board->release_answers();
    parts_->http.stop();
    parts_->listener.join();
  }
  parts_->board.reset();
}

int SandboxServer::port() const { return parts_->port; }
const std::string& SandboxServer::token() const { return parts_->board->token(); }
JobBoard& SandboxServer::board() { return *parts_->board; }

std::int64_t SandboxServer::idle_ms() {
  if (parts_->requests_in_progress > 0 || parts_->board->has_unfinished()) {
    parts_->last_use_mono_ms = parts_->clock.mono_ms();
    return 0;
  }
  return parts_->clock.mono_ms() - parts_->last_use_mono_ms;
}

}  // namespace studio
