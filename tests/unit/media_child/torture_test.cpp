// The torture set: more than a hundred files, made here from good ones, through the confined process. Whatever a file does, the
// answer is a picture or a sentence, the handle goes on working, and not a byte is read from elsewhere.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <map>
#include <random>

#include "media/encode_image.h"
#include "media_child/media_child.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "support/temp_folder.h"
#include "unit/media/image_files.h"

using namespace studio;

namespace {

struct Sample {
  std::string name, bytes;
};

std::unique_ptr<MediaChild> child() {
  MediaChildSettings settings;
  settings.requests_before_restart = 1'000'000;
  auto started = MediaChild::start(ChildRole::Background, std::move(settings));
  if (!started) FAIL("the media child does not start: " << started.error().message << " " << started.error().detail);
  return std::move(*started);
}

bool works(MediaChild& media) {
  static const std::string good = samples::png(samples::corners(80, 40));
  const UniqueFd file = samples::memory_file(good);
  const auto image = media.poster(file.get(), {{40, 40}});
  return image && samples::corner_letters(image->pictures[0]) == "RGBY";
}

// What a file may end in; an error that is our own, or that has no words, is none of it.
struct Toll {
  int files = 0, shown = 0, refused = 0, crashes = 0, timeouts = 0;
};

template <class Value>
bool note(const std::string& name, const Result<Value>& result, Toll& toll) {
  if (result) return true;
  INFO(name << ": " << result.error().message << " (" << result.error().detail << ")");
  const ErrorKind kind = result.error().kind;
  CHECK((kind == ErrorKind::Damaged || kind == ErrorKind::BadRequest || kind == ErrorKind::Timeout));
  CHECK(result.error().message.size() > 15);
  toll.crashes += decoder_crashed(result.error()) ? 1 : 0;
  toll.timeouts += kind == ErrorKind::Timeout ? 1 : 0;
  return false;
}

void torture(MediaChild& media, const Sample& sample, Toll& toll) {
  ++toll.files;
  const UniqueFd file = samples::memory_file(sample.bytes);
  const auto facts = media.probe(file.get());
  note(sample.name, facts, toll);
  const auto poster = media.poster(file.get(), {{}, {64, 64}});
  if (note(sample.name, poster, toll)) {
    ++toll.shown;
    for (const Picture& picture : poster->pictures) CHECK(picture.rgba.size() == static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 4);
  } else {
    ++toll.refused;
  }
  if (!facts || facts->kind != FileKind::Video) return;
  int frames = 0;
  note(sample.name, media.decode_frames(file.get(), 0, 200, {64, 64}, [&](VideoFrame&& frame) {
    CHECK(frame.picture.width <= 64);
    return ++frames < 200;
  }), toll);
  const auto clip = media.open_clip(file.get());
  if (note(sample.name, clip, toll)) {
    CHECK_FALSE(clip->times.empty());
    CHECK(std::is_sorted(clip->times.begin(), clip->times.end()));
  }
  media.close_clip();
}

// Every way to break a good file that needs no knowledge of its format.
std::vector<Sample> broken(const Sample& good, int flips) {
  std::vector<Sample> samples;
  const std::string& whole = good.bytes;
  const auto add = [&](const std::string& how, std::string bytes) { samples.push_back({good.name + ", " + how, std::move(bytes)}); };
  for (const int eighths : {1, 4, 7}) add("cut after " + std::to_string(eighths) + "/8", whole.substr(0, whole.size() * static_cast<std::size_t>(eighths) / 8));
  add("without its last byte", whole.substr(0, whole.size() - 1));
  add("its first 24 bytes alone", whole.substr(0, 24));
  add("zeros in the middle", whole.substr(0, whole.size() / 3) + std::string(whole.size() / 3, '\0') + whole.substr(whole.size() / 3 * 2));
  add("zeros behind its head", whole.substr(0, 40) + std::string(whole.size() - 40, '\0'));
  add("twice in a row", whole + whole);
  add("with a megabyte of something behind it", whole + std::string(1 << 20, '\xA5'));
  for (int seed = 1; seed <= flips; ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed) * 7919u + static_cast<unsigned>(whole.size()));
    std::string flipped = whole;
    // The first ones in the head, where the sizes are; the rest anywhere.
    for (int i = 0; i < 4 * seed; ++i) flipped[seed % 2 == 1 ? random() % std::min<std::size_t>(whole.size(), 400) : random() % whole.size()] ^= static_cast<char>(1u << (random() % 8));
    add("bits flipped " + std::to_string(seed), std::move(flipped));
  }
  return samples;
}

