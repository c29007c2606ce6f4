#include "media_child/requests.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>

#include "media/decode_image.h"
#include "media/probe.h"
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

// Frames one after another into the ring; a slot is used again only when the handle has said that it is free.
class FrameRun {
 public:
  FrameRun(int socket, int area) : socket_(socket), area_(area) { std::fill(std::begin(free_), std::end(free_), true); }

  Reply run(const Request& request, int file, int threads) {
    auto reader = VideoReader::open(file, threads);
    if (!reader) return failed(std::move(reader.error()));
    const auto frames = (*reader)->frame_count();
    if (!frames) return failed(frames.error());
    const std::int64_t end = request.count < 0 ? *frames : std::min(*frames, request.first + std::min(request.count, *frames));
    constexpr int GiveUpAfter = 8;  // each broken frame costs a decode from the start
    int broken = 0;
    Reply done;
    done.kind = ReplyKind::FramesDone;
    for (std::int64_t index = request.first; index < end; ++index) {
      const int slot = next_slot();
      if (slot < 0) return done;  // told to stop
      auto frame = (*reader)->frame(index, request.boxes.front());
      if (!frame) {
        if (++broken >= GiveUpAfter || done.number == 0) return failed(std::move(frame.error()));
        continue;
      }
      if (!hand_over(*frame, slot)) return failed({ErrorKind::BadRequest, "The frames asked for are too large; ask for smaller ones.", "no room in a slot", 0});
      ++done.number;
    }
    return done;
  }

 private:
  // Reads what the handle has said; waits while no slot is free. Below zero: stop.
  int next_slot() {
    for (;;) {
      const auto slot = std::find(std::begin(free_), std::end(free_), true);
      const bool is_full = slot == std::end(free_);
      const wire::Received received = wire::receive_packet(socket_, is_full);
      if (received.state == wire::Received::State::Nothing) return static_cast<int>(slot - std::begin(free_));
      Request said;
      if (received.state != wire::Received::State::Message || !wire::unpack(received.bytes, said)) return -1;
      if (said.kind != RequestKind::SlotFree || said.first < 0 || said.first >= wire::RingSlots) return -1;
      free_[said.first] = true;
    }
  }

  bool hand_over(const VideoFrame& frame, int slot) {
    const std::int64_t offset = slot * wire::SlotBytes;
    if (static_cast<std::int64_t>(frame.picture.rgba.size()) > wire::SlotBytes || !copy_into(area_, offset, frame.picture.rgba)) return false;
    free_[slot] = false;
    Reply reply;
    reply.kind = ReplyKind::Frame;
    reply.pictures.push_back({frame.picture.width, frame.picture.height, offset});
    reply.number = frame.index;
    reply.time_secs = frame.time_secs;
    reply.duration_secs = frame.duration_secs;
    return wire::send_packet(socket_, wire::packed(reply), {});
  }

  int socket_;
  int area_;
  bool free_[wire::RingSlots];
};

Reply answer(const Request& request, const std::vector<UniqueFd>& descriptors, int socket, int threads) {
  const bool needs_area = request.kind == RequestKind::DecodeImage || request.kind == RequestKind::Poster || request.kind == RequestKind::DecodeFrames;
  if (descriptors.size() != (needs_area ? 2u : 1u) || (needs_area && request.boxes.empty()) || request.first < 0) {
    return failed({ErrorKind::Bug, "The media child was asked something it cannot answer.", "malformed request", 0});
  }
  const int file = descriptors[0].get();
  switch (request.kind) {
    case RequestKind::Probe: return probe(file);
    case RequestKind::DecodeImage:
    case RequestKind::Poster: return pictures(request, file, descriptors[1].get());
    case RequestKind::DecodeFrames: return FrameRun(socket, descriptors[1].get()).run(request, file, threads);
#ifdef STUDIO_TEST_HOOKS
    case RequestKind::SelfTest: return self_test_reply(static_cast<SelfTest>(request.first), file);
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
  for (;;) {
    const wire::Received received = wire::receive_packet(socket, true);
    if (received.state != wire::Received::State::Message) return;
    Request request;
    if (!wire::unpack(received.bytes, request)) return;
    // Words about a run of frames that has just ended by itself may still arrive.
    if (request.kind == RequestKind::SlotFree || request.kind == RequestKind::Stop) continue;
    Reply reply;
    try {
      reply = answer(request, received.descriptors, socket, threads);
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
