// A request's body read piece by piece while it is sent: texts, files, and files as base64.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "http/message.h"

namespace studio {

// Used on the network thread; the files are local and small next to the network's pace. A file that is shorter when it
// is read than when it was opened ends the transfer: what was promised cannot be sent.
class BodySource {
 public:
  // Opens the files of `body_file` or `body_parts`; fails when one cannot be read.
  static Result<BodySource> open(const HttpRequest& request);

  std::int64_t size() const { return size_; }
  // Bytes written to `to`, 0 at the end, negative when a file does not hold what it did.
  std::int64_t read(char* to, std::size_t room);
  void seek(std::int64_t offset) { at_ = offset; }

 private:
  struct Piece {
    std::string text;
    UniqueFd fd;
    std::int64_t offset = 0;  // in the file
    std::int64_t bytes = 0;   // of the file
    bool base64 = false;
    std::int64_t size = 0;    // in the body
  };
  static Result<Piece> open_piece(const HttpBodyPart& part);
  static std::int64_t read_piece(const Piece& piece, std::int64_t at, char* to, std::size_t room);

  std::vector<Piece> pieces_;
  std::int64_t size_ = 0;
  std::int64_t at_ = 0;
};

}  // namespace studio