void replace_all(std::string& bytes, const std::string& what, const std::string& by) {
  for (std::size_t at = bytes.find(what); at != std::string::npos; at = bytes.find(what, at + by.size())) bytes.replace(at, what.size(), by);
}

// Damage that knows the boxes of MP4.
std::vector<Sample> broken_mp4(const Sample& good) {
  std::vector<Sample> samples;
  const auto with = [&](const std::string& how, const std::function<void(std::string&)>& change) {
    std::string bytes = good.bytes;
    change(bytes);
    samples.push_back({good.name + ", " + how, std::move(bytes)});
  };
  with("without its index", [](std::string& bytes) { replace_all(bytes, "moov", "free"); });
  with("without its data", [](std::string& bytes) { replace_all(bytes, "mdat", "free"); });
  with("with another codec's name", [](std::string& bytes) { replace_all(bytes, "avc1", "hvc1"); });
  with("with an unknown codec", [](std::string& bytes) { replace_all(bytes, "avc1", "zzzz"); });
  for (const char* box : {"stsz", "stco", "stsc", "stts", "trun", "elst"}) {
    with(std::string("endless ") + box, [&](std::string& bytes) {
      const std::size_t at = bytes.find(box);
      if (at != std::string::npos && at + 16 < bytes.size()) std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 8, 8, '\xFF');
    });
  }
  for (const char* box : {"moov", "trak", "mdat", "ftyp"}) {
    with(std::string("a huge ") + box, [&](std::string& bytes) {
      const std::size_t at = bytes.find(box);
      if (at != std::string::npos && at >= 4) bytes.replace(at - 4, 4, "\x7F\xFF\xFF\xFF");
    });
    with(std::string("a ") + box + " of no size", [&](std::string& bytes) {
      const std::size_t at = bytes.find(box);
      if (at != std::string::npos && at >= 4) bytes.replace(at - 4, 4, std::string(4, '\0'));
    });
  }
  with("its data elsewhere", [](std::string& bytes) {
    // A self-contained reference becomes one to another file.
    const std::size_t at = bytes.find("url \0\0\0\1");
    if (at != std::string::npos) bytes[at + 7] = '\0';
  });
  return samples;
}

std::string be16(int value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 255)}; }

// A small picture that says it is a very large one.
std::string jpeg_that_claims(int width, int height) {
  std::string bytes = samples::jpeg(samples::corners(64, 64));
  const std::size_t at = bytes.find("\xFF\xC0");
  REQUIRE(at != std::string::npos);
  bytes.replace(at + 5, 4, be16(height) + be16(width));
  return bytes;
}

std::string webp_that_claims_the_most() {
  std::string bytes = *encode_webp(samples::corners(64, 64), {});
  const std::size_t at = bytes.find("\x9D\x01\x2A");  // the start code of a key frame; behind it two sides of 14 bits
  REQUIRE(at != std::string::npos);
  bytes.replace(at + 3, 4, "\xFF\x3F\xFF\x3F");
  return bytes;
}

std::string gif_of_frames(int frames) {
  std::string bytes = std::string("GIF89a\x10\x00\x10\x00\x80\x00\x00", 13) + std::string("\x00\x00\x00\xFF\xFF\xFF", 6);
  const std::string frame = std::string("\x2C\x00\x00\x00\x00\x10\x00\x10\x00\x00\x02\x02\x44\x01\x00", 15);
  for (int i = 0; i < frames; ++i) bytes += frame;
  return bytes + ";";
}

