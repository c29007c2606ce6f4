#include "media/video_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <vector>

extern "C" {
#include <libavutil/display.h>
}

#include "media/container.h"
#include "media/ffmpeg_parts.h"
#include "media/video_convert.h"

namespace studio {
namespace {

constexpr std::size_t MaxPackets = 4'000'000;  // over 18 hours at 60 frames a second

struct Packet {
  std::int64_t pts = 0;
  std::int64_t dts = 0;
  bool key = false;
};

const AVCodec* picture_decoder_for(AVCodecID id) {
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

tl::unexpected<Error> stopped() { return fail(ErrorKind::Cancelled, "Reading the clip was cancelled."); }

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
  std::function<bool()> stop;
  std::unique_ptr<Container> container;
  AVFormatContext* format = nullptr;  // the container's
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

  double secs(std::int64_t pts) const { return static_cast<double>(pts) * av_q2d(stream->time_base); }

  Result<void> open_container();
  Result<void> open_decoder();
  Result<void> read_index();
  Result<void> rewind();
  Result<void> seek_to_key(const Packet& key);
  // The next frame in presentation order into `frame`; false at the end. Frames before skip_before need not be exact.
  Result<bool> decode_next(std::int64_t skip_before);
  Result<void> decode_to(std::int64_t index);
  Result<VideoFrame> converted(std::int64_t index, FitBox box);
  // The number of the frame with that presentation time; below zero: none is shown then.
  std::int64_t index_of(std::int64_t pts) const;
  bool is_key(std::int64_t index) const;
  bool told_to_stop() const { return stop && stop(); }
  void describe_header();
  void describe(const AVFrame& first);
};

Result<void> VideoReader::State::open_container() {
  STUDIO_TRY(container, Container::open(fd));
  format = container->format();

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
  const AVCodec* decoder = picture_decoder_for(stream->codecpar->codec_id);
  if (decoder == nullptr) {
    return fail(ErrorKind::Damaged, std::string("Clips in the codec ") + avcodec_get_name(stream->codecpar->codec_id) +
                                        " cannot be decoded; convert it to H.264, VP9 or AV1.");
  }
  codec.reset(avcodec_alloc_context3(decoder));
  packet.reset(av_packet_alloc());
  frame.reset(av_frame_alloc());
  if (!codec || !packet || !frame) return no_memory_for_clip();
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
  times.clear();
  keys.clear();
  struct Shown {
    std::int64_t pts;
    std::int64_t duration;
  };
  std::vector<Shown> shown;
  for (;;) {
    if (told_to_stop()) return stopped();
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
    if (told_to_stop()) {
      next_index = -1;
      return stopped();
    }
    for (;;) {
      const int read = av_read_frame(format, packet.get());
      if (read < 0) {
        if (container->disk_errno() != 0) return fail(ErrorKind::Disk, "The clip cannot be read from the disk; check the disk.", "errno " + std::to_string(container->disk_errno()));
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

// What the header says; size and colour are the stream's own only once a frame was decoded.
void VideoReader::State::describe_header() {
  const AVCodecParameters& parameters = *stream->codecpar;
  const PictureSize size = converter.shown_size({parameters.width, parameters.height});
  facts.kind = FileKind::Video;
  facts.container = container->sniffed().container;
  facts.mime = container->sniffed().mime;
  facts.extension = container->sniffed().extension;
  facts.video_codec = avcodec_get_name(stream->codecpar->codec_id);
  facts.width = size.width;
  facts.height = size.height;
  facts.orientation = orientation_of(*stream);
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
}

void VideoReader::State::describe(const AVFrame& first) {
  describe_header();
  const PictureSize size = converter.shown_size({first.width, first.height});
  facts.width = size.width;
  facts.height = size.height;
  facts.has_alpha = has_alpha_plane(first);
  facts.colour = colour_tags_of(first);
  has_facts = true;
}

std::int64_t VideoReader::State::index_of(std::int64_t pts) const {
  const auto at = std::lower_bound(times.begin(), times.end(), pts);
  return at != times.end() && *at == pts ? at - times.begin() : -1;
}

bool VideoReader::State::is_key(std::int64_t index) const {
  const std::int64_t pts = times[static_cast<std::size_t>(index)];
  const auto at = std::lower_bound(keys.begin(), keys.end(), pts, [](const Packet& key, std::int64_t time) { return key.pts < time; });
  return at != keys.end() && at->pts == pts;
}

Result<VideoFrame> VideoReader::State::converted(std::int64_t index, FitBox box) {
  if (!has_facts) describe(*frame);
  const auto at = static_cast<std::size_t>(index);
  const std::int64_t end = at + 1 < times.size() ? times[at + 1] : end_pts;
  VideoFrame result{index, secs(times[at] - times.front()), secs(end - times[at]), {}};
  STUDIO_TRY(result.picture, converter.convert(*frame, box));
  return result;
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

Result<VideoIndex> VideoReader::index() {
  State& s = *state_;
  STUDIO_CHECK(s.read_index());
  VideoIndex result;
  result.times.reserve(s.times.size());
  result.is_key.reserve(s.times.size());
  for (std::size_t i = 0; i < s.times.size(); ++i) {
    result.times.push_back(s.secs(s.times[i] - s.times.front()));
    result.is_key.push_back(s.is_key(static_cast<std::int64_t>(i)) ? 1 : 0);
  }
  result.end_secs = s.secs(s.end_pts - s.times.front());
  return result;
}

MediaFacts VideoReader::known_facts() {
  if (!state_->has_facts) state_->describe_header();
  return state_->facts;
}

bool VideoReader::has_decoded() const { return state_->has_facts; }

void VideoReader::set_stop_check(std::function<bool()> stop) { state_->stop = std::move(stop); }

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
  return s.converted(index, box);
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::BadRequest, "The clip needs more memory than a decoder may use; reduce it in another program first.");
}

Result<VideoFrame> VideoReader::key_frame(std::int64_t index, FitBox box) try {
  State& s = *state_;
  STUDIO_CHECK(s.read_index());
  const bool exists = index >= 0 && index < static_cast<std::int64_t>(s.times.size());
  if (!exists || !s.is_key(index)) return frame(index, box);
  const std::int64_t pts = s.times[static_cast<std::size_t>(index)];
  const auto key = std::lower_bound(s.keys.begin(), s.keys.end(), pts, [](const Packet& one, std::int64_t time) { return one.pts < time; });
  s.codec->skip_frame = AVDISCARD_DEFAULT;
  STUDIO_CHECK(s.seek_to_key(*key));
  // "No more will come": the decoder gives at once what it would else hold back for the sake of order.
  avcodec_send_packet(s.codec.get(), nullptr);
  const bool got = avcodec_receive_frame(s.codec.get(), s.frame.get()) == 0 && s.frame->best_effort_timestamp == pts;
  Result<VideoFrame> result = got ? s.converted(index, box) : Result<VideoFrame>(damaged_clip("keyframe alone"));
  STUDIO_CHECK(s.rewind());
  if (!got) return frame(index, box);
  return result;
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::BadRequest, "The clip needs more memory than a decoder may use; reduce it in another program first.");
}

Result<std::int64_t> VideoReader::frames(std::int64_t first, std::int64_t last, FitBox box, const std::function<bool(VideoFrame&&)>& each) try {
  State& s = *state_;
  STUDIO_CHECK(s.read_index());
  last = std::min(last, static_cast<std::int64_t>(s.times.size()) - 1);
  if (first < 0 || first > last) return fail(ErrorKind::BadRequest, "The clip has no frame " + std::to_string(first) + "; it has " + std::to_string(s.times.size()) + ".");
  // The first is sought exactly. Where it cannot be decoded the next ones are tried, a few: each costs a decode from the start.
  std::int64_t index = first;
  for (int broken = 0;; ++index) {
    const auto reached = s.decode_to(index);
    if (reached) break;
    if (reached.error().kind != ErrorKind::Damaged || ++broken >= 8 || index == last) return fail(reached.error());
  }
  // From there on the decoder is taken at its word: what it leaves out is left out.
  std::int64_t handed = 0;
  for (;;) {
    STUDIO_TRY(VideoFrame frame, s.converted(index, box));
    ++handed;
    if (!each(std::move(frame)) || index == last) return handed;
    std::int64_t next = -1;
    while (next <= index) {  // an edit list's lead-in is no frame
      const auto some = s.decode_next(INT64_MIN);
      const bool ends = !some || !*some;
      if (ends) s.next_index = -1;
      if (!some && (some.error().kind == ErrorKind::Cancelled || some.error().kind == ErrorKind::Disk)) return fail(some.error());
      if (ends) return handed;
      next = s.index_of(s.frame->best_effort_timestamp);
    }
    index = next;
    s.next_index = index + 1;
    if (index > last) return handed;
  }
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::BadRequest, "The clip needs more memory than a decoder may use; reduce it in another program first.");
}

Result<DecodedImage> VideoReader::poster(std::span<const FitBox> boxes) try {
  State& s = *state_;
  STUDIO_CHECK(s.rewind());
  constexpr double NearlyBlack = 10;  // mean code value: titles on black are brighter, fades from black are darker
  FramePtr first(av_frame_alloc()), chosen(av_frame_alloc());
  if (!first || !chosen) return no_memory_for_clip();
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
