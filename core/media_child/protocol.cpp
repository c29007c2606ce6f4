#include "media_child/protocol.h"

#include <sys/socket.h>

#include <cerrno>
#include <cmath>
#include <cstring>

namespace studio::wire {
namespace {

constexpr std::uint32_t Magic = 0x53'4d'43'01;

// Same machine, same build: numbers as they lie in memory.
class Writer {
 public:
  explicit Writer(std::uint8_t kind) { put(Magic), put(kind); }
  template <class Value>
  void put(const Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    value = value.substr(0, 1000);
    put(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {
    std::uint32_t magic = 0;
    get(magic);
    if (magic != Magic) ok_ = false;
  }
  template <class Value>
  void get(Value& value) {
    static_assert(std::is_arithmetic_v<Value>);
    if (!ok_ || bytes_.size() < sizeof value) {
      ok_ = false;
      return;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    if constexpr (std::is_floating_point_v<Value>) ok_ = ok_ && std::isfinite(value);
  }
  void get(bool& value) {
    std::uint8_t byte = 0;
    get(byte);
    ok_ = ok_ && byte <= 1;
    value = byte == 1;
  }
  template <class Enum>
  void get_enum(Enum& value, Enum last) {
    std::uint8_t byte = 0;
    get(byte);
    ok_ = ok_ && byte <= static_cast<std::uint8_t>(last);
    if (ok_) value = static_cast<Enum>(byte);
  }
  void text(std::string& value) {
    std::uint32_t size = 0;
    get(size);
    if (!ok_ || size > 1000 || size > bytes_.size()) {
      ok_ = false;
      return;
    }
    value.assign(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
  }
  // How many items follow.
  std::size_t count(std::size_t most) {
    std::uint32_t number = 0;
    get(number);
    if (number > most) ok_ = false;
    return ok_ ? number : 0;
  }
  void require(bool condition) { ok_ = ok_ && condition; }
  bool ended_well() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

void put_facts(Writer& out, const MediaFacts& facts) {
  out.put(static_cast<std::uint8_t>(facts.kind));
  for (const std::string* text : {&facts.container, &facts.video_codec, &facts.audio_codec, &facts.mime, &facts.extension, &facts.colour.matrix,
                                  &facts.colour.primaries, &facts.colour.transfer}) {
    out.text(*text);
  }
  out.put(facts.width), out.put(facts.height), out.put(facts.orientation), out.put(facts.duration_secs), out.put(facts.frame_count);
  out.put(facts.fps_num), out.put(facts.fps_den);
  for (const bool flag : {facts.has_audio, facts.has_alpha, facts.animated, facts.colour.full_range, facts.colour.matrix_assumed,
                          facts.colour.range_assumed, facts.colour.has_icc}) {
    out.put(static_cast<std::uint8_t>(flag));
  }
}

void get_facts(Reader& in, MediaFacts& facts) {
  in.get_enum(facts.kind, FileKind::Video);
  for (std::string* text : {&facts.container, &facts.video_codec, &facts.audio_codec, &facts.mime, &facts.extension, &facts.colour.matrix,
                            &facts.colour.primaries, &facts.colour.transfer}) {
    in.text(*text);
    // Names only: these become file extensions and words on screen.
    for (const char c : *text) in.require(std::strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./+", c) != nullptr && c != '\0');
  }
  in.require(facts.extension.find_first_of("./") == std::string::npos);
  in.get(facts.width), in.get(facts.height), in.get(facts.orientation), in.get(facts.duration_secs), in.get(facts.frame_count);
  in.get(facts.fps_num), in.get(facts.fps_den);
  for (bool* flag : {&facts.has_audio, &facts.has_alpha, &facts.animated, &facts.colour.full_range, &facts.colour.matrix_assumed,
                     &facts.colour.range_assumed, &facts.colour.has_icc}) {
    in.get(*flag);
  }
  in.require(facts.width > 0 && facts.height > 0 && facts.width <= 1 << 20 && facts.height <= 1 << 20);
  in.require(facts.orientation >= 1 && facts.orientation <= 8 && facts.duration_secs >= 0 && facts.duration_secs < 1e9);
  in.require(facts.frame_count >= 0 && facts.fps_num >= 0 && facts.fps_den >= 1);
}

}  // namespace

std::string packed(const Request& request) {
  Writer out(static_cast<std::uint8_t>(request.kind));
  out.put(static_cast<std::uint32_t>(request.boxes.size()));
  for (const FitBox& box : request.boxes) out.put(box.max_width), out.put(box.max_height);
  out.put(request.first), out.put(request.count);
  return out.take();
}

bool unpack(std::string_view bytes, Request& request) {
  Reader in(bytes);
  in.get_enum(request.kind, RequestKind::SelfTest);
  request.boxes.resize(in.count(MaxBoxes));
  for (FitBox& box : request.boxes) in.get(box.max_width), in.get(box.max_height);
  in.get(request.first), in.get(request.count);
  return in.ended_well();
}

std::string packed(const Reply& reply) {
  Writer out(static_cast<std::uint8_t>(reply.kind));
  switch (reply.kind) {
    case ReplyKind::Ready: break;
    case ReplyKind::Failed:
      out.put(static_cast<std::uint8_t>(reply.error.kind));
      out.text(reply.error.message), out.text(reply.error.detail);
      break;
    case ReplyKind::Facts:
    case ReplyKind::Pictures:
    case ReplyKind::ClipOpened:
    case ReplyKind::ClipFacts: put_facts(out, reply.facts); break;
    case ReplyKind::Frame:
    case ReplyKind::FramesDone:
    case ReplyKind::ClipClosed:
    case ReplyKind::SoundDone:
    case ReplyKind::SelfTest: break;
  }
  out.put(static_cast<std::uint32_t>(reply.pictures.size()));
  for (const PlacedPicture& picture : reply.pictures) out.put(picture.width), out.put(picture.height), out.put(picture.offset);
  out.put(reply.number), out.put(reply.time_secs), out.put(reply.duration_secs);
  return out.take();
}

bool unpack(std::string_view bytes, Reply& reply) {
  Reader in(bytes);
  in.get_enum(reply.kind, ReplyKind::SelfTest);
  switch (reply.kind) {
    case ReplyKind::Ready: break;
    case ReplyKind::Failed:
      in.get_enum(reply.error.kind, ErrorKind::Bug);
      in.text(reply.error.message), in.text(reply.error.detail);
      break;
    case ReplyKind::Facts:
    case ReplyKind::Pictures:
    case ReplyKind::ClipOpened:
    case ReplyKind::ClipFacts: get_facts(in, reply.facts); break;
    case ReplyKind::Frame:
    case ReplyKind::FramesDone:
    case ReplyKind::ClipClosed:
    case ReplyKind::SoundDone:
    case ReplyKind::SelfTest: break;
  }
  reply.pictures.resize(in.count(MaxBoxes));
  for (PlacedPicture& picture : reply.pictures) {
    in.get(picture.width), in.get(picture.height), in.get(picture.offset);
    in.require(picture.width > 0 && picture.height > 0 && picture.offset >= 0 && picture.width <= 1 << 20 && picture.height <= 1 << 20);
    const std::int64_t size = static_cast<std::int64_t>(picture.width) * picture.height * 4;
    in.require(size <= AreaBytes && picture.offset <= AreaBytes - size);
  }
  in.get(reply.number), in.get(reply.time_secs), in.get(reply.duration_secs);
  if (reply.kind == ReplyKind::ClipOpened) in.require(reply.number > 0 && reply.number <= MaxClipFrames && reply.duration_secs >= 0 && reply.duration_secs < 1e9);
  if (reply.kind == ReplyKind::SoundDone) in.require(reply.number > 0 && reply.number <= AreaBytes / 8);
  return in.ended_well();
}

bool send_packet(int socket, std::string_view bytes, const std::vector<int>& descriptors, bool wait) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
  if (!descriptors.empty() && descriptors.size() <= 2) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size() * sizeof(int));
  }
  for (;;) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT)) >= 0) return true;
    if (errno != EINTR) return false;
  }
}

Received receive_packet(int socket, bool wait) {
  Received result;
  result.bytes.resize(MaxMessageBytes);
  iovec part{result.bytes.data(), result.bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    const bool nothing = errno == EAGAIN || errno == EWOULDBLOCK;
    result.state = nothing ? Received::State::Nothing : errno == ECONNRESET ? Received::State::Closed : Received::State::Broken;
    return result;
  }
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(head) + i * sizeof(int), sizeof descriptor);
      result.descriptors.emplace_back(descriptor);
    }
  }
  if (got == 0) {
    result.state = Received::State::Closed;
  } else if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    result.state = Received::State::Broken;
  } else {
    result.state = Received::State::Message;
    result.bytes.resize(static_cast<std::size_t>(got));
  }
  return result;
}

}  // namespace studio::wire
