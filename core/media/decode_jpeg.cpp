// JPEG by libjpeg-turbo: the transform itself reduces by 2, 4 or 8, which is most of the speed of a thumbnail.
#include <vector>

#include "media/image_codec.h"
#include "media/jpeg_reader.h"
#include "media/srgb.h"

namespace studio {
namespace {

Result<ImageHead> read_head(std::string_view bytes) {
  JpegReader reader;
  if (!reader.read_header(bytes)) return reader.error();
  ImageHead head;
  head.stored = reader.stored();
  for (auto* marker = reader.info.marker_list; marker != nullptr; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (marker->marker == JPEG_APP0 + 1 && data.substr(0, 4) == "Exif") head.orientation = exif_orientation(data);
    if (marker->marker == JPEG_APP0 + 2 && data.substr(0, 11) == "ICC_PROFILE") head.has_icc = true;
  }
  return head;
}

void cmyk_without_profile(const std::uint8_t* cmyk, std::uint8_t* rgba, int width, bool inverted) {
  for (int x = 0; x < width; ++x, cmyk += 4, rgba += 4) {
    const unsigned black = inverted ? cmyk[3] : 255u - cmyk[3];
    for (int c = 0; c < 3; ++c) {
      const unsigned ink = inverted ? cmyk[c] : 255u - cmyk[c];
      rgba[c] = static_cast<std::uint8_t>((ink * black + 127) / 255);
    }
    rgba[3] = 255;
  }
}

Result<Picture> decode(std::string_view bytes, PictureSize size) {
  JpegReader reader;
  if (!reader.read_header(bytes)) return reader.error();
  auto& info = reader.info;
  const bool is_cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  const Samples samples = is_cmyk ? (info.saw_Adobe_marker ? Samples::CmykInverted : Samples::Cmyk)
                                  : (info.jpeg_color_space == JCS_GRAYSCALE ? Samples::Grey : Samples::Rgb);
  const std::string icc = reader.icc();
  const auto colours = icc.empty() ? nullptr : SrgbTransform::from_icc(icc, samples);

  if (!reader.start(is_cmyk ? JCS_CMYK : JCS_EXT_RGBA, size)) return reader.error();

  const PictureSize scaled{static_cast<int>(info.output_width), static_cast<int>(info.output_height)};
  RowReducer reducer = RowReducer::of_shrunk(reader.stored(), static_cast<int>(info.scale_denom), size);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(scaled.width) * 4);
  std::vector<std::uint8_t> rgba(is_cmyk ? row.size() : 0);
  for (int y = 0; y < scaled.height; ++y) {
    if (!reader.read_row(row.data())) return reader.error();
    if (is_cmyk) {
      if (colours) {
        colours->apply_cmyk(row.data(), rgba.data(), static_cast<std::size_t>(scaled.width));
      } else {
        cmyk_without_profile(row.data(), rgba.data(), scaled.width, samples == Samples::CmykInverted);
      }
    }
    reducer.add_row(is_cmyk ? rgba.data() : row.data());
  }
  if (!reader.finish()) return reader.error();
  Picture picture = reducer.take();
  if (colours && !is_cmyk) colours->apply(picture);
  return picture;
}

}  // namespace

const ImageCodec JpegCodec{read_head, decode};

}  // namespace studio
