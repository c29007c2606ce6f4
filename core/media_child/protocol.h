// Inside of this room: the messages between the handle and the media child, one packet each on a SEQPACKET socket pair.
//
// The handle treats every byte of a reply as hostile: reading a message never trusts a length, and what a reply claims is
// held against what was asked. Pixels travel through a memory file that the handle makes at full (sparse) size and seals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "media/media_facts.h"
#include "media/resize.h"

namespace studio::wire {

inline constexpr int ChildSocket = 3;  // the descriptor the child finds its socket at
inline constexpr std::size_t MaxMessageBytes = 32 << 10;
inline constexpr std::size_t MaxBoxes = 8;

// The memory file: pictures one after another, or slots of the frame ring. Pages exist only where something is written.
inline constexpr std::int64_t AreaBytes = std::int64_t{1} << 30;
inline constexpr int RingSlots = 4;
inline constexpr std::int64_t SlotBytes = AreaBytes / RingSlots;

// The frames of a clip travel as a table at the front of the memory file: a double for each time, then a byte for each
// keyframe flag. Sound: floats, interleaved by channel.
inline constexpr std::int64_t MaxClipFrames = 4'000'000;
inline constexpr std::int64_t IndexBytesPerFrame = 9;
static_assert(MaxClipFrames * IndexBytesPerFrame < AreaBytes);

enum class RequestKind : std::uint8_t { Probe, DecodeImage, Poster, DecodeFrames, SlotFree, Stop, OpenClip, ClipFrames, ClipKey, CloseClip, Sound, SelfTest };

// Probe and SelfTest bring the input file; DecodeImage, Poster, DecodeFrames, OpenClip and Sound also the memory file; the
// others none: ClipFrames and ClipKey are about the open clip. Stop ends any of those that last, between two packets.
struct Request {
  RequestKind kind = RequestKind::Probe;
  std::vector<FitBox> boxes;   // DecodeImage, Poster; one for DecodeFrames, ClipFrames and ClipKey
  std::int64_t first = 0;      // DecodeFrames, ClipFrames, ClipKey: first frame. SlotFree: the slot. SelfTest: what
  std::int64_t count = 0;      // DecodeFrames, ClipFrames; below zero: to the end
};

enum class ReplyKind : std::uint8_t { Ready, Failed, Facts, Pictures, Frame, FramesDone, ClipOpened, ClipFacts, ClipClosed, SoundDone, SelfTest };

struct PlacedPicture {
  int width = 0;
  int height = 0;
  std::int64_t offset = 0;  // in the memory file
};

struct Reply {
  ReplyKind kind = ReplyKind::Failed;
  Error error;                          // Failed
  MediaFacts facts;                     // Facts, Pictures, ClipOpened; ClipFacts: once more, now by a decoded frame
  std::vector<PlacedPicture> pictures;  // Pictures; one for Frame
  std::int64_t number = 0;              // Frame: its index. FramesDone, ClipOpened: how many. SoundDone: samples of each channel. SelfTest: the answer
  double time_secs = 0;                 // Pictures, Frame
  double duration_secs = 0;             // Frame, ClipOpened
};

std::string packed(const Request& request);
std::string packed(const Reply& reply);
// False when the bytes are not a message: too short, too long, values outside their range.
bool unpack(std::string_view bytes, Request& request);
bool unpack(std::string_view bytes, Reply& reply);

// One packet with up to two descriptors. Never raises SIGPIPE; errno tells why on false. wait false: EAGAIN when whoever is at
// the other end has left so much unread that no more fits, which the handle must not wait for.
bool send_packet(int socket, std::string_view bytes, const std::vector<int>& descriptors, bool wait = true);

struct Received {
  enum class State : std::uint8_t { Message, Closed, Nothing, Broken } state = State::Broken;
  std::string bytes;
  std::vector<UniqueFd> descriptors;
};
// wait false: answers Nothing at once when no packet lies ready.
Received receive_packet(int socket, bool wait);

}  // namespace studio::wire
