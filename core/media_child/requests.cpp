#include "media_child/requests.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>

#include "media/decode_image.h"
#include "media/probe.h"
#include "media/sound_reader.h"
#include "media/video_reader.h"
#include "media_child/protocol.h"
#ifdef STUDIO_TEST_HOOKS
#include "media_child/self_test.h"
#endif

namespace studio {
namespace {

using wire::PlacedPicture;
using wire::Reply;
using wire::ReplyKind;
using wire::Request;
using wire::RequestKind;

constexpr std::int64_t Page = 64 << 10;  // covers every page size in use

Reply failed(Error error) {
  Reply reply;
  reply.kind = ReplyKind::Failed;
  reply.error = std::move(error);
  return reply;
}

// Copies through a small window, so that a large picture does not count twice against the address space.
bool copy_into(int area, std::int64_t offset, const std::vector<std::uint8_t>& bytes) {
  constexpr std::size_t Window = 32 << 20;
  for (std::size_t done = 0; done < bytes.size(); done += Window) {
    const std::size_t size = std::min(Window, bytes.size() - done);
    void* view = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, area, offset + static_cast<std::int64_t>(done));
    if (view == MAP_FAILED) return false;
    std::memcpy(view, bytes.data() + done, size);
    ::munmap(view, size);
  }
  return true;
}

Reply place_pictures(DecodedImage decoded, int area) {
  Reply reply;
  reply.kind = ReplyKind::Pictures;
  reply.facts = std::move(decoded.facts);
  reply.time_secs = decoded.time_secs;
  std::int64_t offset = 0;
  for (Picture& picture : decoded.pictures) {
    const auto size = static_cast<std::int64_t>(picture.rgba.size());
    if (offset + size > wire::AreaBytes || !copy_into(area, offset, picture.rgba)) {
      return failed({ErrorKind::BadRequest, "The pictures asked for are too large together; ask for smaller ones.", "no room in the shared area", 0});
    }
    reply.pictures.push_back({picture.width, picture.height, offset});
    offset = (offset + size + Page - 1) / Page * Page;
    picture = {};
  }
  return reply;
}

Reply probe(int file) {
  auto facts = probe_media(file);
  if (!facts) return failed(std::move(facts.error()));
  Reply reply;
  reply.kind = ReplyKind::Facts;
  reply.facts = std::move(*facts);
  return reply;
}

Result<DecodedImage> decode(const Request& request, int file) {
  if (request.kind == RequestKind::Poster) {
    STUDIO_TRY(const Sniffed sniffed, sniff_file(file));
    if (sniffed.kind == FileKind::Video) {
      STUDIO_TRY(const auto reader, VideoReader::open(file));
      return reader->poster(request.boxes);
    }
  }
  return decode_image(file, request.boxes);
}

Reply pictures(const Request& request, int file, int area) {
  auto decoded = decode(request, file);
  if (!decoded) return failed(std::move(decoded.error()));
  return place_pictures(std::move(*decoded), area);
}

// What the handle says while a request is under way: slots that are free again, and to stop.
class Words {
 public:
  explicit Words(int socket) : socket_(socket) { std::fill(std::begin(free_), std::end(free_), true); }

  // Without waiting.
  bool told_to_stop() {
    while (!stopped_ && hear(false)) {
    }
    return stopped_;
  }
  // Waits while no slot is free. Below zero: stop.
  int take_slot() {
    for (;;) {
      if (told_to_stop()) return -1;
      const auto slot = std::find(std::begin(free_), std::end(free_), true);
      if (slot != std::end(free_)) {
        *slot = false;
        return static_cast<int>(slot - std::begin(free_));
      }
      hear(true);
    }
  }

 private:
  // False: nothing was said.
  bool hear(bool wait) {
    const wire::Received received = wire::receive_packet(socket_, wait);
    if (received.state == wire::Received::State::Nothing) return false;
    Request said;
    const bool is_slot = received.state == wire::Received::State::Message && wire::unpack(received.bytes, said) && said.kind == RequestKind::SlotFree &&
                         said.first >= 0 && said.first < wire::RingSlots;
    if (is_slot) {
      free_[said.first] = true;
    } else {
      stopped_ = true;
    }
    return true;
  }

  int socket_;
  bool free_[wire::RingSlots];
  bool stopped_ = false;
};

// The ring's slots, each mapped once and as far as it is used.
class Ring {
 public:
  explicit Ring(int area) : area_(area) {}
  ~Ring() {
    for (const View& view : views_) unmap(view);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  bool put(int slot, const std::vector<std::uint8_t>& bytes) {
    const std::int64_t offset = slot * wire::SlotBytes;
    if (static_cast<std::int64_t>(bytes.size()) > wire::SlotBytes) return false;
    View& view = views_[slot];
    if (view.size < bytes.size()) {
      unmap(view);
      view = {};
      void* at = bytes.size() <= MaxViewBytes ? ::mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_SHARED, area_, offset) : MAP_FAILED;
      if (at == MAP_FAILED) return copy_into(area_, offset, bytes);
      view = {at, bytes.size()};
    }
    std::memcpy(view.at, bytes.data(), bytes.size());
    return true;
  }

