// A project of many assets whose posters say which one they are: what is on screen can be read back.
#pragma once

#include <filesystem>
#include <fstream>

#include "base/hash.h"
#include "media/encode_image.h"
#include "store/packs.h"
#include "store/store.h"
#include "store/vault.h"
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

// Rows, posters, and the files that they were made of: whoever looks at one in the loupe finds it.
inline Result<void> make_barcodes(const std::filesystem::path& project, int count) {
  STUDIO_CHECK(Store::create(project, "Barcodes"));
  STUDIO_TRY(const auto store, Store::open(project));
  STUDIO_TRY(const auto packs, Packs::open(project / "packs"));
  const Vault vault(project);
  return store->write_and_wait([&](Ledger& ledger) -> Result<void> {
    for (int n = 1; n <= count; ++n) {
      const Picture picture = barcode(n);
      STUDIO_TRY(const std::string jpeg, encode_jpeg(picture));
      Asset asset;
      asset.sha256 = sha256_hex(jpeg);
      asset.bytes = static_cast<std::int64_t>(jpeg.size());
      asset.media = {.mime = "image/jpeg", .extension = "jpg", .width = picture.width, .height = picture.height};
      asset.source_name = "barcode " + std::to_string(n);
      asset.recipe.provider = "import";
      asset.created_ms = 1'700'000'000'000 + n;
      STUDIO_TRY(const AssetId id, ledger.add_asset(asset));
      if (id.value != n) return fail(ErrorKind::Bug, "An asset has another number than its barcode.");
      const std::filesystem::path file = vault.blob_path(asset.sha256);
      std::filesystem::create_directories(file.parent_path());
      std::ofstream(file, std::ios::binary) << jpeg;
      STUDIO_CHECK(packs->append(asset.sha256 + ":256", jpeg));
      STUDIO_CHECK(packs->append(asset.sha256 + ":1024", jpeg));
    }
    return {};
  });
}

}  // namespace studio
