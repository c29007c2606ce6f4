#include "media/video_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <vector>

extern "C" {
#include <libavutil/display.h>
}

#include "media/ffmpeg_parts.h"
#include "media/file_size.h"
#include "media/probe.h"
#include "media/video_convert.h"

namespace studio {
namespace {

constexpr std::size_t MaxPackets = 4'000'000;  // over 18 hours at 60 frames a second

struct Packet {
  std::int64_t pts = 0;
  std::int64_t dts = 0;
  bool key = false;
};

tl::unexpected<Error> damaged_clip(std::string why) {
  return fail(ErrorKind::Damaged, "The clip is damaged; fetch or copy it again.", std::move(why));
}

const AVCodec* decoder_for(AVCodecID id) {
  // FFmpeg's own AV1 decoder needs a graphics card; the others are software.
  if (id == AV_CODEC_ID_AV1) {
    for (const char* name : {"libdav1d", "libaom-av1"}) {
      if (const AVCodec* codec = avcodec_find_decoder_by_name(name)) return codec;
    }
    return nullptr;
  }
  if (id == AV_CODEC_ID_H264 || id == AV_CODEC_ID_VP9 || id == AV_CODEC_ID_HEVC) return avcodec_find_decoder(id);
  return nullptr;
}

const std::int32_t* display_matrix(const AVStream& stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  const AVPacketSideData* data =
      av_packet_side_data_get(stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  return data != nullptr && data->size >= 36 ? reinterpret_cast<const std::int32_t*>(data->data) : nullptr;
#else
  std::size_t size = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return data != nullptr && size >= 36 ? reinterpret_cast<const std::int32_t*>(data) : nullptr;
#endif
}

// The display matrix as an EXIF orientation: which way the picture's x and y axes point on the screen.
int orientation_of(const AVStream& stream) {
  const std::int32_t* m = display_matrix(stream);
  if (m == nullptr) return 1;
  const double a = m[0], b = m[1], c = m[3], d = m[4];
  if (std::fabs(a) + std::fabs(d) >= std::fabs(b) + std::fabs(c)) {
    if (a >= 0) return d >= 0 ? 1 : 4;
    return d >= 0 ? 2 : 3;
  }
  if (b >= 0) return c >= 0 ? 5 : 6;
  return c >= 0 ? 8 : 7;
}

}  // namespace

struct VideoReader::State {
  int fd = -1;
  int threads = 1;
  Sniffed sniffed;
  std::unique_ptr<FdStream> source;
  AVFormatContext* format = nullptr;
  AVStream* stream = nullptr;
  CodecPtr codec;
  PacketPtr packet;
  FramePtr frame;
  FrameConverter converter;
  MediaFacts facts;
  bool has_facts = false;

  bool indexed = false;
  std::vector<std::int64_t> times;  // presentation times of all frames, in order: frame n is times[n]
  std::vector<Packet> keys;         // by pts
  std::int64_t end_pts = 0;         // when the last frame ends

  std::int64_t next_index = -1;  // frame the decoder gives next; -1: unknown, seek first
  bool draining = false;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { avformat_close_input(&format); }

  double secs(std::int64_t pts) const { return static_cast<double>(pts) * av_q2d(stream->time_base); }

