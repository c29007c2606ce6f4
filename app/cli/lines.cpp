#include "cli/lines.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/text.h"
#include "cli/queue_verbs.h"
#include "engine/versions.h"

namespace studio {
namespace {

using OrderedJson = nlohmann::ordered_json;

void print(const OrderedJson& json) {
  const std::string line = without_exponents(json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
}

// For people: each member on a line of its own.
void print_by_key(const OrderedJson& json) {
  for (const auto& [key, value] : json.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : without_exponents(value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
    std::printf("%-12s %s\n", key.c_str(), on_one_line(text).c_str());
  }
}

template <class Tag>
OrderedJson id_or_null(Id<Tag> id) {
  return id.valid() ? OrderedJson(to_string(id)) : OrderedJson(nullptr);
}

template <class Tag>
OrderedJson id_list(const std::vector<Id<Tag>>& ids) {
  OrderedJson list = OrderedJson::array();
  for (const auto id : ids) list.push_back(to_string(id));
  return list;
}

// What the list says: an asset whose blob was taken away is missing, whatever was written when it arrived.
AssetState shown_state(const Asset& asset, const Vault& vault) {
  return asset.state == AssetState::Done && !vault.has(asset.sha256) ? AssetState::Missing : asset.state;
}

bool has_no_file(AssetState state) { return state == AssetState::Missing || state == AssetState::Deleted; }

Staleness staleness_of(const Library& library, const Asset& asset) {
  const Row row = library.row_of(asset.id);
  return row == no_row ? Staleness{} : staleness(library, row);
}

OrderedJson asset_json(const Asset& asset, const Vault& vault, const Library& library) {
  const AssetState state = shown_state(asset, vault);
  OrderedJson json;
  json["id"] = to_string(asset.id);
  json["kind"] = to_string(asset.kind);
  json["state"] = to_string(state);
  json["path"] = has_no_file(state) ? OrderedJson(nullptr) : OrderedJson(vault.blob_path(asset.sha256).string());
  json["prompt"] = asset.recipe.prompt;
  json["seed"] = asset.recipe.seed;
  json["model"] = asset.recipe.model;
  json["provider"] = asset.recipe.provider;
  json["width"] = asset.media.width;
  json["height"] = asset.media.height;
  json["seconds"] = asset.media.seconds > 0 ? OrderedJson(asset.media.seconds) : OrderedJson(nullptr);
  json["parents"] = id_list(asset.parents);
  if (const auto earlier = earlier_versions(asset.recipe, asset.parents); !earlier.empty()) json["version_of"] = id_list(std::vector<AssetId>(earlier.begin(), earlier.end()));
  json["generation"] = id_or_null(asset.generation);
  json["variation"] = asset.variation > 0 ? OrderedJson(asset.variation) : OrderedJson(nullptr);
  json["cost"] = asset.cost.dollars();
  json["stars"] = asset.stars;
  json["mark"] = to_string(asset.mark);
  if (asset.in_trash) json["in_trash"] = true;
  json["currency"] = to_string(asset.currency);
  json["sha256"] = asset.sha256;
  if (const Staleness stale = staleness_of(library, asset); stale.because != StaleBecause::Current) {
    json["stale"] = stale.because == StaleBecause::Version ? "version" : "picture";
    json["newer"] = to_string(library.items[stale.newer].asset);
  }
  if (!asset.reason.empty()) json["reason"] = asset.reason;
  if (!asset.source_name.empty()) json["source_name"] = asset.source_name;
  return json;
}

// `asset`: what it made, when that is here.
OrderedJson job_json(const Job& job, Money cost, const std::optional<Asset>& asset, const Vault& vault) {
  OrderedJson json;
  json["id"] = to_string(job.id);
  json["kind"] = to_string(job.recipe.kind);
  json["state"] = to_string(job.state);
  json["path"] = !asset || has_no_file(shown_state(*asset, vault)) ? OrderedJson(nullptr) : OrderedJson(vault.blob_path(asset->sha256).string());
  json["prompt"] = job.recipe.prompt;
  json["seed"] = job.recipe.seed;
  json["model"] = job.recipe.model;
  json["provider"] = job.recipe.provider;
  json["width"] = job.recipe.width;
  json["height"] = job.recipe.height;
  json["seconds"] = job.recipe.seconds > 0 ? OrderedJson(job.recipe.seconds) : OrderedJson(nullptr);
  json["parents"] = id_list(job.parents);
  json["generation"] = id_or_null(job.generation);
  json["variation"] = job.variation > 0 ? OrderedJson(job.variation) : OrderedJson(nullptr);
  json["cost"] = cost.dollars();
  json["stars"] = asset ? asset->stars : 0;
  json["mark"] = to_string(asset ? asset->mark : Mark::None);
  json["currency"] = to_string(job.currency);
  json["asset"] = id_or_null(job.asset);
  json["reason"] = job.reason;
  if (job.cause != JobCause::None) json["cause"] = to_string(job.cause);
  if (!job.told_id.empty()) json["told_id"] = job.told_id;
  json["priority"] = to_string(job.priority);
  json["progress"] = job.progress >= 0 ? OrderedJson(job.progress) : OrderedJson(nullptr);
  return json;
}

}  // namespace

LineWriter::LineWriter(bool json, std::filesystem::path project)
    : json_(json),
      project_(project.empty() ? project : std::filesystem::absolute(project).lexically_normal()),  // some verbs have none
      vault_(project_) {}

bool LineWriter::is_stale(const Asset& asset) const { return staleness_of(library_, asset).because != StaleBecause::Current; }

void LineWriter::asset(const Asset& asset) const {
  if (json_) return print(asset_json(asset, vault_, library_));
  const AssetState state = shown_state(asset, vault_);
  const bool says_stale = state == AssetState::Done && is_stale(asset);
  std::printf("%-6s %-5s %-11s %4d × %-4d %-7s %-12s %-6s %s\n", to_string(asset.id).c_str(), to_string(asset.kind).data(),
              says_stale ? "stale" : to_string(state).data(), asset.media.width, asset.media.height,
              asset.media.seconds > 0 ? format_duration(asset.media.seconds).c_str() : "", format_money(asset.cost, asset.currency).c_str(),
              to_string(asset.mark).data(), on_one_line(shortened(asset.recipe.prompt.empty() ? asset.source_name : asset.recipe.prompt, 80)).c_str());
}

void LineWriter::job(const Job& job, Money cost, const std::optional<Asset>& asset) const {
  if (json_) return print(job_json(job, cost, asset, vault_));
  std::printf("%-6s %-5s %-11s %-14s %-12s %s%s%s\n", to_string(job.id).c_str(), to_string(job.recipe.kind).data(),
              to_string(job.state).data(), job.recipe.model.c_str(), format_money(cost, job.currency).c_str(),
              on_one_line(shortened(job.recipe.prompt, 70)).c_str(), job.reason.empty() ? "" : " — ", on_one_line(job.reason).c_str());
}

void LineWriter::asset_in_full(const Asset& asset, const std::vector<AssetId>& children) const {
  OrderedJson json = asset_json(asset, vault_, library_);
  json["job"] = id_or_null(asset.job);
  json["bytes"] = asset.bytes;
  json["mime"] = asset.media.mime;
  json["children"] = id_list(children);
  json["created"] = iso_utc(asset.created_ms);
  json["recipe"] = OrderedJson::parse(recipe_to_json(asset.recipe));
  if (json_) return print(json);
  print_by_key(json);
}

void LineWriter::job_in_full(const Job& job, Money cost, const std::optional<Asset>& asset, const std::optional<Attempt>& attempt) const {
  OrderedJson json = job_json(job, cost, asset, vault_);
  json["created"] = iso_utc(job.created_ms);
  json["attempts"] = job.attempts;
  if (attempt) {
    json["attempt"] = {{"id", to_string(attempt->id)}, {"state", to_string(attempt->state)}, {"key", attempt->key},
                       {"replay", attempt->replay_declared}, {"remote_id", attempt->remote_id}, {"endpoint", attempt->endpoint},
                       {"reserved", attempt->reserved.dollars()}, {"settled", attempt->settled.dollars()}, {"reason", attempt->reason}};
  }
  json["recipe"] = OrderedJson::parse(recipe_to_json(job.recipe));
  if (json_) return print(json);
  print_by_key(json);
}

void LineWriter::model(const ModelInfo& model, const std::string& provider_label, bool needs_key, const PriceRules& rules) const {
  const auto allowed = rules.allowed_at(model.id);
  const int factor = rules.factor_of(model).permille;
  if (json_) {
    OrderedJson json = {{"id", model.id}, {"provider", model.provider}, {"kind", to_string(model.kind)}, {"label", model.label}, {"note", model.note}};
    json["price"] = model.price ? OrderedJson(model.price->dollars()) : OrderedJson(nullptr);
    json["price_per_second"] = model.price_per_second ? OrderedJson(model.price_per_second->dollars()) : OrderedJson(nullptr);
    json["price_per_megapixel"] = model.price_per_megapixel ? OrderedJson(model.price_per_megapixel->dollars()) : OrderedJson(nullptr);
    if (allowed) json["allowed_at"] = allowed->dollars();  // without a known price, by the user's word
    if (factor > EstimateFactor::one) json["estimate_factor"] = factor / 1000.0;  // of the price: what it has cost
    json["currency"] = to_string(model.currency);
    json["price_version"] = model.price_version;
    json["price_source"] = model.price_source;
    json["min_side"] = model.min_side;
    json["max_side"] = model.max_side;
    if (model.kind == MediaKind::Video) json["seconds"] = model.seconds;
    json["needs_image"] = model.needs_image;
    json["needs_key"] = needs_key;  // the model cannot be used before its service's key is here
    return print(json);
  }
  const std::string price = model.price                 ? format_money(*model.price, model.currency)
                            : model.price_per_second    ? format_money(*model.price_per_second, model.currency) + " a second"
                            : model.price_per_megapixel ? format_money(*model.price_per_megapixel, model.currency) + " a megapixel"
                            : allowed                   ? "allowed at " + format_money(*allowed, model.currency)
                                                        : "price unknown";
  const std::string dearer = factor > EstimateFactor::one ? " It has cost more: " + std::to_string(factor / 10) + " % of that is set aside." : "";
  std::printf("%-16s %-6s %-18s %-10s %s%s%s\n", model.id.c_str(), to_string(model.kind).data(), price.c_str(), provider_label.c_str(),
              model.note.c_str(), dearer.c_str(), needs_key ? " Needs a key." : "");
}

void LineWriter::books(Currency currency, const Books& books, Money today, const Budget& caps, const PriceRules& rules) const {
  const char* label = currency == Currency::Play ? "sandbox (play money)" : "real money";
  if (json_) {
    const auto amount = [](const std::optional<Money>& cap) { return cap ? OrderedJson(cap->dollars()) : OrderedJson(nullptr); };
    OrderedJson allowed = OrderedJson::object();
    for (const auto& [model, each] : rules.allowed) allowed[model] = each.dollars();
    return print({{"currency", to_string(currency)}, {"label", label}, {"settled", books.settled.dollars()}, {"reserved", books.reserved.dollars()},
                  {"total", (books.settled + books.reserved).dollars()}, {"today", today.dollars()},
                  {"cap_run", amount(caps.run)}, {"cap_day", amount(caps.day)}, {"cap_project", amount(caps.project)},
                  {"cap_minute", amount(caps.per_minute)}, {"allowed", std::move(allowed)}});
  }
  std::string line;
  const auto add = [&](const char* name, const std::optional<Money>& cap) {
    if (cap) line += (line.empty() ? ", at most " : ", ") + format_money(*cap) + name;
  };
  add(" a run", caps.run), add(" a day", caps.day), add(" in the project", caps.project), add(" within a minute", caps.per_minute);
  std::printf("%-22s spent %-10s reserved %-10s today %s%s\n", label, format_money(books.settled).c_str(), format_money(books.reserved).c_str(),
              format_money(today).c_str(), line.c_str());
  for (const auto& [model, each] : rules.allowed) {
    std::printf("%-22s price unknown, allowed: one job counts as %s\n", model.c_str(), format_money(each, currency).c_str());
  }
}

void LineWriter::offer(JobId job, const ModelOffer& offer) const {
  if (!json_) {
    std::printf("%-6s %s\n", to_string(job).c_str(), on_one_line(offer_line(offer)).c_str());
    return;
  }
  print({{"job", to_string(job)}, {"model", offer.model}, {"label", offer.label}, {"provider", offer.provider_label},
         {"price", offer.price ? OrderedJson(offer.price->dollars()) : OrderedJson(nullptr)}, {"currency", to_string(offer.currency)},
         {"objection", offer.objection ? OrderedJson(*offer.objection) : OrderedJson(nullptr)}});
}

void LineWriter::need(const Need& need, const NeedBoard& board) const {
  if (json_) {
    const std::vector<JobId> jobs = board.jobs_of(need.key), unsent = need.unsent > 0 ? board.jobs_of(need.key, Way::Cancel) : std::vector<JobId>();
    OrderedJson ways = OrderedJson::array();
    for (const Way way : need.ways) ways.push_back(to_string(way));
    print({{"cause", to_string(need.cause)}, {"provider", need.provider}, {"count", need.jobs}, {"jobs", id_list(jobs)}, {"unsent", id_list(unsent)},
           {"sum", need.sum.dollars()}, {"charged", need.charged.dollars()}, {"in_doubt", need.in_doubt.dollars()}, {"currency", to_string(need.currency)},
           {"billed", to_string(need.billed)}, {"again_helps", to_string(need.again)},
           {"refused_input", need.refused_input.empty() ? OrderedJson(nullptr) : OrderedJson(need.refused_input)}, {"reason", need.sentence},
           {"advice", need.advice}, {"ways", std::move(ways)}});
    return;
  }
  const std::string sum = need.billed == Billed::Maybe ? "may have been charged " + format_money(need.in_doubt, need.currency)
                          : need.billed == Billed::Yes ? "charged " + format_money(need.charged, need.currency)
                                                       : "nothing charged";
  std::printf("%s: %d %s of %s, %s%s\n  %s\n  %s\n  %s\n", std::string(headline(need.cause)).c_str(), need.jobs,
              need.jobs == 1 ? "job" : "jobs", need.provider.c_str(), sum.c_str(),
              need.refused_input.empty() ? "" : (", refused: " + on_one_line(need.refused_input)).c_str(), on_one_line(need.sentence).c_str(), need.advice.c_str(),
              ways_in_verbs(need, board).c_str());
}

void LineWriter::file(const Asset& asset, const std::filesystem::path& path) const {
  if (json_) {
    OrderedJson json = asset_json(asset, vault_, library_);
    json["path"] = std::filesystem::absolute(path).lexically_normal().string();
    return print(json);
  }
  std::printf("%s\n", on_one_line(path.string()).c_str());
}

}  // namespace studio
