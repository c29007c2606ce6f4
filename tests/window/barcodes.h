// A project of many assets whose posters say which one they are: what is on screen can be read back.
#pragma once

#include "media/encode_image.h"
#include "store/packs.h"
#include "store/store.h"
#include "support/media_samples.h"

namespace studio {

// A picture that says a number in eighteen upright bars: white, sixteen bits, white.
inline constexpr int barcode_bars = 18;
inline Picture barcode(int number) {
  Picture picture = samples::flat(252, 168, {16, 16, 16});
  for (int bar = 0; bar < barcode_bars; ++bar) {
    const bool is_white = bar == 0 || bar == barcode_bars - 1 || ((number >> (16 - bar)) & 1) != 0;
    if (is_white) samples::fill(picture, bar * 14, 0, (bar + 1) * 14, 168, {235, 235, 235});
  }
  return picture;
}

// Rows and posters, which is all that a gallery needs; there are no files.
inline Result<void> make_barcodes(const std::filesystem::path& project, int count) {
  STUDIO_CHECK(Store::create(project, "Barcodes"));
  STUDIO_TRY(const auto store, Store::open(project));
  STUDIO_TRY(const auto packs, Packs::open(project / "packs"));
  return store->write_and_wait([&](Ledger& ledger) -> Result<void> {
    for (int n = 1; n <= count; ++n) {
      Asset asset;
      char sha256[65];
      std::snprintf(sha256, sizeof sha256, "%064d", n);
      asset.sha256 = sha256;
      asset.bytes = 1000;
      asset.media = {.mime = "image/png", .extension = "png", .width = 1260, .height = 840};
      asset.source_name = "barcode " + std::to_string(n);
      asset.recipe.provider = "import";
      asset.created_ms = 1'700'000'000'000 + n;
      STUDIO_TRY(const AssetId id, ledger.add_asset(asset));
      STUDIO_TRY(const std::string jpeg, encode_jpeg(barcode(static_cast<int>(id.value))));
      STUDIO_CHECK(packs->append(asset.sha256 + ":256", jpeg));
      STUDIO_CHECK(packs->append(asset.sha256 + ":1024", jpeg));
    }
    return {};
  });
}

}  // namespace studio
