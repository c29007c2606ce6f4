// How assets and jobs are written on stdout: one JSON object a line, or one line for people.
#pragma once

#include <filesystem>
#include <string>

#include "engine/again.h"
#include "engine/library.h"
#include "engine/needs.h"
#include "model/budgets.h"
#include "model/capability.h"
#include "model/price_rules.h"
#include "store/ledger.h"
#include "store/vault.h"

namespace studio {

class LineWriter {
 public:
  LineWriter(bool json, std::filesystem::path project);
  // What is said of assets from now on includes what is stale.
  void know_versions(Library library) { library_ = std::move(library); }
  bool is_stale(const Asset& asset) const;
  void asset(const Asset& asset) const;
  void job(const Job& job, Money cost, const std::optional<Asset>& asset) const;
  // With the whole recipe and lineage.
  void asset_in_full(const Asset& asset, const std::vector<AssetId>& children) const;
  void job_in_full(const Job& job, Money cost, const std::optional<Asset>& asset, const std::optional<Attempt>& attempt) const;
  void model(const ModelInfo& model, const std::string& provider_label, bool needs_key, const PriceRules& rules) const;
  void books(Currency currency, const Books& books, Money today, const Budget& caps, const PriceRules& rules) const;
  void offer(JobId job, const ModelOffer& offer) const;  // one model of "the same again"
  void need(const Need& need, const NeedBoard& board) const;
  void file(const Asset& asset, const std::filesystem::path& path) const;

 private:
  bool json_;
  std::filesystem::path project_;
  Vault vault_;
  Library library_;
};

}  // namespace studio
