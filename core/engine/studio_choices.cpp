// Choices of people: marks, the trash, the caps. Shown at once, taken back when they could not be saved.
#include <algorithm>

#include "base/log.h"
#include "engine/studio_parts.h"
#include "store/version_links.h"

namespace studio {
namespace {

Error no_asset(AssetId id) { return bad("There is no asset " + to_string(id) + " in this project."); }

}  // namespace

// Before the library is changed.
void Studio::Parts::begin_choice(AssetId id) {
  const Item& item = library.items[library.row_of(id)];
  ++unsaved.try_emplace(id, Choices{item.mark, item.stars, item.in_trash, 0}).first->second.writes;
}

void Studio::Parts::end_choice(AssetId id, const std::function<void(Choices&)>& saved) {
  const auto entry = unsaved.find(id);
  if (entry == unsaved.end()) return;
  if (saved) saved(entry->second);
  if (--entry->second.writes > 0) return;
  const Choices truth = entry->second;
  unsaved.erase(entry);
  show_what_is_saved(id, truth);
}

void Studio::Parts::show_what_is_saved(AssetId id, const Choices& saved) {
  const Row row = library.row_of(id);
  if (row == no_row) return;
  const Item& item = library.items[row];
  if (item.mark != saved.mark || item.stars != saved.stars) library.set_mark(id, saved.mark, saved.stars);
  if (item.in_trash != saved.in_trash && item.asset_state != AssetState::Deleted) library.set_trashed(id, saved.in_trash);
}

void Studio::Parts::ask_what_is_saved(std::vector<AssetId> assets) {
  auto found = std::make_shared<std::vector<Asset>>();
  store->write(
      [assets = std::move(assets), found](Ledger& ledger) -> Result<void> {
        found->clear();
        for (const AssetId id : assets) {
          STUDIO_TRY(auto asset, ledger.asset(id));
          if (asset) found->push_back(std::move(*asset));
        }
        return {};
      },
      [this, found](Result<void> answered) {
        if (!answered) return;  // the disk is in trouble, which others say
        post([this, found] {
          for (const Asset& asset : *found) {
            const Choices saved{asset.mark, asset.stars, asset.in_trash, 0};
            if (const auto entry = unsaved.find(asset.id); entry != unsaved.end())
              entry->second = {saved.mark, saved.stars, saved.in_trash, entry->second.writes};
            else
              show_what_is_saved(asset.id, saved);
          }
        });
      });
}

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
  const std::vector<SetMarksCommand::Wanted>& changes = command.marks;
  for (const auto& wanted : changes) {
    if (wanted.stars < 0 || wanted.stars > 5) return refuse(done, bad("Stars go from 0 to 5."));
    if (library.row_of(wanted.asset) == no_row) return refuse(done, no_asset(wanted.asset));
  }
  if (changes.empty()) return refuse(done, bad("No asset is chosen: name at least one."));
  for (const auto& change : changes) {
    begin_choice(change.asset);
    library.set_mark(change.asset, change.mark, change.stars);
  }
  store->write(
      [changes](Ledger& ledger) -> Result<void> {
        for (const auto& change : changes) STUDIO_CHECK(ledger.set_mark(change.asset, change.mark, change.stars));
        return {};
      },
      [this, changes, done](Result<void> durable) {
        post([this, changes, done, durable = std::move(durable)] {
          for (const auto& change : changes) {
            if (durable)
              end_choice(change.asset, [&](Choices& saved) { saved.mark = change.mark, saved.stars = change.stars; });
            else
              end_choice(change.asset, {});
          }
          if (!durable) {
            std::vector<AssetId> assets;
            for (const auto& change : changes) assets.push_back(change.asset);
            ask_what_is_saved(std::move(assets));
            return refuse(done, durable.error());
          }
          CommandReply reply;
          for (const auto& change : changes) {
            Asset asset;
            asset.id = change.asset;
            asset.mark = change.mark;
            asset.stars = change.stars;
            reply.assets.push_back(std::move(asset));
          }
          if (done) done(reply);
        });
      });
}

