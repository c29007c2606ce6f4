// Export from an open project, on a thread of its own with a read-only look at the ledger.
#include "engine/studio_parts.h"

namespace studio {

void Studio::export_files(ExportRequest request, Exported done, OnProgress progress) {
  Parts& parts = *parts_;
  if (parts.export_under_way) {
    return done(fail(ErrorKind::BadRequest, "An export is under way: wait for it, or cancel it."));
  }
  if (parts.exporting.joinable()) parts.exporting.join();
  parts.export_under_way = true;
  parts.exporting = std::jthread([&parts, request = std::move(request), done = std::move(done), progress = std::move(progress)](
                                     const std::stop_token& stop) {
    const auto tell = [&](int n, int total) {
      if (progress) parts.post([progress, n, total] { progress({n, total, 0}); });
    };
    auto work = [&]() -> Result<ExportReport> {
      STUDIO_TRY(const auto ledger, Ledger::open_read_only(parts.project));
      return export_assets(*ledger, Vault(parts.project), request, tell, [&] { return stop.stop_requested(); });
    };
    parts.post([&parts, done, report = std::make_shared<Result<ExportReport>>(work())] {
      parts.export_under_way = false;
      std::vector<AssetId> damaged;
      for (const auto& failure : *report ? (*report)->failures : std::vector<ExportReport::Failure>{}) {
        if (failure.error.kind == ErrorKind::Damaged || failure.error.kind == ErrorKind::NotFound) damaged.push_back(failure.asset);
      }
      if (!damaged.empty()) parts.runner->check_files(std::move(damaged));  // says so of the asset, too
      if (done) done(*report);
    });
  });
}

void Studio::check_files(std::vector<AssetId> assets) { parts_->runner->check_files(std::move(assets)); }

void Studio::cancel_export() { parts_->exporting.request_stop(); }

}  // namespace studio
