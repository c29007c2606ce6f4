#include "media/clip_encoder.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <deque>

extern "C" {
#include <libavutil/opt.h>
}

#include "base/file.h"
#include "media/ffmpeg_parts.h"
#include "media/yuv709.h"

namespace studio {
namespace {

constexpr int AacFrame = 1024;  // samples a channel; the encoder's own unit

tl::unexpected<Error> cannot(const char* what, int code) {
  return fail(ErrorKind::Bug, std::string("The clip could not be encoded: ") + what + ".", ffmpeg_words(code));
}

}  // namespace

struct ClipEncoder::State {
  ClipSettings settings;
  int width = 0, height = 0;  // even
  UniqueFd own_file;
  int fd = -1;
  std::unique_ptr<FdStream> sink;
  std::unique_ptr<FdStream> reread;  // while the index is moved to the front
  AVFormatContext* format = nullptr;
  AVStream* video_stream = nullptr;
  AVStream* audio_stream = nullptr;
  CodecPtr video, audio;
  FramePtr picture_frame, sound_frame;
  PacketPtr packet;
  std::deque<float> sound;  // interleaved, not yet encoded
  std::int64_t frames = 0;
  std::int64_t samples = 0;
  bool finished = false;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (format != nullptr) {
      format->pb = nullptr;
      avformat_free_context(format);
    }
  }

  Result<void> open_video();
  Result<void> open_audio();
  Result<void> open_file();
  Result<void> drain(AVCodecContext* codec, AVStream* stream);
  Result<void> encode_sound(bool to_the_end);
  Result<void> write_failed(int code) const;
};

Result<void> ClipEncoder::State::write_failed(int code) const {
  if (sink && sink->disk_errno() != 0) return fail(disk_error("write the clip", sink->disk_errno(), {}));
  return cannot("the file could not be written", code);
}

Result<void> ClipEncoder::State::open_video() {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) return fail(ErrorKind::NotFound, "This build of FFmpeg has no x264 encoder; install FFmpeg with libx264.");
  video.reset(avcodec_alloc_context3(codec));
  if (!video) return cannot("no memory", AVERROR(ENOMEM));
  video->width = width;
  video->height = height;
  video->pix_fmt = AV_PIX_FMT_YUV420P;
  video->time_base = {settings.fps_den, settings.fps_num};
  video->framerate = {settings.fps_num, settings.fps_den};
  video->sample_aspect_ratio = {1, 1};
  video->colorspace = AVCOL_SPC_BT709;
  video->color_primaries = AVCOL_PRI_BT709;
  video->color_trc = AVCOL_TRC_BT709;
  video->color_range = AVCOL_RANGE_MPEG;
  video->chroma_sample_location = AVCHROMA_LOC_CENTER;  // the mean of a 2 × 2 block lies in its middle
  video->thread_count = std::max(1, settings.threads);
  if (settings.keyframe_every > 0) video->gop_size = settings.keyframe_every;
  if (settings.bitrate > 0) video->bit_rate = settings.bitrate;
  video->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
  av_opt_set(video->priv_data, "preset", settings.preset.c_str(), 0);
  // x264's fast code for its rate decisions reads past what it was given on some processors, so that the same clip came out
  // in other bytes each time (seen with AVX-512); this makes it take the code that is the same everywhere.
  av_opt_set(video->priv_data, "x264-params", "cpu-independent=1", 0);
  if (settings.bitrate <= 0) av_opt_set_double(video->priv_data, "crf", settings.crf, 0);
  const int opened = avcodec_open2(video.get(), codec, nullptr);
  if (opened < 0) return cannot("x264 refused the settings", opened);

  video_stream = avformat_new_stream(format, nullptr);
  if (video_stream == nullptr) return cannot("no memory", AVERROR(ENOMEM));
  video_stream->time_base = video->time_base;
  video_stream->avg_frame_rate = video->framerate;
  if (const int copied = avcodec_parameters_from_context(video_stream->codecpar, video.get()); copied < 0) return cannot("parameters", copied);

  picture_frame.reset(av_frame_alloc());
  packet.reset(av_packet_alloc());
  if (!picture_frame || !packet) return cannot("no memory", AVERROR(ENOMEM));
  picture_frame->format = video->pix_fmt;
  picture_frame->width = width;
  picture_frame->height = height;
  if (const int code = av_frame_get_buffer(picture_frame.get(), 0); code < 0) return cannot("no memory", code);
  return {};
}

