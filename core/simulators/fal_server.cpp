#include "simulators/fal_server.h"

#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "sandbox/folder_lock.h"

namespace studio::simulators {

struct FalServer::Parts {
  std::filesystem::path folder;
  FolderLock lock;
  FalBoard board;
  FalService service;
  std::unique_ptr<WireServer> wire;  // last: it hangs up before the others go

  Parts(std::filesystem::path f, FolderLock l, FalState state, FalSettings settings, FalPaint paint, const Clock& clock, int painters)
      : folder(std::move(f)), lock(std::move(l)), board(std::move(state), std::move(settings), std::move(paint), clock, painters), service(board) {}

  Result<void> write_endpoint() {
    const nlohmann::json endpoint{{"port", wire->port()}, {"key", board.key()}, {"control_token", board.control_token()}, {"pid", ::getpid()}, {"version", 1}};
    return write_file_durable(folder / "endpoint.json", endpoint.dump() + "\n", 0600);
  }
};

FalServer::FalServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<FalServer>> FalServer::start(const FalServerOptions& options, FalPaint paint, const Clock& clock) {
  STUDIO_CHECK(make_folder(options.state_dir, true));
  STUDIO_TRY(auto lock, FolderLock::take(options.state_dir, "fal.ai simulator"));
  std::error_code ignored;
  std::filesystem::remove(options.state_dir / "endpoint.json", ignored);  // of a predecessor that was killed
  STUDIO_TRY(auto state, FalState::open(options.state_dir, options.key));
  redact_in_logs(state.key());
  redact_in_logs(state.control_token());
  FalSettings settings;
  // Before the first unfinished job is taken up again; the rules follow below.
  if (options.orders.is_object() && options.orders.contains("settings")) STUDIO_CHECK(change_fal_settings(settings, options.orders["settings"]));
  auto parts = std::make_unique<Parts>(options.state_dir, std::move(lock), std::move(state), std::move(settings), std::move(paint), clock, options.painters);
  if (!options.orders.is_null()) STUDIO_CHECK(parts->service.obey(options.orders));
  Parts* raw = parts.get();
  STUDIO_TRY(parts->wire, WireServer::start(options.port, [raw](const WireRequest& request) { return raw->service.answer(request); }));
  STUDIO_CHECK(parts->lock.sign(parts->wire->port()));
  STUDIO_CHECK(parts->write_endpoint());
  log_info("simulator: serves on 127.0.0.1:" + std::to_string(parts->wire->port()));
  return std::unique_ptr<FalServer>(new FalServer(std::move(parts)));
}

FalServer::~FalServer() {
  std::error_code ignored;
  std::filesystem::remove(parts_->folder / "endpoint.json", ignored);
}

int FalServer::port() const { return parts_->wire->port(); }
FalBoard& FalServer::board() { return parts_->board; }
FalService& FalServer::service() { return parts_->service; }

}  // namespace studio::simulators