  Result<void> open_container();
  Result<void> open_decoder();
  Result<void> read_index();
  Result<void> rewind();
  Result<void> seek_to_key(const Packet& key);
  // The next frame in presentation order into `frame`; false at the end. Frames before skip_before need not be exact.
  Result<bool> decode_next(std::int64_t skip_before);
  Result<void> decode_to(std::int64_t index);
  void describe(const AVFrame& first);
};

Result<void> VideoReader::State::open_container() {
  source = std::make_unique<FdStream>(fd, false);
  if (source->context() == nullptr) return fail(ErrorKind::Disk, "There is not enough memory to open the clip; close other programs.");
  STUDIO_CHECK(regular_file_size(fd));
  STUDIO_TRY(sniffed, sniff_file(fd));
  if (sniffed.kind != FileKind::Video) return fail(ErrorKind::Damaged, "This is a picture, not a clip; choose a clip.");

  // Our own look at the bytes decides which demuxer runs; it may open nothing else, by whatever name.
  const bool is_matroska = sniffed.container == "webm" || sniffed.container == "matroska";
  const AVInputFormat* demuxer = av_find_input_format(is_matroska ? "matroska" : "mov");
  if (demuxer == nullptr) return fail(ErrorKind::NotFound, "This build of FFmpeg cannot read such clips; install the usual FFmpeg.");
  format = avformat_alloc_context();
  if (format == nullptr) return fail(ErrorKind::Disk, "There is not enough memory to open the clip; close other programs.");
  format->pb = source->context();
  format->flags |= AVFMT_FLAG_CUSTOM_IO;
  format->io_open = [](AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EPERM); };
  format->max_streams = 64;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", demuxer->name, 0);
  av_dict_set(&options, "protocol_whitelist", "none", 0);
  const int opened = avformat_open_input(&format, "", demuxer, &options);
  av_dict_free(&options);
  if (opened < 0) return damaged_clip("open: " + ffmpeg_words(opened));

  const auto find_video = [this] { return av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0); };
  int index = find_video();
  const bool complete = index >= 0 && format->streams[index]->codecpar->codec_id != AV_CODEC_ID_NONE && format->streams[index]->codecpar->width > 0;
  if (!complete) {  // fragmented files and odd writers; elsewhere it would only cost time
    avformat_find_stream_info(format, nullptr);
    index = find_video();
  }
  if (index < 0) return fail(ErrorKind::Damaged, "The file has no pictures in it, only sound or nothing; choose a clip.");
  stream = format->streams[index];
  for (unsigned i = 0; i < format->nb_streams; ++i) {
    if (static_cast<int>(i) != index) format->streams[i]->discard = AVDISCARD_ALL;
  }
  const PictureSize size{stream->codecpar->width, stream->codecpar->height};
  if (size.width > MaxVideoSide || size.height > MaxVideoSide) {
    return fail(ErrorKind::BadRequest, "The clip has " + std::to_string(size.width) + " × " + std::to_string(size.height) +
                                           " pixels; at most 8192 a side can be opened, so reduce it in another program first.");
  }
  converter.set_display(av_guess_sample_aspect_ratio(format, stream, nullptr), orientation_of(*stream));
  return {};
}

Result<void> VideoReader::State::open_decoder() {
  const AVCodec* decoder = decoder_for(stream->codecpar->codec_id);
  if (decoder == nullptr) {
    return fail(ErrorKind::Damaged, std::string("Clips in the codec ") + avcodec_get_name(stream->codecpar->codec_id) +
                                        " cannot be decoded; convert it to H.264, VP9 or AV1.");
  }
  codec.reset(avcodec_alloc_context3(decoder));
  packet.reset(av_packet_alloc());
  frame.reset(av_frame_alloc());
  if (!codec || !packet || !frame) return fail(ErrorKind::Disk, "There is not enough memory to open the clip; close other programs.");
  if (const int code = avcodec_parameters_to_context(codec.get(), stream->codecpar); code < 0) return damaged_clip("parameters: " + ffmpeg_words(code));
  codec->pkt_timebase = stream->time_base;
#ifdef __SANITIZE_THREAD__
  codec->thread_count = 1;  // FFmpeg's own threads are not built with the sanitizer
#else
  codec->thread_count = std::max(1, threads);
#endif
  codec->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
  codec->max_pixels = static_cast<std::int64_t>(MaxVideoSide) * MaxVideoSide;
  if (const int code = avcodec_open2(codec.get(), decoder, nullptr); code < 0) return damaged_clip("decoder: " + ffmpeg_words(code));
  return {};
}