// Shown when it is saved: what is stale by it is a matter of facts.
void Studio::Parts::carry_out(const VersionCommand& command, Studio::Done done) {
  auto found = std::make_shared<Asset>();
  store->write(
      [command, found](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(auto asset, ledger.asset(command.asset));
        if (!asset) return fail(no_asset(command.asset));
        *found = std::move(*asset);
        if (command.linked) {
          STUDIO_CHECK(link_version(ledger, *found, command.earlier));
          return {};
        }
        STUDIO_TRY(const bool was_one, unlink_version(ledger, *found, command.earlier));
        if (!was_one) return fail(bad(to_string(command.asset) + " is no edited version of " + (command.earlier.valid() ? to_string(command.earlier) : "anything") + "."));
        return {};
      },
      [this, found, done](Result<void> durable) {
        post([this, found, done, durable = std::move(durable)] {
          if (!durable) return refuse(done, durable.error());
          library.set_parents(found->id, found->recipe, found->parents);
          CommandReply reply;
          reply.assets.push_back(*found);
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
  for (const AssetId id : changed) {
    begin_choice(id);
    library.set_trashed(id, wanted);
  }
  store->write(
      [changed, wanted](Ledger& ledger) -> Result<void> {
        for (const AssetId id : changed) STUDIO_CHECK(ledger.set_trashed(id, wanted));
        return {};
      },
      [this, changed, wanted, done](Result<void> durable) {
        post([this, changed, wanted, done, durable = std::move(durable)] {
          for (const AssetId id : changed) {
            if (durable)
              end_choice(id, [wanted](Choices& saved) { saved.in_trash = wanted; });
            else
              end_choice(id, {});
          }
          if (!durable) {
            ask_what_is_saved(changed);
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

namespace {

constexpr std::size_t trash_page = 200;  // paid jobs write between two pages

}  // namespace

// An emptying under way: page by page first the rows, then, in a later commit, the files. A crash between the two leaves a
// file of no use, never a row without its file; and what needs the bytes anew meanwhile is asked for right before each goes.
struct Studio::Parts::Emptying {
  std::vector<AssetId> assets;
  std::size_t next = 0;
  CommandReply reply;
  Studio::Done done;
};

void Studio::Parts::carry_out(const EmptyTrashCommand&, Studio::Done done) {
  auto emptying = std::make_shared<Emptying>();
  emptying->done = std::move(done);
  for (const Item& item : library.items) {
    if (item.in_trash) emptying->assets.push_back(item.asset);
  }
  empty_page(emptying);
}

void Studio::Parts::empty_page(const std::shared_ptr<Emptying>& emptying) {
  if (emptying->next >= emptying->assets.size()) {
    if (emptying->done) emptying->done(emptying->reply);
    return;
  }
  struct Page {
    std::vector<AssetId> ids;
    std::vector<Asset> gone;
    std::vector<CommandReply::Failure> kept;
    std::int64_t bytes = 0;
  };
  auto page = std::make_shared<Page>();
  const std::size_t end = std::min(emptying->assets.size(), emptying->next + trash_page);
  page->ids.assign(emptying->assets.begin() + static_cast<std::ptrdiff_t>(emptying->next), emptying->assets.begin() + static_cast<std::ptrdiff_t>(end));
  emptying->next = end;
  store->write([page](Ledger& ledger) -> Result<void> {
    page->gone.clear();
    page->kept.clear();
    for (const AssetId id : page->ids) {
      if (const auto deleted = ledger.delete_asset(id); !deleted) {
        if (deleted.error().kind != ErrorKind::BadRequest) return fail(deleted.error());
        page->kept.push_back({to_string(id), deleted.error()});
        continue;
      }
      STUDIO_TRY(auto asset, ledger.asset(id));
      page->gone.push_back(std::move(*asset));
    }
    return {};
  }, [this, emptying, page](Result<void> rows) {
    if (!rows) {
      post([this, emptying, rows = std::move(rows)] { refuse(emptying->done, rows.error()); });
      return;
    }
    store->write([page, vault = Vault(project)](Ledger& ledger) -> Result<void> {
      page->bytes = 0;
      for (const Asset& asset : page->gone) {
        STUDIO_TRY(const bool is_needed, ledger.is_blob_needed(asset.sha256));
        std::error_code error;
        if (is_needed) continue;
        if (std::filesystem::remove(vault.blob_path(asset.sha256), error)) page->bytes += asset.bytes;
        else if (error) log_warning("a deleted file could not be removed: " + error.message());
      }
      return {};
    }, [this, emptying, page](Result<void> files) {
      if (!files) log_warning("deleted files could not be removed: " + files.error().message);
      post([this, emptying, page] {
        for (const Asset& asset : page->gone) library.fold(asset);
        CommandReply& reply = emptying->reply;
        reply.bytes_freed += page->bytes;
        reply.assets.insert(reply.assets.end(), page->gone.begin(), page->gone.end());
        reply.failures.insert(reply.failures.end(), page->kept.begin(), page->kept.end());
        empty_page(emptying);
      });
    });
  });
}

void Studio::Parts::carry_out(const BudgetsCommand& command, Studio::Done done) {
  runner->set_budgets(command.budgets, [this, wanted = command.budgets, done](Result<void> durable) {
    post([this, wanted, done, durable = std::move(durable)] {
      if (!durable) return refuse(done, durable.error());
      budgets = wanted;
      if (done) done({});
    });
  });
}

void Studio::Parts::carry_out(const GoOnCommand&, Studio::Done done) {
  runner->go_on([this, done](Result<void>) {
    post([done] {
      if (done) done({});
    });
  });
}

void Studio::Parts::carry_out(const AllowModelCommand& command, Studio::Done done) {
  // What is shown comes with the runner's event, before this answer.
  runner->allow_model(command.model, command.each, [this, done](Result<void> durable) {
    post([this, done, durable = std::move(durable)] {
      if (!durable) return refuse(done, durable.error());
      if (done) done({});
    });
  });
}

}  // namespace studio