Result<void> ClipEncoder::State::open_audio() {
  if (settings.audio_channels <= 0) return {};
  const AVCodec* codec = avcodec_find_encoder_by_name("aac");  // FFmpeg's own: others may not be there and differ in bytes
  if (codec == nullptr) return fail(ErrorKind::NotFound, "This build of FFmpeg has no AAC encoder; install the usual FFmpeg.");
  audio.reset(avcodec_alloc_context3(codec));
  if (!audio) return cannot("no memory", AVERROR(ENOMEM));
  audio->sample_fmt = AV_SAMPLE_FMT_FLTP;
  audio->sample_rate = settings.audio_rate;
  av_channel_layout_default(&audio->ch_layout, settings.audio_channels);
  audio->bit_rate = settings.audio_bitrate;
  audio->time_base = {1, settings.audio_rate};
  audio->thread_count = 1;
  audio->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
  if (const int opened = avcodec_open2(audio.get(), codec, nullptr); opened < 0) return cannot("the AAC encoder refused the settings", opened);
  audio_stream = avformat_new_stream(format, nullptr);
  if (audio_stream == nullptr) return cannot("no memory", AVERROR(ENOMEM));
  audio_stream->time_base = audio->time_base;
  if (const int copied = avcodec_parameters_from_context(audio_stream->codecpar, audio.get()); copied < 0) return cannot("parameters", copied);
  sound_frame.reset(av_frame_alloc());
  if (!sound_frame) return cannot("no memory", AVERROR(ENOMEM));
  sound_frame->format = audio->sample_fmt;
  sound_frame->sample_rate = audio->sample_rate;
  sound_frame->nb_samples = AacFrame;
  av_channel_layout_copy(&sound_frame->ch_layout, &audio->ch_layout);
  if (const int code = av_frame_get_buffer(sound_frame.get(), 0); code < 0) return cannot("no memory", code);
  return {};
}

Result<void> ClipEncoder::State::open_file() {
  if (!settings.comment.empty()) av_dict_set(&format->metadata, "comment", settings.comment.c_str(), 0);
  sink = std::make_unique<FdStream>(fd, true);
  if (sink->context() == nullptr) return cannot("no memory", AVERROR(ENOMEM));
  format->pb = sink->context();
  format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  format->opaque = this;
  // To put the index at the front the muxer reads its own output back "by name": it gets the same descriptor again.
  format->io_open = [](AVFormatContext* self, AVIOContext** out, const char*, int flags, AVDictionary**) {
    auto* state = static_cast<State*>(self->opaque);
    if ((flags & AVIO_FLAG_WRITE) != 0) return AVERROR(EPERM);
    state->reread = std::make_unique<FdStream>(state->fd, false);
    *out = state->reread->context();
    return *out != nullptr ? 0 : AVERROR(ENOMEM);
  };
  format->io_close2 = [](AVFormatContext* self, AVIOContext*) {
    static_cast<State*>(self->opaque)->reread.reset();
    return 0;
  };
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags", "+faststart", 0);
  const int code = avformat_write_header(format, &options);
  av_dict_free(&options);
  if (code < 0) return write_failed(code);
  return {};
}