 private:
  static constexpr std::size_t MaxViewBytes = 64 << 20;  // the address space is limited
  struct View {
    void* at = nullptr;
    std::size_t size = 0;
  };
  static void unmap(const View& view) {
    if (view.at != nullptr) ::munmap(view.at, view.size);
  }

  int area_;
  View views_[wire::RingSlots];
};

Reply frames_done(std::int64_t count) {
  Reply reply;
  reply.kind = ReplyKind::FramesDone;
  reply.number = count;
  return reply;
}

Reply facts_reply(ReplyKind kind, MediaFacts facts) {
  Reply reply;
  reply.kind = kind;
  reply.facts = std::move(facts);
  return reply;
}

// Frames one after another into the ring; a slot is used again only when the handle has said that it is free.
// `say_facts`: before the first frame, what only a decoded frame tells; false afterwards.
Reply run_frames(VideoReader& reader, const Request& request, Ring& ring, int socket, bool* say_facts) {
  Words words(socket);
  reader.set_stop_check([&words] { return words.told_to_stop(); });
  struct Leaving {
    VideoReader& reader;
    ~Leaving() { reader.set_stop_check({}); }
  } leaving{reader};
  std::int64_t handed = 0;
  bool too_large = false;
  const auto hand_over = [&](const VideoFrame& frame) {
    if (say_facts != nullptr && *say_facts) {
      *say_facts = false;
      if (!wire::send_packet(socket, wire::packed(facts_reply(ReplyKind::ClipFacts, reader.known_facts())), {})) return false;
    }
    const int slot = words.take_slot();
    if (slot < 0) return false;
    if (!ring.put(slot, frame.picture.rgba)) {
      too_large = true;
      return false;
    }
    Reply reply;
    reply.kind = ReplyKind::Frame;
    reply.pictures.push_back({frame.picture.width, frame.picture.height, slot * wire::SlotBytes});
    reply.number = frame.index;
    reply.time_secs = frame.time_secs;
    reply.duration_secs = frame.duration_secs;
    if (!wire::send_packet(socket, wire::packed(reply), {})) return false;
    ++handed;
    return true;
  };
  Result<std::int64_t> done = 0;
  if (request.kind == RequestKind::ClipKey) {
    auto frame = reader.key_frame(request.first, request.boxes.front());
    if (frame) {
      hand_over(*frame);
    } else {
      done = fail(std::move(frame.error()));
    }
  } else {
    const auto frames = reader.frame_count();
    if (!frames) return failed(frames.error());
    const std::int64_t last = request.count < 0 ? *frames - 1 : std::min(*frames, request.first + std::min(request.count, *frames)) - 1;
    if (request.first > last) return frames_done(0);
    done = reader.frames(request.first, last, request.boxes.front(), hand_over);
  }
  if (too_large) return failed({ErrorKind::BadRequest, "The frames asked for are too large; ask for smaller ones.", "no room in a slot", 0});
  if (!done && done.error().kind != ErrorKind::Cancelled) return failed(std::move(done.error()));
  return frames_done(handed);
}

Reply decode_frames(const Request& request, int file, int area, int socket, int threads) {
  auto reader = VideoReader::open(file, threads);
  if (!reader) return failed(std::move(reader.error()));
  Ring ring(area);
  return run_frames(**reader, request, ring, socket, nullptr);
}

// A clip that stays open from one request to the next, so that header, index and decoder are made once.
struct Session {
  UniqueFd file, area;
  std::unique_ptr<VideoReader> reader;
  std::unique_ptr<Ring> ring;
  bool say_facts = true;
};

Reply open_clip(std::unique_ptr<Session>& session, std::vector<UniqueFd>& descriptors, int socket, int threads) {
  session.reset();
  auto fresh = std::make_unique<Session>();
  fresh->file = std::move(descriptors[0]);
  fresh->area = std::move(descriptors[1]);
  auto reader = VideoReader::open(fresh->file.get(), threads);
  if (!reader) return failed(std::move(reader.error()));
  fresh->reader = std::move(*reader);
  Words words(socket);
  fresh->reader->set_stop_check([&words] { return words.told_to_stop(); });
  auto index = fresh->reader->index();
  fresh->reader->set_stop_check({});
  if (!index) return failed(std::move(index.error()));
  std::vector<std::uint8_t> table(index->times.size() * wire::IndexBytesPerFrame);
  std::memcpy(table.data(), index->times.data(), index->times.size() * sizeof(double));
  std::memcpy(table.data() + index->times.size() * sizeof(double), index->is_key.data(), index->is_key.size());
  if (!copy_into(fresh->area.get(), 0, table)) return failed({ErrorKind::Disk, "There is not enough memory to open the clip; close other programs.", "index", 0});
  fresh->ring = std::make_unique<Ring>(fresh->area.get());
  Reply reply = facts_reply(ReplyKind::ClipOpened, fresh->reader->known_facts());
  reply.number = static_cast<std::int64_t>(index->times.size());
  reply.duration_secs = index->end_secs;
  session = std::move(fresh);
  return reply;
}

Reply sound(int file, int area, int socket) {
  Words words(socket);
  const auto read = read_sound(file, [&words] { return words.told_to_stop(); });
  if (!read) return failed(read.error());
  std::vector<std::uint8_t> bytes(read->samples.size() * sizeof(float));
  std::memcpy(bytes.data(), read->samples.data(), bytes.size());
  if (!copy_into(area, 0, bytes)) return failed({ErrorKind::Disk, "There is not enough memory for the clip's sound; close other programs.", "sound", 0});
  Reply reply;
  reply.kind = ReplyKind::SoundDone;
  reply.number = static_cast<std::int64_t>(read->samples.size()) / SoundChannels;
  return reply;
}

std::size_t descriptors_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::Probe:
    case RequestKind::SelfTest: return 1;
    case RequestKind::DecodeImage:
    case RequestKind::Poster:
    case RequestKind::DecodeFrames:
    case RequestKind::OpenClip:
    case RequestKind::Sound: return 2;
    case RequestKind::SlotFree:
    case RequestKind::Stop:
    case RequestKind::ClipFrames:
    case RequestKind::ClipKey:
    case RequestKind::CloseClip: break;
  }
  return 0;
}

