// HTTP as bytes on a socket: what a test sends is what leaves, and what came is all that came.
#pragma once

#include <map>
#include <string>

namespace studio {

struct RawAnswer {
  int status = 0;                              // 0: no answer came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string head, body;
  bool is_whole = false;  // as many bytes as Content-Length said, or all until the end where it said nothing
  bool was_reset = false;

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

class RawConnection {
 public:
  explicit RawConnection(int port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void send(const std::string& bytes);
  // The next answer; interim ones (1xx) are counted and left out. `is_head`: it has no body whatever it says.
  RawAnswer answer(bool is_head = false);
  // Whether the other side has ended the connection; blocks until it has or sends more.
  bool has_ended();
  int interim_answers() const { return interim_; }

 private:
  bool fill();

  int fd_ = -1;
  int interim_ = 0;
  bool was_reset_ = false;
  std::string buffer_;
};

using RawHeaders = std::multimap<std::string, std::string>;

std::string raw_request(const std::string& method, const std::string& target, const RawHeaders& headers, const std::string& body);
// One request on a connection of its own.
RawAnswer ask_raw(int port, const std::string& method, const std::string& target, const RawHeaders& headers = {}, const std::string& body = {});

}  // namespace studio
