#include "media/decode_image.h"

#include <algorithm>
#include <cmath>
#include <new>

#include "base/text.h"
#include "media/image_codec.h"
#include "media/image_facts.h"

namespace studio {
namespace {

// Room for a decoder's own planes beside the file within the media child's address space.
constexpr std::int64_t MaxImageFileBytes = 512 << 20;

FitBox narrowed(PictureSize picture, FitBox box) {
  const PictureSize size = fitted(picture, box);
  const double pixels = static_cast<double>(size.width) * size.height;
  if (pixels <= static_cast<double>(MaxDecodedPixels)) return box;
  const double factor = std::sqrt(static_cast<double>(MaxDecodedPixels) / pixels);
  return {std::max(1, static_cast<int>(size.width * factor)), std::max(1, static_cast<int>(size.height * factor))};
}

}  // namespace

Result<void> check_picture_size(PictureSize size) {
  if (size.width < 1 || size.height < 1) return fail(ErrorKind::Damaged, "The picture has no pixels; fetch or copy it again.");
  if (size.width > MaxPictureSide || size.height > MaxPictureSide || static_cast<std::int64_t>(size.width) * size.height > MaxPicturePixels) {
    return fail(ErrorKind::BadRequest, "The picture has " + std::to_string(size.width) + " × " + std::to_string(size.height) +
                                           " pixels; at most 32,768 a side and 268 million in all can be opened, so reduce it in another program first.");
  }
  return {};
}

Result<MediaFacts> image_facts(std::string_view bytes, const Sniffed& sniffed) {
  const ImageCodec* codec = image_codec_for(sniffed.container);
  if (codec == nullptr) return fail(ErrorKind::Bug, "There is no decoder for this picture.", sniffed.container);
  STUDIO_TRY(const ImageHead head, codec->read_head(bytes));
  STUDIO_CHECK(check_picture_size(head.stored));
  const PictureSize size = oriented_size(head.stored, head.orientation);
  MediaFacts facts;
  facts.kind = FileKind::Image;
  facts.container = sniffed.container;
  facts.mime = sniffed.mime;
  facts.extension = sniffed.extension;
  facts.width = size.width;
  facts.height = size.height;
  facts.orientation = head.orientation;
  facts.has_alpha = head.has_alpha;
  facts.animated = head.animated;
  facts.colour.has_icc = head.has_icc;
  facts.colour.full_range = true;
  return facts;
}

Result<std::string> read_image_file(int fd) { return read_whole(fd, MaxImageFileBytes); }

Result<DecodedImage> decode_image(int fd, std::span<const FitBox> boxes) try {
  STUDIO_TRY(const std::string bytes, read_image_file(fd));
  const Sniffed sniffed = sniff({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  if (sniffed.kind != FileKind::Image) {
    return fail(ErrorKind::Damaged, sniffed.kind == FileKind::Video ? "This is a clip, not a picture; choose a picture." : sniffed.refusal);
  }
  DecodedImage result;
  STUDIO_TRY(result.facts, image_facts(bytes, sniffed));
  const PictureSize shown{result.facts.width, result.facts.height};

  std::vector<PictureSize> sizes;
  PictureSize largest{0, 0};
  for (const FitBox box : boxes) {
    sizes.push_back(fitted(shown, narrowed(shown, box)));
    // All have one shape, so the widest is the tallest, but for rounding.
    largest = {std::max(largest.width, sizes.back().width), std::max(largest.height, sizes.back().height)};
  }
  if (sizes.empty()) return fail(ErrorKind::Bug, "No picture size was asked for.", "decode_image without boxes");

  const int orientation = result.facts.orientation;
  STUDIO_TRY(Picture picture, image_codec_for(sniffed.container)->decode(bytes, oriented_size(largest, orientation)));
  picture = oriented(std::move(picture), orientation);
  // Only the last box of the largest size may take the picture itself.
  std::size_t own = sizes.size();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == largest) own = i;
  }
  result.pictures.resize(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i != own) result.pictures[i] = resized(picture, sizes[i]);
  }
  if (own < sizes.size()) result.pictures[own] = std::move(picture);
  return result;
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::BadRequest, "The picture needs more memory than a decoder may use; reduce it in another program first.");
}

}  // namespace studio