Result<void> VideoReader::State::read_index() {
  if (indexed) return {};
  STUDIO_CHECK(rewind());
  struct Shown {
    std::int64_t pts;
    std::int64_t duration;
  };
  std::vector<Shown> shown;
  for (;;) {
    const int got = av_read_frame(format, packet.get());
    if (got < 0) break;  // a cut file gives what is there
    if (packet->stream_index == stream->index) {
      const std::int64_t dts = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
      const std::int64_t pts = packet->pts != AV_NOPTS_VALUE ? packet->pts : dts;
      if (pts != AV_NOPTS_VALUE) {
        // An edit list's lead-in is decoded but never shown.
        if ((packet->flags & AV_PKT_FLAG_DISCARD) == 0) shown.push_back({pts, packet->duration});
        if ((packet->flags & AV_PKT_FLAG_KEY) != 0) keys.push_back({pts, dts, true});
      }
    }
    av_packet_unref(packet.get());
    if (shown.size() > MaxPackets) return fail(ErrorKind::BadRequest, "The clip has more than four million frames; cut it into shorter ones first.");
  }
  if (shown.empty()) return damaged_clip("no packets");
  std::sort(shown.begin(), shown.end(), [](const Shown& a, const Shown& b) { return a.pts < b.pts; });
  std::sort(keys.begin(), keys.end(), [](const Packet& a, const Packet& b) { return a.pts < b.pts; });
  for (const Shown& one : shown) {
    if (times.empty() || times.back() != one.pts) times.push_back(one.pts);
  }
  const std::int64_t usual = times.size() > 1 ? (times.back() - times.front()) / static_cast<std::int64_t>(times.size() - 1) : 0;
  end_pts = times.back() + (shown.back().duration > 0 ? shown.back().duration : usual);
  indexed = true;
  return rewind();
}

Result<void> VideoReader::State::rewind() {
  avcodec_flush_buffers(codec.get());
  draining = false;
  next_index = -1;
  // Before everything, edit lists and negative decoding times included; a file just opened stays where it is.
  if (avformat_seek_file(format, stream->index, INT64_MIN, stream->start_time != AV_NOPTS_VALUE ? stream->start_time : 0, INT64_MAX, AVSEEK_FLAG_BACKWARD) < 0) {
    const int code = av_seek_frame(format, -1, 0, AVSEEK_FLAG_BACKWARD | AVSEEK_FLAG_ANY);
    if (code < 0) return damaged_clip("rewind: " + ffmpeg_words(code));
  }
  return {};
}

Result<void> VideoReader::State::seek_to_key(const Packet& key) {
  avcodec_flush_buffers(codec.get());
  draining = false;
  next_index = -1;
  // Demuxers seek by decoding time or by presentation time, and some land behind: look at what comes, go back if needed.
  std::int64_t ask = std::min(key.pts, key.dts);
  const std::int64_t second = std::max<std::int64_t>(1, av_rescale_q(1, {1, 1}, stream->time_base));
  for (int attempt = 0; attempt < 4; ++attempt, ask -= second << attempt) {
    if (av_seek_frame(format, stream->index, ask, AVSEEK_FLAG_BACKWARD) < 0) continue;
    for (;;) {
      if (av_read_frame(format, packet.get()) < 0) break;
      const std::int64_t dts = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
      const bool ours = packet->stream_index == stream->index;
      if (ours && packet->pts == key.pts) {
        // Goes into the decoder right here: it is the first packet it needs.
        const int sent = avcodec_send_packet(codec.get(), packet.get());
        av_packet_unref(packet.get());
        if (sent < 0) return damaged_clip("keyframe: " + ffmpeg_words(sent));
        return {};
      }
      av_packet_unref(packet.get());
      if (ours && dts > key.dts) break;  // landed behind it
    }
  }
  return rewind();  // decode from the start: slow but right
}