Result<void> ClipEncoder::State::drain(AVCodecContext* codec, AVStream* stream) {
  for (;;) {
    const int got = avcodec_receive_packet(codec, packet.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
    if (got < 0) return cannot("the encoder failed", got);
    if (packet->duration == 0 && stream == video_stream) packet->duration = 1;
    av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
    packet->stream_index = stream->index;
    if (const int put = av_interleaved_write_frame(format, packet.get()); put < 0) return write_failed(put);
  }
}

Result<void> ClipEncoder::State::encode_sound(bool to_the_end) {
  const auto channels = static_cast<std::size_t>(settings.audio_channels);
  while (sound.size() >= AacFrame * channels || (to_the_end && !sound.empty())) {
    if (const int code = av_frame_make_writable(sound_frame.get()); code < 0) return cannot("no memory", code);
    const std::size_t count = std::min<std::size_t>(AacFrame, sound.size() / channels);
    for (std::size_t c = 0; c < channels; ++c) {
      auto* out = reinterpret_cast<float*>(sound_frame->data[c]);
      for (std::size_t i = 0; i < count; ++i) out[i] = sound[i * channels + c];
    }
    sound.erase(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(count * channels));
    sound_frame->nb_samples = static_cast<int>(count);  // only the last may be short
    sound_frame->pts = samples;
    samples += static_cast<std::int64_t>(count);
    if (const int code = avcodec_send_frame(audio.get(), sound_frame.get()); code < 0) return cannot("the sound encoder failed", code);
    STUDIO_CHECK(drain(audio.get(), audio_stream));
    if (count == 0) sound.clear();
  }
  return {};
}

ClipEncoder::ClipEncoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClipEncoder::~ClipEncoder() = default;

Result<std::unique_ptr<ClipEncoder>> ClipEncoder::start(const ClipSettings& settings, int fd) {
  quiet_ffmpeg();
  if (settings.width < 2 || settings.height < 2 || settings.width > 8192 || settings.height > 8192 || settings.fps_num < 1 || settings.fps_den < 1 ||
      settings.audio_channels > 2 || settings.audio_channels < 0) {
    return fail(ErrorKind::BadRequest, "A clip needs a size from 2 to 8192 pixels, a frame rate above zero and at most two sound channels; choose other settings.");
  }
  auto state = std::make_unique<State>();
  state->settings = settings;
  state->width = settings.width & ~1;
  state->height = settings.height & ~1;
  state->fd = fd;
  if (fd < 0) {
    state->own_file.reset(::memfd_create("studio-clip", MFD_CLOEXEC));
    if (!state->own_file) return fail(disk_error("hold the clip in memory", errno, {}));
    state->fd = state->own_file.get();
  }
  if (const int code = avformat_alloc_output_context2(&state->format, nullptr, "mp4", "clip.mp4"); code < 0) return cannot("no MP4 writer", code);
  STUDIO_CHECK(state->open_video());
  STUDIO_CHECK(state->open_audio());
  STUDIO_CHECK(state->open_file());
  return std::unique_ptr<ClipEncoder>(new ClipEncoder(std::move(state)));
}

Result<void> ClipEncoder::add_frame(const Picture& picture) {
  State& s = *state_;
  if (s.finished) return fail(ErrorKind::Bug, "The clip is already finished.", "add_frame after finish");
  if (picture.width != s.settings.width || picture.height != s.settings.height) {
    return fail(ErrorKind::Bug, "A frame of the clip has another size than the clip.", std::to_string(picture.width) + "x" + std::to_string(picture.height));
  }
  AVFrame* frame = s.picture_frame.get();
  // The encoder may still hold the last frame's planes for its look-ahead.
  if (const int code = av_frame_make_writable(frame); code < 0) return cannot("no memory", code);
  rgba_to_yuv420_bt709(picture, {frame->data[0], frame->linesize[0]}, {frame->data[1], frame->linesize[1]}, {frame->data[2], frame->linesize[2]});
  frame->pts = s.frames++;
  if (const int code = avcodec_send_frame(s.video.get(), frame); code < 0) return cannot("the encoder failed", code);
  return s.drain(s.video.get(), s.video_stream);
}

Result<void> ClipEncoder::add_audio(std::span<const float> samples) {
  State& s = *state_;
  if (!s.audio || s.finished) return fail(ErrorKind::Bug, "This clip takes no sound.", "add_audio without channels, or after finish");
  for (const float value : samples) s.sound.push_back(std::isfinite(value) ? std::clamp(value, -1.0f, 1.0f) : 0.0f);
  return s.encode_sound(false);
}

Result<void> ClipEncoder::add_audio(std::span<const std::int16_t> samples) {
  std::vector<float> values(samples.size());
  std::transform(samples.begin(), samples.end(), values.begin(), [](std::int16_t value) { return static_cast<float>(value) / 32768.0f; });
  return add_audio(std::span<const float>(values));
}

Result<void> ClipEncoder::finish() {
  State& s = *state_;
  if (s.finished) return {};
  if (s.frames == 0) return fail(ErrorKind::Bug, "The clip has no frames.", "finish without add_frame");
  s.finished = true;
  if (s.audio) STUDIO_CHECK(s.encode_sound(true));
  for (const auto& [codec, stream] : {std::pair{s.video.get(), s.video_stream}, std::pair{s.audio.get(), s.audio_stream}}) {
    if (codec == nullptr) continue;
    if (const int code = avcodec_send_frame(codec, nullptr); code < 0) return cannot("the encoder failed", code);
    STUDIO_CHECK(s.drain(codec, stream));
  }
  if (const int code = av_write_trailer(s.format); code < 0) return s.write_failed(code);
  avio_flush(s.format->pb);
  if (s.sink->disk_errno() != 0) return s.write_failed(AVERROR(s.sink->disk_errno()));
  return {};
}

Result<std::string> ClipEncoder::bytes() const {
  const State& s = *state_;
  if (!s.own_file || !s.finished) return fail(ErrorKind::Bug, "The clip is not held in memory.", "bytes() before finish or with a descriptor");
  struct stat status {};
  if (::fstat(s.fd, &status) != 0) return fail(disk_error("read the clip", errno, {}));
  std::string result(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < result.size()) {
    const ssize_t got = ::pread(s.fd, result.data() + have, result.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(disk_error("read the clip", errno, {}));
    have += static_cast<std::size_t>(got);
  }
  return result;
}

ClipSettings fast_clip_settings(int width, int height, int fps_num, int fps_den) {
  ClipSettings settings;
  settings.width = width;
  settings.height = height;
  settings.fps_num = fps_num;
  settings.fps_den = fps_den;
  settings.preset = "veryfast";
  settings.crf = 20;
  settings.threads = 2;
  return settings;
}

}  // namespace studio
