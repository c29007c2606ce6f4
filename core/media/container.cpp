#include "media/container.h"

#include "media/file_size.h"

namespace studio {

tl::unexpected<Error> damaged_clip(std::string why) {
  return fail(ErrorKind::Damaged, "The clip is damaged; fetch or copy it again.", std::move(why));
}

tl::unexpected<Error> no_memory_for_clip() { return fail(ErrorKind::Disk, "There is not enough memory to open the clip; close other programs."); }

Result<std::unique_ptr<Container>> Container::open(int fd) {
  std::unique_ptr<Container> result(new Container());
  result->source_ = std::make_unique<FdStream>(fd, false);
  if (result->source_->context() == nullptr) return no_memory_for_clip();
  STUDIO_CHECK(regular_file_size(fd));
  STUDIO_TRY(result->sniffed_, sniff_file(fd));
  if (result->sniffed_.kind != FileKind::Video) return fail(ErrorKind::Damaged, "This is a picture, not a clip; choose a clip.");

  const bool is_matroska = result->sniffed_.container == "webm" || result->sniffed_.container == "matroska";
  const AVInputFormat* demuxer = av_find_input_format(is_matroska ? "matroska" : "mov");
  if (demuxer == nullptr) return fail(ErrorKind::NotFound, "This build of FFmpeg cannot read such clips; install the usual FFmpeg.");
  AVFormatContext* format = avformat_alloc_context();
  if (format == nullptr) return no_memory_for_clip();
  format->pb = result->source_->context();
  format->flags |= AVFMT_FLAG_CUSTOM_IO;
  format->io_open = [](AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EPERM); };
  format->max_streams = 64;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", demuxer->name, 0);
  av_dict_set(&options, "protocol_whitelist", "none", 0);
  const int opened = avformat_open_input(&format, "", demuxer, &options);  // frees the context where it fails
  av_dict_free(&options);
  if (opened < 0) return damaged_clip("open: " + ffmpeg_words(opened));
  result->format_ = format;
  return result;
}

}  // namespace studio
