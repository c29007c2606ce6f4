// Reads uploaded pictures: bytes from outside, which the confined media child alone decodes. One child, started at the first
// picture; any thread may call, one call runs at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "media/picture.h"
#include "media/resize.h"
#include "media_child/media_child.h"

namespace studio {

class UploadReader {
 public:
  // Errors: Damaged where the file is no picture that can be used.
  Result<PictureSize> size(const std::filesystem::path& file);
  // Scaled to cover `size` and cut to it around its middle; transparent parts over black.
  Result<Picture> read(const std::filesystem::path& file, PictureSize size);

 private:
  Result<PictureSize> probe(int fd);

  std::mutex mutex_;
  std::unique_ptr<MediaChild> child_;
};

}  // namespace studio
