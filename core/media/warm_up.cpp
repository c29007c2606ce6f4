#include "media/warm_up.h"

extern "C" {
#include <libavutil/cpu.h>
}

#include <string>

#include "media/encode_image.h"
#include "media/ffmpeg_parts.h"
#include "media/image_codec.h"
#include "media/srgb.h"

namespace studio {

void warm_up_decoders() {
  quiet_ffmpeg();
  av_get_cpu_flags();
  av_cpu_count();
  // Opening a decoder starts and ends its threads once: stacks, names and processor tables are then known.
  for (const AVCodecID id : {AV_CODEC_ID_H264, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1}) {
    const AVCodec* decoder = id == AV_CODEC_ID_AV1 ? avcodec_find_decoder_by_name("libdav1d") : avcodec_find_decoder(id);
    if (decoder == nullptr) continue;
    const CodecPtr codec(avcodec_alloc_context3(decoder));
    if (codec && id != AV_CODEC_ID_AV1) codec->thread_count = 1;
    if (codec) avcodec_open2(codec.get(), decoder, nullptr);
  }
  // One small picture through each library that chooses its code by processor at first use.
  const Picture grey(16, 16);
  if (const auto jpeg = encode_jpeg(grey)) static_cast<void>(JpegCodec.decode(*jpeg, {4, 4}));
  if (const auto png = encode_png(grey)) static_cast<void>(PngCodec.decode(*png, {4, 4}));
  if (const auto webp = encode_webp(grey)) static_cast<void>(WebpCodec.decode(*webp, {4, 4}));
  Primaries wide;
  wide.red_x = 0.68, wide.red_y = 0.32;
  Picture coloured(4, 4);
  if (const auto colours = SrgbTransform::from_primaries(wide)) colours->apply(coloured);
}

}  // namespace studio