Result<bool> VideoReader::State::decode_next(std::int64_t skip_before) {
  int broken = 0;
  for (;;) {
    const int got = avcodec_receive_frame(codec.get(), frame.get());
    if (got == 0) return true;
    if (got == AVERROR_EOF) return false;
    if (got != AVERROR(EAGAIN)) {
      if (++broken > 64) return damaged_clip("decode: " + ffmpeg_words(got));
      if (draining) return false;
      continue;
    }
    for (;;) {
      const int read = av_read_frame(format, packet.get());
      if (read < 0) {
        if (source->disk_errno() != 0) return fail(ErrorKind::Disk, "The clip cannot be read from the disk; check the disk.", "errno " + std::to_string(source->disk_errno()));
        if (draining) return false;
        draining = true;
        avcodec_send_packet(codec.get(), nullptr);
        break;
      }
      if (packet->stream_index != stream->index) {
        av_packet_unref(packet.get());
        continue;
      }
      // Frames that nothing else refers to are not needed on the way to the target: a third of the work.
      codec->skip_frame = packet->pts != AV_NOPTS_VALUE && packet->pts < skip_before ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
      const int sent = avcodec_send_packet(codec.get(), packet.get());
      av_packet_unref(packet.get());
      if (sent < 0 && sent != AVERROR(EAGAIN) && ++broken > 64) return damaged_clip("decode: " + ffmpeg_words(sent));
      break;
    }
  }
}

Result<void> VideoReader::State::decode_to(std::int64_t index) {
  const std::int64_t target = times[static_cast<std::size_t>(index)];
  const auto after = std::upper_bound(keys.begin(), keys.end(), target, [](std::int64_t pts, const Packet& key) { return pts < key.pts; });
  const bool has_key = after != keys.begin();
  const bool key_is_ahead = has_key && next_index >= 0 && next_index < static_cast<std::int64_t>(times.size()) &&
                            std::prev(after)->pts > times[static_cast<std::size_t>(next_index)];
  if (next_index < 0 || index < next_index || key_is_ahead) {
    if (has_key) {
      STUDIO_CHECK(seek_to_key(*std::prev(after)));
    } else {
      STUDIO_CHECK(rewind());
    }
  }
  for (int pass = 0;; ++pass) {
    for (;;) {
      STUDIO_TRY(const bool some, decode_next(target));
      if (!some) break;
      const std::int64_t pts = frame->best_effort_timestamp;
      if (pts == target) {
        next_index = index + 1;
        return {};
      }
      if (pts != AV_NOPTS_VALUE && pts > target) break;  // it never came
    }
    // Key flags of careless writers can be wrong: once, decode from the very start.
    if (pass > 0) break;
    STUDIO_CHECK(rewind());
  }
  next_index = -1;
  return fail(ErrorKind::Damaged, "Frame " + std::to_string(index) + " of the clip cannot be decoded; fetch or copy the clip again.");
}

void VideoReader::State::describe(const AVFrame& first) {
  const PictureSize size = converter.shown_size({first.width, first.height});
  facts.kind = FileKind::Video;
  facts.container = sniffed.container;
  facts.mime = sniffed.mime;
  facts.extension = sniffed.extension;
  facts.video_codec = avcodec_get_name(stream->codecpar->codec_id);
  facts.width = size.width;
  facts.height = size.height;
  facts.orientation = orientation_of(*stream);
  facts.has_alpha = has_alpha_plane(first);
  facts.colour = colour_tags_of(first);
  facts.frame_count = stream->nb_frames;
  // The pictures' own length; sound may run a little longer.
  if (stream->duration != AV_NOPTS_VALUE && stream->duration > 0) {
    facts.duration_secs = secs(stream->duration);
  } else if (format->duration != AV_NOPTS_VALUE && format->duration > 0) {
    facts.duration_secs = static_cast<double>(format->duration) / AV_TIME_BASE;
  }
  AVRational rate = stream->avg_frame_rate.num > 0 && stream->avg_frame_rate.den > 0 ? stream->avg_frame_rate : stream->r_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) rate = codec->framerate;
  if (rate.num > 0 && rate.den > 0) {
    facts.fps_num = rate.num;
    facts.fps_den = rate.den;
  }
  const int sound = av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (sound >= 0) {
    facts.has_audio = true;
    facts.audio_codec = avcodec_get_name(format->streams[sound]->codecpar->codec_id);
  }
  has_facts = true;
}

VideoReader::VideoReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
VideoReader::~VideoReader() = default;

Result<std::unique_ptr<VideoReader>> VideoReader::open(int fd, int threads) {
  quiet_ffmpeg();
  auto state = std::make_unique<State>();
  state->fd = fd;
  state->threads = threads;
  STUDIO_CHECK(state->open_container());
  STUDIO_CHECK(state->open_decoder());
  return std::unique_ptr<VideoReader>(new VideoReader(std::move(state)));
}

