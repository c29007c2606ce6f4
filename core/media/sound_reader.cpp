#include "media/sound_reader.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}

#include "media/container.h"

namespace studio {
namespace {

struct ResamplerEnd {
  void operator()(SwrContext* resampler) const { swr_free(&resampler); }
};
using ResamplerPtr = std::unique_ptr<SwrContext, ResamplerEnd>;

const AVCodec* sound_decoder_for(AVCodecID id) {
  switch (id) {
    case AV_CODEC_ID_AAC:
    case AV_CODEC_ID_OPUS:
    case AV_CODEC_ID_VORBIS:
    case AV_CODEC_ID_MP3:
    case AV_CODEC_ID_FLAC:
    case AV_CODEC_ID_ALAC:
    case AV_CODEC_ID_AC3:
    case AV_CODEC_ID_PCM_S16LE:
    case AV_CODEC_ID_PCM_S16BE:
    case AV_CODEC_ID_PCM_S24LE:
    case AV_CODEC_ID_PCM_F32LE: return avcodec_find_decoder(id);
    default: return nullptr;
  }
}

class Reading {
 public:
  Result<Sound> run(int fd, const std::function<bool()>& stop) {
    STUDIO_TRY(container_, Container::open(fd));
    AVFormatContext* format = container_->format();
    int index = av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
    if (index < 0) return fail(ErrorKind::NotFound, "The clip has no sound.");
    if (format->streams[index]->codecpar->sample_rate <= 0) avformat_find_stream_info(format, nullptr);
    stream_ = format->streams[index];
    const int pictures = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (pictures >= 0 && format->streams[pictures]->start_time != AV_NOPTS_VALUE) {
      const AVStream& shown = *format->streams[pictures];
      start_secs_ = static_cast<double>(shown.start_time) * av_q2d(shown.time_base);
    }
    for (unsigned i = 0; i < format->nb_streams; ++i) {
      if (static_cast<int>(i) != index) format->streams[i]->discard = AVDISCARD_ALL;
    }
    STUDIO_CHECK(open_decoder());
    for (;;) {
      if (stop && stop()) return fail(ErrorKind::Cancelled, "Reading the sound was cancelled.");
      const int got = av_read_frame(format, packet_.get());
      if (got < 0) break;  // a cut file gives what is there
      if (packet_->stream_index == stream_->index) {
        // A broken packet costs its own part only.
        static_cast<void>(avcodec_send_packet(codec_.get(), packet_.get()));
        STUDIO_CHECK(take_frames());
      }
      av_packet_unref(packet_.get());
    }
    if (container_->disk_errno() != 0) {
      return fail(ErrorKind::Disk, "The clip cannot be read from the disk; check the disk.", "errno " + std::to_string(container_->disk_errno()));
    }
    avcodec_send_packet(codec_.get(), nullptr);
    STUDIO_CHECK(take_frames());
    STUDIO_CHECK(convert(nullptr, 0));  // what the resampler still holds
    if (sound_.samples.empty()) return damaged_clip("no sound can be decoded");
    return std::move(sound_);
  }

 private:
  Result<void> open_decoder() {
    const AVCodec* decoder = sound_decoder_for(stream_->codecpar->codec_id);
    if (decoder == nullptr) {
      return fail(ErrorKind::Damaged, std::string("Sound in the codec ") + avcodec_get_name(stream_->codecpar->codec_id) + " cannot be decoded; convert it to AAC or Opus.");
    }
    codec_.reset(avcodec_alloc_context3(decoder));
    packet_.reset(av_packet_alloc());
    frame_.reset(av_frame_alloc());
    if (!codec_ || !packet_ || !frame_) return no_memory_for_clip();
    if (const int code = avcodec_parameters_to_context(codec_.get(), stream_->codecpar); code < 0) return damaged_clip("sound parameters: " + ffmpeg_words(code));
    codec_->pkt_timebase = stream_->time_base;
    codec_->thread_count = 1;
    if (const int code = avcodec_open2(codec_.get(), decoder, nullptr); code < 0) return damaged_clip("sound decoder: " + ffmpeg_words(code));
    return {};
  }

