#include "media/probe.h"
#include "support/catch.h"
#include "support/media_samples.h"

using namespace studio;
using namespace std::string_literals;

namespace {
Sniffed look(const std::string& bytes) { return sniff({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}); }
}  // namespace

TEST_CASE("the first bytes tell the kind, whatever a file is called") {
  CHECK(look("\xff\xd8\xff\xe0 rest"s).container == "jpeg");
  CHECK(look("\xff\xd8\xff\xe0 rest"s).extension == "jpg");
  CHECK(look("\x89PNG\r\n\x1a\n...."s).mime == "image/png");
  CHECK(look("RIFF\x10\0\0\0WEBPVP8 "s).container == "webp");
  CHECK(look("\0\0\0\x1c""ftypavif\0\0\0\0mif1avifmiaf"s).container == "avif");
  CHECK(look("\0\0\0\x1c""ftypmif1\0\0\0\0mif1avifmiaf"s).container == "avif");
  CHECK(look("\0\0\0\x18""ftypisom\0\0\2\0isomavc1"s).container == "mp4");
  CHECK(look("\0\0\0\x14""ftypqt  \0\0\2\0qt  "s).container == "mov");
  CHECK(look("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"s).container == "webm");
  CHECK(look("\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska"s).extension == "mkv");
}

TEST_CASE("other kinds are refused by name, with what to do") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"GIF89a", "a GIF"},
      {"\0\0\0\x18""ftypheic\0\0\0\0mif1heic"s, "an HEIC photo"},
      {"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "an HLS playlist"},
      {"ffconcat version 1.0\nfile /etc/passwd\n", "an FFmpeg concat list"},
      {"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>", "an SVG drawing"},
      {"\n <!DOCTYPE html><html><body>503</body>", "a web page"},
      {"{\"error\": \"quota\"}", "a JSON text"},
      {"\xef\xbb\xbf<MPD type='static'>", "a DASH manifest"},
      {"RIFF\x10\0\0\0AVI LIST"s, "an AVI clip"},
      {"%PDF-1.7", "a PDF document"},
      {"just words", "a text file"},
      {"", "empty"},
      {std::string("\x01\x02\x03\x04\x05", 5), "of an unknown kind"},
  };
  for (const auto& [bytes, words] : cases) {
    const Sniffed sniffed = look(bytes);
    INFO(sniffed.refusal);
    CHECK(sniffed.kind == FileKind::Unknown);
    CHECK(sniffed.refusal.find(words) != std::string::npos);
    CHECK(sniffed.refusal.find(';') != std::string::npos);  // the half that says what to do
  }
}

TEST_CASE("probing refuses playlists and drawings that are called .mp4 or .png", "[fault-55]") {
  for (const std::string& bytes : {"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"s, "ffconcat version 1.0\nfile /etc/passwd\n"s, "<svg><image href='file:///etc/passwd'/></svg>"s}) {
    const UniqueFd file = samples::memory_file(bytes);
    const auto facts = probe_media(file.get());
    REQUIRE(!facts);
    CHECK(facts.error().kind == ErrorKind::Damaged);
    CHECK(facts.error().message.find("This is a") == 0);
  }
}

TEST_CASE("probing a folder or a pipe says that it is no regular file") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const UniqueFd in(ends[0]), out(ends[1]);
  CHECK(!probe_media(in.get()));
}