Result<MediaFacts> VideoReader::facts() {
  State& s = *state_;
  if (s.has_facts) return s.facts;
  if (s.next_index != -1 || s.indexed) STUDIO_CHECK(s.rewind());
  STUDIO_TRY(const bool some, s.decode_next(INT64_MIN));
  if (!some) return damaged_clip("no frame can be decoded");
  s.describe(*s.frame);
  STUDIO_CHECK(s.rewind());
  return s.facts;
}

Result<std::int64_t> VideoReader::frame_count() {
  STUDIO_CHECK(state_->read_index());
  return static_cast<std::int64_t>(state_->times.size());
}

Result<std::int64_t> VideoReader::frame_at(double secs) {
  State& s = *state_;
  STUDIO_CHECK(s.read_index());
  // Times asked for are often those handed out, rounded: a tenth of a time unit keeps them on their frame.
  const double pts = static_cast<double>(s.times.front()) + secs / av_q2d(s.stream->time_base) + 0.1;
  const auto after = std::upper_bound(s.times.begin(), s.times.end(), pts, [](double value, std::int64_t time) { return value < static_cast<double>(time); });
  return after == s.times.begin() ? 0 : std::distance(s.times.begin(), after) - 1;
}

Result<VideoFrame> VideoReader::frame(std::int64_t index, FitBox box) try {
  State& s = *state_;
  STUDIO_CHECK(s.read_index());
  const auto count = static_cast<std::int64_t>(s.times.size());
  if (index < 0 || index >= count) {
    return fail(ErrorKind::BadRequest, "The clip has no frame " + std::to_string(index) + "; it has " + std::to_string(count) + ".");
  }
  STUDIO_CHECK(s.decode_to(index));
  const auto at = static_cast<std::size_t>(index);
  const std::int64_t end = index + 1 < count ? s.times[at + 1] : s.end_pts;
  VideoFrame result{index, s.secs(s.times[at] - s.times.front()), s.secs(end - s.times[at]), {}};
  STUDIO_TRY(result.picture, s.converter.convert(*s.frame, box));
  return result;
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::BadRequest, "The clip needs more memory than a decoder may use; reduce it in another program first.");
}

Result<DecodedImage> VideoReader::poster(std::span<const FitBox> boxes) try {
  State& s = *state_;
  STUDIO_CHECK(s.rewind());
  constexpr double NearlyBlack = 10;  // mean code value: titles on black are brighter, fades from black are darker
  FramePtr first(av_frame_alloc()), chosen(av_frame_alloc());
  if (!first || !chosen) return fail(ErrorKind::Disk, "There is not enough memory to open the clip; close other programs.");
  std::int64_t first_pts = 0;
  for (int n = 0; n < 120; ++n) {
    STUDIO_TRY(const bool some, s.decode_next(INT64_MIN));
    if (!some) break;
    const std::int64_t pts = s.frame->best_effort_timestamp;
    if (n == 0) {
      first_pts = pts;
      s.describe(*s.frame);
      av_frame_ref(first.get(), s.frame.get());
    } else if (s.secs(pts - first_pts) > 1.0) {
      break;
    }
    if (FrameConverter::mean_luma(*s.frame) > NearlyBlack) {
      av_frame_ref(chosen.get(), s.frame.get());
      break;
    }
  }
  if (first->width == 0) return damaged_clip("no frame can be decoded");
  const AVFrame& shown = chosen->width > 0 ? *chosen : *first;

  DecodedImage result;
  result.facts = s.facts;
  result.time_secs = s.secs(shown.best_effort_timestamp - first_pts);
  for (const FitBox box : boxes) {
    STUDIO_TRY(Picture picture, s.converter.convert(shown, box));
    result.pictures.push_back(std::move(picture));
  }
  STUDIO_CHECK(s.rewind());
  return result;
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::BadRequest, "The clip needs more memory than a decoder may use; reduce it in another program first.");
}

}  // namespace studio