// A port of this machine that nobody must come to.
class Trap {
 public:
  Trap() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_.get(), 8) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/x"; }
  int visitors() const {
    int count = 0;
    for (;; ++count)
      if (const UniqueFd visitor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)); !visitor) return count;
  }
  // That the trap would see somebody.
  bool bites() const {
    const UniqueFd visitor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    return ::connect(visitor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && visitors() == 1;
  }

 private:
  UniqueFd socket_;
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE("torture: broken pictures of every format end as a picture or in a sentence", "[fault-52]") {
  const auto media = child();
  const Picture picture = samples::gradient(120, 90);
  std::vector<Sample> good = {{"png", samples::png(picture)},
                              {"interlaced png", samples::png(picture, {.interlaced = true})},
                              {"16 bit png", samples::grey16_png(70, 50, 30'000)},
                              {"palette png", samples::palette_png(60, 40)},
                              {"jpeg", samples::jpeg(picture)},
                              {"progressive jpeg", samples::jpeg(picture, {}, 90, true)},
                              {"cmyk jpeg", samples::cmyk_jpeg(60, 40, 10, 200, 30, 5)},
                              {"jpeg with a profile", samples::jpeg(picture, samples::rgb_profile(0.68, 0.32, 0.265, 0.69, 0.15, 0.06))},
                              {"webp", *encode_webp(picture, {})}};
  if (const std::string avif = samples::avif(picture); !avif.empty()) good.push_back({"avif", avif});
  Toll toll;
  for (const Sample& sample : good) {
    Toll whole;
    torture(*media, sample, whole);
    INFO(sample.name);
    CHECK(whole.shown == 1);  // what is broken here was good before
    for (const Sample& bad : broken(sample, 8)) torture(*media, bad, toll);
    CHECK(works(*media));
  }
  for (const Sample& bad : std::vector<Sample>{{"nothing", ""}, {"one byte", "\x89"}, {"zeros", std::string(100'000, '\0')}}) torture(*media, bad, toll);
  CHECK(toll.files >= 60);
  CHECK(toll.refused >= 40);
  CHECK(works(*media));
  CHECK(toll.crashes == media->restarts() - toll.timeouts);
}

TEST_CASE("torture: small files that claim to be huge pictures are refused by what they say, within the limit of memory", "[fault-52]") {
  const auto media = child();
  for (const Sample& bomb : std::vector<Sample>{{"png 60,000²", samples::empty_png(60'000, 60'000, false)},
                                                {"png 2,000,000,000 wide", samples::empty_png(2'000'000'000, 1, false)},
                                                {"jpeg 65,500²", jpeg_that_claims(65'500, 65'500)},
                                                {"jpeg 30,000 wide", jpeg_that_claims(30'000, 64)},
                                                {"webp 16,383²", webp_that_claims_the_most()},
                                                {"gif of 100,000 frames", gif_of_frames(100'000)}}) {
    INFO(bomb.name);
    const UniqueFd file = samples::memory_file(bomb.bytes);
    const auto image = media->poster(file.get(), {{256, 256}});
    // A picture that merely lacks its rows may be shown as far as it goes, but never larger than asked.
    if (image) {
      CHECK(image->pictures[0].width <= 256);
    } else {
      CHECK((image.error().kind == ErrorKind::Damaged || image.error().kind == ErrorKind::BadRequest));
      CHECK_FALSE(decoder_crashed(image.error()));
    }
    CHECK(works(*media));
  }
  const UniqueFd png = samples::memory_file(samples::empty_png(60'000, 60'000, false)), jpeg = samples::memory_file(jpeg_that_claims(65'500, 65'500));
  CHECK_FALSE(media->poster(png.get(), {{256, 256}}));
  CHECK_FALSE(media->poster(jpeg.get(), {{256, 256}}));
  CHECK(media->restarts() == 0);
}

TEST_CASE("torture: broken clips end as frames or in a sentence", "[fault-53]") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  const TempFolder folder;
  const std::vector<std::string> x264{"-c:v", "libx264", "-preset", "veryfast", "-g", "8", "-bf", "2"};
  const auto made = [&](const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> arguments = x264;
    arguments.insert(arguments.end(), more.begin(), more.end());
    REQUIRE(samples::numbered_clip(folder.path() / name, arguments, 24, 160, 96));
    return Sample{name, samples::read_bytes(folder.path() / name)};
  };
  const std::vector<Sample> good = {made("index-last.mp4", {}), made("index-first.mp4", {"-movflags", "+faststart"}),
                                    made("fragments.mp4", {"-movflags", "frag_keyframe+empty_moov"}), made("plain.mkv", {})};
  const auto media = child();
  Toll toll;
  for (const Sample& sample : good) {
    INFO(sample.name);
    Toll whole;
    torture(*media, sample, whole);
    CHECK(whole.shown == 1);
    CHECK(whole.refused == 0);
    for (const Sample& bad : broken(sample, 6)) torture(*media, bad, toll);
    if (sample.name.ends_with(".mp4"))
      for (const Sample& bad : broken_mp4(sample)) torture(*media, bad, toll);
    CHECK(works(*media));
  }
  CHECK(toll.files >= 100);
  CHECK(toll.refused >= 20);
  CHECK(toll.shown >= 20);  // what is there of a clip is shown
  CHECK(works(*media));
}

TEST_CASE("torture: clips of unusual but lawful kinds have all their frames", "[fault-53][fault-54]") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  struct Lawful {
    std::string name;
    std::vector<std::string> arguments;
    int frames, width, height, first = 0;  // `first`: the number of the first frame that is shown
  };
  const std::vector<std::string> x264{"-c:v", "libx264", "-preset", "veryfast", "-bf", "2"};
  const std::vector<Lawful> kinds = {
      {"index at the end.mp4", {}, 24, 320, 192},
      {"index at the start.mp4", {"-movflags", "+faststart"}, 24, 320, 192},
      {"in fragments.mp4", {"-g", "8", "-movflags", "frag_keyframe+empty_moov+default_base_moof"}, 24, 320, 192},
      {"one frame.mp4", {}, 1, 320, 192},
      {"ten bits.mp4", {"-pix_fmt", "yuv420p10le"}, 24, 320, 192},
      {"high dynamic range.mp4", {"-pix_fmt", "yuv420p10le", "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"}, 24, 320, 192},
      {"odd sides.mp4", {"-pix_fmt", "yuv444p"}, 24, 321, 193},
      {"thousands of frames a second.mp4", {"-video_track_timescale", "90000"}, 24, 320, 192},
      {"matroska.mkv", {}, 24, 320, 192},
      {"quicktime.mov", {}, 24, 320, 192},
      {"later start.mp4", {"-output_ts_offset", "3.5"}, 24, 320, 192},
      // A quarter of a second lies before zero and is not shown: six frames of 24.
      {"negative start.mp4", {"-output_ts_offset", "-0.25", "-avoid_negative_ts", "disabled"}, 24, 320, 192, 6},
  };
  const TempFolder folder;
  const auto media = child();
  int tried = 0;
  for (const Lawful& kind : kinds) {
    INFO(kind.name);
    std::vector<std::string> arguments = x264;
    arguments.insert(arguments.end(), kind.arguments.begin(), kind.arguments.end());
    const auto path = folder.path() / kind.name;
    if (!samples::numbered_clip(path, arguments, kind.frames, kind.width, kind.height)) continue;
    ++tried;
    const auto file = open_for_read(path);
    REQUIRE(file);
    std::vector<int> numbers;
    int width = 0, height = 0;
    const auto all = media->decode_frames(file->get(), 0, -1, {}, [&](VideoFrame&& frame) {
      numbers.push_back(samples::read_number(frame.picture));
      width = frame.picture.width, height = frame.picture.height;
      return true;
    });
    INFO((all ? std::string() : all.error().message + " " + all.error().detail));
    REQUIRE(all);
    CHECK(*all == kind.frames - kind.first);
    for (int i = 0; i < static_cast<int>(numbers.size()); ++i) CHECK(numbers[static_cast<std::size_t>(i)] == kind.first + i);
    CHECK(width == kind.width);
    CHECK(height == kind.height);
  }
  CHECK(tried >= 10);  // the others this ffmpeg program does not write
  // Sound that is longer than the pictures lengthens nothing, and no sound is no error.
  const auto silent = folder.path() / "index at the end.mp4", with_sound = folder.path() / "longer sound.mp4";
  REQUIRE(samples::ffmpeg({"-i", silent.string(), "-f", "lavfi", "-i", "sine=frequency=440:duration=5", "-c:v", "copy", "-c:a", "aac", with_sound.string()}).ok);
  const auto file = open_for_read(with_sound);
  REQUIRE(file);
  const auto clip = media->open_clip(file->get());
  REQUIRE(clip);
  CHECK(clip->times.size() == 24);
  CHECK(clip->end_secs < 1.1);
  const auto sound = media->sound(file->get());
  REQUIRE(sound);
  const auto mute = open_for_read(silent);
  CHECK(media->sound(mute->get()).error().kind == ErrorKind::NotFound);
  CHECK(media->restarts() == 0);
}

TEST_CASE("torture: files that pretend to be clips and pictures reach neither the network nor another file", "[fault-55]") {
  const TempFolder folder;
  const Trap trap;
  REQUIRE(trap.bites());
  // Were it read, a picture would come back.
  const auto secret = folder.path() / "secret.png";
  samples::write_file(secret, samples::png(samples::corners(80, 40)));
  const std::string file_url = "file://" + secret.string();
  const std::string png_head("\x89PNG\r\n\x1a\n", 8), mp4_head("\0\0\0\x18" "ftypisom\0\0\2\0isommp41", 24), jpeg_head("\xFF\xD8\xFF\xE0\0\x10JFIF\0", 11);
  std::vector<Sample> lies;
  for (const std::string& target : {trap.url(), file_url, secret.string(), std::string("concat:") + secret.string(), "subfile,,start,0,end,0,,:" + secret.string()}) {
    lies.push_back({"hls", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + target + "\n#EXT-X-ENDLIST\n"});
    lies.push_back({"hls key", "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"" + target + "\"\n#EXTINF:1,\n" + target + "\n"});
    lies.push_back({"ffconcat", "ffconcat version 1.0\nfile '" + target + "'\n"});
    lies.push_back({"svg", "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><image href=\"" + target + "\" width=\"9\" height=\"9\"/></svg>"});
    lies.push_back({"html", "<!DOCTYPE html><html><img src=\"" + target + "\"></html>"});
    lies.push_back({"dash", "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period><AdaptationSet><Representation><BaseURL>" + target + "</BaseURL></Representation></AdaptationSet></Period></MPD>"});
    lies.push_back({"smil playlist", "[playlist]\nFile1=" + target + "\n"});
    lies.push_back({"sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 4 RTP/AVP 96\n"});
    lies.push_back({"postscript", "%!PS\n(" + target + ") run\n"});
    lies.push_back({"imagemagick script", "push graphic-context\nimage over 0,0 0,0 '" + target + "'\npop graphic-context\n"});
    for (const std::string& head : {png_head, mp4_head, jpeg_head}) lies.push_back({"a playlist behind a head", head + "\n#EXTM3U\n#EXTINF:1,\n" + target + "\n"});
  }
  const auto media = child();
  Toll toll;
  for (const Sample& lie : lies) torture(*media, lie, toll);
  CHECK(toll.files >= 60);
  CHECK(toll.shown == 0);
  CHECK(toll.crashes == 0);
  CHECK(trap.visitors() == 0);
  CHECK(works(*media));
}
