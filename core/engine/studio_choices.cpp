// Choices of people: marks, the trash, the pause. Shown at once, taken back when they could not be saved.
#include <algorithm>

#include "base/log.h"
#include "engine/studio_parts.h"

namespace studio {
namespace {

void refuse(const Studio::Done& done, Error error) {
  if (!done) return;
  CommandReply reply;
  reply.error = std::move(error);
  done(reply);
}

Error bad(std::string sentence) { return {ErrorKind::BadRequest, std::move(sentence), "", 0}; }
Error no_asset(AssetId id) { return bad("There is no asset " + to_string(id) + " in this project."); }

}  // namespace

void Studio::Parts::carry_out(const MarkCommand& command, Studio::Done done) {
  if (!command.mark && !command.stars) return refuse(done, bad("Say which mark: pick, reject, clear, or stars from 0 to 5."));
  SetMarksCommand wanted;
  for (const AssetId id : command.assets) {
    const Row row = library.row_of(id);
    if (row == no_row) return refuse(done, no_asset(id));
    const Item& item = library.items[row];
    wanted.marks.push_back({id, command.mark.value_or(item.mark), command.stars.value_or(item.stars)});
  }
  carry_out(wanted, std::move(done));
}

void Studio::Parts::carry_out(const SetMarksCommand& command, Studio::Done done) {
  struct Change {
    SetMarksCommand::Wanted now, before;
  };
  std::vector<Change> changes;
  for (const auto& wanted : command.marks) {
    if (wanted.stars < 0 || wanted.stars > 5) return refuse(done, bad("Stars go from 0 to 5."));
    const Row row = library.row_of(wanted.asset);
    if (row == no_row) return refuse(done, no_asset(wanted.asset));
    const Item& item = library.items[row];
    changes.push_back({wanted, {wanted.asset, item.mark, item.stars}});
  }
  if (changes.empty()) return refuse(done, bad("No asset is chosen: name at least one."));
  for (const Change& change : changes) library.set_mark(change.now.asset, change.now.mark, change.now.stars);
  store->write(
      [changes](Ledger& ledger) -> Result<void> {
        for (const Change& change : changes) STUDIO_CHECK(ledger.set_mark(change.now.asset, change.now.mark, change.now.stars));
        return {};
      },
      [this, changes, done](Result<void> durable) {
        post([this, changes, done, durable = std::move(durable)] {
          if (!durable) {
            // What is shown is what is saved; a later mark of the same asset stands for itself.
            for (const Change& change : changes) {
              const Item& item = library.items[library.row_of(change.now.asset)];
              if (item.mark == change.now.mark && item.stars == change.now.stars) library.set_mark(change.now.asset, change.before.mark, change.before.stars);
            }
            return refuse(done, durable.error());
          }
          CommandReply reply;
          for (const Change& change : changes) {
            Asset asset;
            asset.id = change.now.asset;
            asset.mark = change.now.mark;
            asset.stars = change.now.stars;
            reply.assets.push_back(std::move(asset));
          }
          if (done) done(reply);
        });
      });
}

// Only what changes is touched, so that taking it back takes back no more.
void Studio::Parts::carry_out(const TrashCommand& command, Studio::Done done) {
  std::vector<AssetId> changed;
  for (const AssetId id : command.assets) {
    const Row row = library.row_of(id);
    if (row == no_row) return refuse(done, no_asset(id));
    const Item& item = library.items[row];
    if (item.in_trash == command.restore && item.asset_state != AssetState::Deleted) changed.push_back(id);
  }
  if (command.assets.empty()) return refuse(done, bad("No asset is chosen: name at least one."));
  const bool wanted = !command.restore;
  for (const AssetId id : changed) library.set_trashed(id, wanted);
  store->write(
      [changed, wanted](Ledger& ledger) -> Result<void> {
        for (const AssetId id : changed) STUDIO_CHECK(ledger.set_trashed(id, wanted));
        return {};
      },
      [this, changed, wanted, done](Result<void> durable) {
        post([this, changed, wanted, done, durable = std::move(durable)] {
          if (!durable) {
            for (const AssetId id : changed) {
              if (library.items[library.row_of(id)].in_trash == wanted) library.set_trashed(id, !wanted);
            }
            return refuse(done, durable.error());
          }
          CommandReply reply;
          for (const AssetId id : changed) {
            Asset asset;
            asset.id = id;
            asset.in_trash = wanted;
            reply.assets.push_back(std::move(asset));
          }
          if (done) done(reply);
        });
      });
}

void Studio::Parts::carry_out(const EmptyTrashCommand&, Studio::Done done) {
  struct Emptied {
    std::vector<AssetId> assets;
    CommandReply reply;
    std::vector<std::pair<std::string, std::int64_t>> useless;  // blobs and their sizes
  };
  auto emptied = std::make_shared<Emptied>();
  for (const Item& item : library.items) {
    if (item.in_trash) emptied->assets.push_back(item.asset);
  }
  if (emptied->assets.empty()) {
    if (done) done({});
    return;
  }
  store->write(
      [emptied](Ledger& ledger) -> Result<void> {
        emptied->reply = {};
        emptied->useless.clear();
        for (const AssetId id : emptied->assets) {
          const auto useless = ledger.delete_asset(id);
          if (!useless && useless.error().kind != ErrorKind::BadRequest) return fail(useless.error());
          if (!useless) {
            emptied->reply.failures.push_back({to_string(id), useless.error()});
            continue;
          }
          STUDIO_TRY(auto asset, ledger.asset(id));
          if (*useless) emptied->useless.emplace_back(asset->sha256, asset->bytes);
          emptied->reply.assets.push_back(std::move(*asset));
        }
        return {};
      },
      [this, emptied, done, vault = Vault(project)](Result<void> durable) {
        // The rows first, the files after: a crash between the two leaves a file of no use, never a row without its file.
        // On the store thread, so that an import of the same bytes comes before or after, not in between.
        if (durable) {
          for (const auto& [sha256, bytes] : emptied->useless) {
            std::error_code error;
            if (std::filesystem::remove(vault.blob_path(sha256), error)) emptied->reply.bytes_freed += bytes;
            else if (error) log_warning("a deleted file could not be removed: " + error.message());
          }
        }
        post([this, emptied, done, durable = std::move(durable)] {
          if (!durable) return refuse(done, durable.error());
          for (const Asset& asset : emptied->reply.assets) library.fold(asset);
          if (done) done(emptied->reply);
        });
      });
}

void Studio::Parts::carry_out(const PauseCommand& command, Studio::Done done) {
  runner->set_paused(command.paused, [this, wanted = command.paused, done](Result<void> durable) {
    post([this, wanted, done, durable = std::move(durable)] {
      if (!durable) return refuse(done, durable.error());
      paused = wanted;
      if (done) done({});
    });
  });
}

}  // namespace studio