bool needs_box(RequestKind kind) {
  return kind == RequestKind::DecodeImage || kind == RequestKind::Poster || kind == RequestKind::DecodeFrames || kind == RequestKind::ClipFrames ||
         kind == RequestKind::ClipKey;
}

Reply answer(const Request& request, std::vector<UniqueFd>& descriptors, std::unique_ptr<Session>& session, int socket, int threads) {
  const bool is_about_clip = request.kind == RequestKind::ClipFrames || request.kind == RequestKind::ClipKey;
  if (descriptors.size() != descriptors_of(request.kind) || (needs_box(request.kind) && request.boxes.empty()) || request.first < 0 || (is_about_clip && !session)) {
    return failed({ErrorKind::Bug, "The media child was asked something it cannot answer.", "malformed request", 0});
  }
  switch (request.kind) {
    case RequestKind::Probe: return probe(descriptors[0].get());
    case RequestKind::DecodeImage:
    case RequestKind::Poster: return pictures(request, descriptors[0].get(), descriptors[1].get());
    case RequestKind::DecodeFrames: return decode_frames(request, descriptors[0].get(), descriptors[1].get(), socket, threads);
    case RequestKind::OpenClip: return open_clip(session, descriptors, socket, threads);
    case RequestKind::ClipFrames:
    case RequestKind::ClipKey: return run_frames(*session->reader, request, *session->ring, socket, &session->say_facts);
    case RequestKind::CloseClip: {
      session.reset();
      Reply reply;
      reply.kind = ReplyKind::ClipClosed;
      return reply;
    }
    case RequestKind::Sound: return sound(descriptors[0].get(), descriptors[1].get(), socket);
#ifdef STUDIO_TEST_HOOKS
    case RequestKind::SelfTest: return self_test_reply(static_cast<SelfTest>(request.first), descriptors[0].get());
#else
    case RequestKind::SelfTest:
#endif
    case RequestKind::SlotFree:
    case RequestKind::Stop: break;
  }
  return failed({ErrorKind::Bug, "The media child was asked something it cannot answer.", "unknown request", 0});
}

}  // namespace

void serve_media_requests(int socket, int threads) {
  std::unique_ptr<Session> session;
  for (;;) {
    wire::Received received = wire::receive_packet(socket, true);
    if (received.state != wire::Received::State::Message) return;
    Request request;
    if (!wire::unpack(received.bytes, request)) return;
    // Words about a run of frames that has just ended by itself may still arrive.
    if (request.kind == RequestKind::SlotFree || request.kind == RequestKind::Stop) continue;
    Reply reply;
    try {
      reply = answer(request, received.descriptors, session, socket, threads);
    } catch (const std::bad_alloc&) {
      // Of this machine, not of the file: a paid result must not be given up for a moment without memory.
      reply = failed({ErrorKind::Disk, "There is not enough memory to open the file; close other programs and try again.", "bad_alloc", 0});
    } catch (const std::exception& error) {
      reply = failed({ErrorKind::Bug, "The file could not be decoded because of a mistake in this program.", error.what(), 0});
    }
    if (!wire::send_packet(socket, wire::packed(reply), {})) return;
  }
}

}  // namespace studio