  Result<void> take_frames() {
    while (avcodec_receive_frame(codec_.get(), frame_.get()) == 0) {
      if (frame_->nb_samples <= 0 || frame_->sample_rate <= 0 || frame_->ch_layout.nb_channels <= 0) continue;
      if (!resampler_) STUDIO_CHECK(open_resampler());
      // A decoder may change its mind in mid-stream; such a part is left out rather than played at a wrong speed.
      if (frame_->sample_rate != rate_ || frame_->format != format_ || av_channel_layout_compare(&frame_->ch_layout, &layout_) != 0) continue;
      STUDIO_CHECK(convert(const_cast<const std::uint8_t**>(frame_->extended_data), frame_->nb_samples));
    }
    return {};
  }

  Result<void> open_resampler() {
    rate_ = frame_->sample_rate;
    format_ = frame_->format;
    av_channel_layout_copy(&layout_, &frame_->ch_layout);
    AVChannelLayout stereo;
    av_channel_layout_default(&stereo, SoundChannels);
    // A layout that only counts its channels ("unspecified") is read as the usual one of that number.
    AVChannelLayout from;
    if (layout_.order == AV_CHANNEL_ORDER_UNSPEC) {
      av_channel_layout_default(&from, layout_.nb_channels);
    } else {
      from = layout_;
    }
    SwrContext* made = nullptr;
    const int code = swr_alloc_set_opts2(&made, &stereo, AV_SAMPLE_FMT_FLT, SoundRate, &from, static_cast<AVSampleFormat>(format_), rate_, 0, nullptr);
    resampler_.reset(made);
    if (code < 0 || swr_init(resampler_.get()) < 0) return damaged_clip("resampler");
    // Sound that begins after the pictures is led in by silence; what begins before is cut.
    const std::int64_t pts = frame_->best_effort_timestamp;
    if (pts != AV_NOPTS_VALUE) {
      const double late = static_cast<double>(pts) * av_q2d(stream_->time_base) - start_secs_;
      const auto samples = static_cast<std::int64_t>(std::llround(std::clamp(late, -MaxSoundSecs, MaxSoundSecs) * SoundRate));
      if (samples > 0) sound_.samples.resize(static_cast<std::size_t>(samples) * SoundChannels);
      if (samples < 0) cut_ = static_cast<std::size_t>(-samples) * SoundChannels;
    }
    return {};
  }

  Result<void> convert(const std::uint8_t** data, int count) {
    if (!resampler_) return {};
    const int room = swr_get_out_samples(resampler_.get(), count);
    if (room <= 0) return {};
    const std::size_t before = sound_.samples.size();
    sound_.samples.resize(before + static_cast<std::size_t>(room) * SoundChannels);
    auto* out = reinterpret_cast<std::uint8_t*>(sound_.samples.data() + before);
    const int made = swr_convert(resampler_.get(), &out, room, data, count);
    sound_.samples.resize(before + static_cast<std::size_t>(std::max(0, made)) * SoundChannels);
    if (cut_ > 0) {
      const std::size_t cut = std::min(cut_, sound_.samples.size() - before);
      sound_.samples.erase(sound_.samples.begin() + static_cast<std::ptrdiff_t>(before), sound_.samples.begin() + static_cast<std::ptrdiff_t>(before + cut));
      cut_ -= cut;
    }
    for (std::size_t i = before; i < sound_.samples.size(); ++i) {
      float& sample = sound_.samples[i];
      sample = std::isfinite(sample) ? std::clamp(sample, -8.0f, 8.0f) : 0.0f;
    }
    if (sound_.secs() > MaxSoundSecs + 0.5) {
      return fail(ErrorKind::BadRequest, "The clip's sound is longer than a minute, which is too long to play here; cut the clip into shorter ones.");
    }
    return {};
  }

  std::unique_ptr<Container> container_;
  AVStream* stream_ = nullptr;
  CodecPtr codec_;
  PacketPtr packet_;
  FramePtr frame_;
  ResamplerPtr resampler_;
  AVChannelLayout layout_{};
  int rate_ = 0;
  int format_ = -1;
  double start_secs_ = 0;
  std::size_t cut_ = 0;
  Sound sound_;
};

}  // namespace

Result<Sound> read_sound(int fd, const std::function<bool()>& stop) try {
  quiet_ffmpeg();
  return Reading().run(fd, stop);
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::Disk, "There is not enough memory for the clip's sound; close other programs and try again.", "bad_alloc");
}

}  // namespace studio
