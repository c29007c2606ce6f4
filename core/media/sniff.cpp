// The first look at a file: fixed positions of its first bytes, no parsing.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/file.h"
#include "base/text.h"
#include "media/probe.h"

namespace studio {
namespace {

bool starts(std::string_view text, std::string_view with, std::size_t at = 0) {
  return text.size() >= at + with.size() && text.compare(at, with.size(), with) == 0;
}

Sniffed image(const char* container, const char* extension) {
  return {FileKind::Image, container, std::string("image/") + container, extension, {}};
}
Sniffed video(const char* container, const char* mime, const char* extension) { return {FileKind::Video, container, mime, extension, {}}; }

Sniffed refused(std::string_view what) {
  Sniffed result;
  result.refusal = "This is " + std::string(what) + "; convert it to PNG, JPEG or MP4 and try again.";
  return result;
}
Sniffed not_media(std::string_view what) {
  Sniffed result;
  result.refusal = "This is " + std::string(what) + ", not a picture or a clip; choose a JPEG, PNG, WebP, AVIF, MP4, MOV, WebM or MKV file.";
  return result;
}

// An ISO base media file by its brands: four letters each, the major one first.
Sniffed by_brand(std::string_view head) {
  const std::size_t box = (static_cast<std::size_t>(static_cast<unsigned char>(head[0])) << 24) | (static_cast<std::size_t>(static_cast<unsigned char>(head[1])) << 16) |
                          (static_cast<std::size_t>(static_cast<unsigned char>(head[2])) << 8) | static_cast<unsigned char>(head[3]);
  const std::string_view major = head.substr(8, 4);
  bool has_avif = false, has_heic = false;
  const std::size_t end = std::min({head.size(), box, std::size_t{512}});
  for (std::size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {  // the minor version lies between major and compatible brands
    const std::string_view brand = head.substr(at, 4);
    if (brand == "avif" || brand == "avis") has_avif = true;
    if (brand == "heic" || brand == "heix" || brand == "hevc" || brand == "hevx" || brand == "heim") has_heic = true;
  }
  const bool is_picture_brand = major == "avif" || major == "avis" || major == "mif1" || major == "msf1" || major == "miaf";
  if (is_picture_brand && has_avif) return image("avif", "avif");
  if (has_heic) return refused("an HEIC photo");
  if (is_picture_brand) return refused("an HEIF picture of a kind that is not supported");
  if (major == "jp2 " || major == "jpx ") return refused("a JPEG 2000 picture");
  if (major == "M4A " || major == "M4B ") return not_media("a sound file");
  if (major == "crx ") return refused("a camera raw picture");
  if (major == "qt  ") return video("mov", "video/quicktime", "mov");
  return video("mp4", "video/mp4", "mp4");
}

struct Magic {
  std::string_view bytes;
  std::size_t at;
  std::string_view what;
  bool is_media;
};
using namespace std::string_view_literals;
constexpr std::array KnownRefusals{
    Magic{"GIF8"sv, 0, "a GIF"sv, true},
    Magic{"BM"sv, 0, "a BMP picture"sv, true},
    Magic{"II*\0"sv, 0, "a TIFF picture"sv, true},
    Magic{"MM\0*"sv, 0, "a TIFF picture"sv, true},
    Magic{"8BPS"sv, 0, "a Photoshop file"sv, true},
    Magic{"\x76\x2f\x31\x01"sv, 0, "an OpenEXR picture"sv, true},
    Magic{"#?RADIANCE"sv, 0, "a Radiance HDR picture"sv, true},
    Magic{"qoif"sv, 0, "a QOI picture"sv, true},
    Magic{"\xff\x0a"sv, 0, "a JPEG XL picture"sv, true},
    Magic{"\0\0\0\x0cJXL "sv, 0, "a JPEG XL picture"sv, true},
    Magic{"\0\0\0\x0cjP  "sv, 0, "a JPEG 2000 picture"sv, true},
    Magic{"\0\0\x01\0"sv, 0, "an icon file"sv, true},
    Magic{"AVI "sv, 8, "an AVI clip"sv, true},
    Magic{"WAVE"sv, 8, "a sound file"sv, false},
    Magic{"FLV\x01"sv, 0, "a Flash video"sv, true},
    Magic{"OggS"sv, 0, "an Ogg file"sv, true},
    Magic{"\x30\x26\xb2\x75"sv, 0, "a Windows Media file"sv, true},
    Magic{"\0\0\x01\xba"sv, 0, "an MPEG program stream"sv, true},
    Magic{"\0\0\0\x01"sv, 0, "a bare video stream without a container"sv, true},
    Magic{"DKIF"sv, 0, "an IVF clip"sv, true},
    Magic{"fLaC"sv, 0, "a sound file"sv, false},
    Magic{"ID3"sv, 0, "a sound file"sv, false},
    Magic{"%PDF"sv, 0, "a PDF document"sv, false},
    Magic{"PK\x03\x04"sv, 0, "a ZIP archive"sv, false},
    Magic{"\x1f\x8b"sv, 0, "a gzip archive"sv, false},
    Magic{"\x28\xb5\x2f\xfd"sv, 0, "a compressed archive"sv, false},
    Magic{"\x7f""ELF"sv, 0, "a program"sv, false},
    Magic{"MZ"sv, 0, "a Windows program"sv, false},
    Magic{"SQLite format 3"sv, 0, "a database"sv, false},
};

// Text of any kind: playlists and drawings that could name other files, and answers of a server saved as a file.
std::string text_refusal(std::string_view head) {
  std::string_view text = head;
  if (starts(text, "\xef\xbb\xbf")) text.remove_prefix(3);
  text = trimmed(text);
  const std::string lower = to_lower_ascii(text.substr(0, 1024));
  if (starts(lower, "#extm3u")) return "an HLS playlist";
  if (starts(lower, "ffconcat")) return "an FFmpeg concat list";
  if (starts(lower, "[playlist]")) return "a playlist";
  if (lower.find("<mpd") != std::string::npos) return "a DASH manifest";
  if (lower.find("<svg") != std::string::npos) return "an SVG drawing";
  if (starts(lower, "<!doctype html") || lower.find("<html") != std::string::npos) return "a web page";
  if (starts(lower, "<?xml")) return "an XML document";
  if (starts(lower, "{") || starts(lower, "[")) return "a JSON text";
  const bool printable = std::all_of(lower.begin(), lower.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t';
  });
  return printable ? "a text file" : "";
}

}  // namespace

Sniffed sniff(std::span<const std::uint8_t> bytes) {
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), SniffBytes));
  if (head.empty()) {
    Sniffed result;
    result.refusal = "The file is empty; fetch or copy it again.";
    return result;
  }
  if (starts(head, "\xff\xd8\xff")) return image("jpeg", "jpg");
  if (starts(head, "\x89PNG\r\n\x1a\n")) return image("png", "png");
  if (starts(head, "RIFF") && starts(head, "WEBP", 8)) return image("webp", "webp");
  if (starts(head, "\x1a\x45\xdf\xa3")) {
    // The document type lies in the EBML head, within the first few dozen bytes.
    const std::string_view ebml = head.substr(0, 128);
    if (ebml.find("webm") != std::string_view::npos) return video("webm", "video/webm", "webm");
    return video("matroska", "video/x-matroska", "mkv");
  }
  if (head.size() >= 12 && starts(head, "ftyp", 4)) return by_brand(head);
  for (const std::string_view box : {"moov"sv, "mdat"sv, "wide"sv}) {  // QuickTime from before brands
    if (starts(head, box, 4)) return video("mov", "video/quicktime", "mov");
  }
  for (const Magic& magic : KnownRefusals) {
    if (starts(head, magic.bytes, magic.at)) return magic.is_media ? refused(magic.what) : not_media(magic.what);
  }
  if (head.size() > 376 && head[0] == 'G' && head[188] == 'G' && head[376] == 'G') return refused("an MPEG transport stream");
  if (const std::string what = text_refusal(head); !what.empty()) return not_media(what);
  Sniffed result;
  result.refusal = "The file is of an unknown kind; choose a JPEG, PNG, WebP, AVIF, MP4, MOV, WebM or MKV file.";
  return result;
}

Result<Sniffed> sniff_file(int fd) {
  std::uint8_t head[SniffBytes];
  const ssize_t got = ::pread(fd, head, sizeof head, 0);
  if (got < 0) return fail(disk_error("read the file", errno, {}));
  Sniffed sniffed = sniff({head, static_cast<std::size_t>(got)});
  if (sniffed.kind == FileKind::Unknown) return fail(ErrorKind::Damaged, sniffed.refusal);
  return sniffed;
}

}  // namespace studio
