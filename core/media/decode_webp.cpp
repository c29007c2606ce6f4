// WebP by libwebp, which scales while it decodes. Of an animation the first frame is taken.
#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

#include "media/image_codec.h"
#include "media/srgb.h"

namespace studio {
namespace {

struct DemuxerEnd {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
struct AnimationEnd {
  void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

WebPData as_data(std::string_view bytes) { return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}; }

// The content of a metadata chunk, "ICCP" or "EXIF"; empty without one.
std::string chunk(WebPDemuxer* demuxer, const char* name) {
  WebPChunkIterator found;
  if (!WebPDemuxGetChunk(demuxer, name, 1, &found)) return {};
  std::string content(reinterpret_cast<const char*>(found.chunk.bytes), found.chunk.size);
  WebPDemuxReleaseChunkIterator(&found);
  return content;
}

Result<ImageHead> read_head(std::string_view bytes) {
  const WebPData data = as_data(bytes);
  const std::unique_ptr<WebPDemuxer, DemuxerEnd> demuxer(WebPDemux(&data));
  WebPBitstreamFeatures features;
  if (!demuxer || WebPGetFeatures(data.bytes, data.size, &features) != VP8_STATUS_OK) return damaged_image("WebP", "no readable frame");
  ImageHead head;
  head.stored = {features.width, features.height};
  head.has_alpha = features.has_alpha != 0;
  head.animated = features.has_animation != 0 && WebPDemuxGetI(demuxer.get(), WEBP_FF_FRAME_COUNT) > 1;
  head.orientation = exif_orientation(chunk(demuxer.get(), "EXIF"));
  head.has_icc = (WebPDemuxGetI(demuxer.get(), WEBP_FF_FORMAT_FLAGS) & ICCP_FLAG) != 0;
  return head;
}

Result<Picture> decode_first_frame(const WebPData& data, PictureSize size) {
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options)) return damaged_image("WebP", "library version");
  options.color_mode = MODE_RGBA;
  options.use_threads = 0;
  const std::unique_ptr<WebPAnimDecoder, AnimationEnd> decoder(WebPAnimDecoderNew(&data, &options));
  WebPAnimInfo info;
  std::uint8_t* rgba = nullptr;
  int timestamp = 0;
  if (!decoder || !WebPAnimDecoderGetInfo(decoder.get(), &info) || !WebPAnimDecoderGetNext(decoder.get(), &rgba, &timestamp)) {
    return damaged_image("WebP", "the first frame cannot be decoded");
  }
  RowReducer reducer({static_cast<int>(info.canvas_width), static_cast<int>(info.canvas_height)}, size, true);
  for (std::uint32_t y = 0; y < info.canvas_height; ++y) reducer.add_row(rgba + static_cast<std::size_t>(y) * info.canvas_width * 4);
  return reducer.take();
}

Result<Picture> decode(std::string_view bytes, PictureSize size) {
  const WebPData data = as_data(bytes);
  const std::unique_ptr<WebPDemuxer, DemuxerEnd> demuxer(WebPDemux(&data));
  WebPDecoderConfig config;
  if (!demuxer || !WebPInitDecoderConfig(&config) || WebPGetFeatures(data.bytes, data.size, &config.input) != VP8_STATUS_OK) {
    return damaged_image("WebP", "no readable frame");
  }
  Picture picture;
  if (config.input.has_animation != 0) {
    auto first = decode_first_frame(data, size);
    if (!first) return first;
    picture = std::move(*first);
  } else {
    picture = Picture(size.width, size.height);
    config.options.use_scaling = size == PictureSize{config.input.width, config.input.height} ? 0 : 1;
    config.options.scaled_width = size.width;
    config.options.scaled_height = size.height;
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = {picture.rgba.data(), size.width * 4, picture.rgba.size()};
    const VP8StatusCode status = WebPDecode(data.bytes, data.size, &config);
    WebPFreeDecBuffer(&config.output);
    if (status == VP8_STATUS_OUT_OF_MEMORY) return out_of_memory_for({config.input.width, config.input.height});
    if (status != VP8_STATUS_OK) return damaged_image("WebP", "libwebp status " + std::to_string(static_cast<int>(status)));
  }
  const std::string icc = chunk(demuxer.get(), "ICCP");
  if (const auto colours = icc.empty() ? nullptr : SrgbTransform::from_icc(icc, Samples::Rgb)) colours->apply(picture);
  return picture;
}

}  // namespace

const ImageCodec WebpCodec{read_head, decode};

}  // namespace studio
