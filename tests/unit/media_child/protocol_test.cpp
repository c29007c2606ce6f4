#include "media_child/protocol.h"

#include <sys/socket.h>

#include "support/catch.h"
#include "support/media_samples.h"

using namespace studio;
using namespace studio::wire;

namespace {

Reply pictures_reply() {
  Reply reply;
  reply.kind = ReplyKind::Pictures;
  reply.facts.kind = FileKind::Video;
  reply.facts.container = "mp4";
  reply.facts.video_codec = "h264";
  reply.facts.extension = "mp4";
  reply.facts.mime = "video/mp4";
  reply.facts.width = 640;
  reply.facts.height = 360;
  reply.facts.colour.matrix = "bt709";
  reply.facts.has_audio = true;
  reply.pictures = {{64, 36, 0}, {32, 18, 65536}};
  reply.time_secs = 0.25;
  return reply;
}

bool accepted(const Reply& reply) {
  Reply back;
  return unpack(packed(reply), back);
}

}  // namespace

TEST_CASE("a message comes back as it was sent") {
  Reply back;
  REQUIRE(unpack(packed(pictures_reply()), back));
  CHECK(back.facts.video_codec == "h264");
  CHECK(back.facts.width == 640);
  CHECK(back.facts.has_audio);
  CHECK(!back.facts.has_alpha);
  REQUIRE(back.pictures.size() == 2);
  CHECK(back.pictures[1].offset == 65536);
  CHECK(back.time_secs == 0.25);

  Request request{RequestKind::DecodeFrames, {{320, 200}}, 17, -1}, request_back;
  REQUIRE(unpack(packed(request), request_back));
  CHECK(request_back.kind == RequestKind::DecodeFrames);
  CHECK(request_back.boxes[0].max_width == 320);
  CHECK(request_back.first == 17);
  CHECK(request_back.count == -1);
}

TEST_CASE("a message that is cut, lengthened or altered is never read past its end") {
  const std::string whole = packed(pictures_reply());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Reply back;
    CHECK(!unpack(std::string_view(whole).substr(0, size), back));
  }
  Reply back;
  CHECK(!unpack(whole + "x", back));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string altered = whole;
      altered[at] = static_cast<char>(altered[at] ^ flip);
      Reply some;
      if (unpack(altered, some)) {
        for (const PlacedPicture& picture : some.pictures) {
          CHECK(picture.offset + std::int64_t{4} * picture.width * picture.height <= AreaBytes);
        }
      }
    }
  }
}

TEST_CASE("claims outside of their range are not a message") {
  CHECK(accepted(pictures_reply()));
  const auto altered = [](const std::function<void(Reply&)>& change) {
    Reply reply = pictures_reply();
    change(reply);
    return accepted(reply);
  };
  CHECK(!altered([](Reply& r) { r.pictures[0].offset = AreaBytes - 100; }));
  CHECK(!altered([](Reply& r) { r.pictures[0].offset = -1; }));
  CHECK(!altered([](Reply& r) { r.pictures[0].width = 0; }));
  CHECK(!altered([](Reply& r) { r.pictures[0] = {1 << 20, 1 << 20, 0}; }));
  CHECK(!altered([](Reply& r) { r.facts.width = -5; }));
  CHECK(!altered([](Reply& r) { r.facts.orientation = 9; }));
  CHECK(!altered([](Reply& r) { r.facts.extension = "../../x"; }));
  CHECK(!altered([](Reply& r) { r.facts.video_codec = "h264\x1b[31m"; }));
  CHECK(!altered([](Reply& r) { r.facts.duration_secs = std::nan(""); }));
  CHECK(!altered([](Reply& r) { r.facts.fps_den = 0; }));
  CHECK(!altered([](Reply& r) { r.pictures.resize(MaxBoxes + 1, {1, 1, 0}); }));
}

TEST_CASE("a clip or a sound of an absurd length is not a message") {
  Reply reply = pictures_reply();
  reply.pictures.clear();
  reply.kind = ReplyKind::ClipOpened;
  for (const auto& [frames, good] : {std::pair<std::int64_t, bool>{1, true}, {MaxClipFrames, true}, {0, false}, {-1, false}, {MaxClipFrames + 1, false}}) {
    reply.number = frames;
    CHECK(accepted(reply) == good);
  }
  reply.number = 10;
  reply.duration_secs = -1;
  CHECK(!accepted(reply));
  Reply sound;
  sound.kind = ReplyKind::SoundDone;
  for (const auto& [samples, good] : {std::pair<std::int64_t, bool>{48'000, true}, {0, false}, {AreaBytes, false}}) {
    sound.number = samples;
    CHECK(accepted(sound) == good);
  }
}

TEST_CASE("descriptors travel with their packet and are closed by who drops it") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  const UniqueFd a(ends[0]);
  UniqueFd b(ends[1]);
  const UniqueFd file = samples::memory_file("hello");
  CHECK(receive_packet(a.get(), false).state == Received::State::Nothing);
  REQUIRE(send_packet(b.get(), "packet", {file.get()}));
  const Received received = receive_packet(a.get(), true);
  CHECK(received.bytes == "packet");
  REQUIRE(received.descriptors.size() == 1);
  char text[5];
  CHECK(::pread(received.descriptors[0].get(), text, 5, 0) == 5);
  CHECK(std::string(text, 5) == "hello");
  b.reset();
  CHECK(receive_packet(a.get(), true).state == Received::State::Closed);
  CHECK(!send_packet(a.get(), "into the void", {}));
}

TEST_CASE("who never reads what it is told holds nobody up") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  const UniqueFd a(ends[0]), b(ends[1]);
  const std::string word = packed(Request{RequestKind::SlotFree, {}, 0, 0});
  int sent = 0;
  while (sent < 1'000'000 && send_packet(a.get(), word, {}, false)) ++sent;
  CHECK(errno == EAGAIN);
  CHECK(sent > RingSlots);  // a child that is merely slow is told all there is to tell
  CHECK(sent < 1'000'000);
}
