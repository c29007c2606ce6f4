// HTTP/1.1 on 127.0.0.1 over plain sockets, with a hand on every byte that leaves: a simulator must be able to hang up in the
// middle, to stammer and to answer nonsense, which a library for servers is made to prevent. Blocking, one thread a connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace studio::simulators {

using WireHeaders = std::vector<std::pair<std::string, std::string>>;

struct WireRequest {
  std::string method;                                        // as it came
  std::string path;                                          // without the query, as it came
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
  WireHeaders headers;
  std::string body;
  bool is_reused = false;  // not the first request on its connection
  int port = 0;            // of the server, for addresses in answers

  // The first header of that name in any case; null when there is none.
  const std::string* header(std::string_view name) const;
  // The first value of that name in the query.
  const std::string* parameter(std::string_view name) const;
};

// What happens to an answer on its way out.
struct WireMishap {
  bool hang_up = false;                   // not one byte leaves
  bool reset = false;                     // with it: RST instead of FIN
  std::optional<std::size_t> cut_at;      // the connection ends after so many bytes of the body
  std::size_t chunk_bytes = 0;            // > 0: the body leaves in pieces of this size, with a pause before each
  int pause_ms = 0;
  bool tells_length = true;               // false: no Content-Length, the end of the connection ends the body
  std::string raw;                        // not empty: these bytes instead of everything, then the end
};

struct WireAnswer {
  int status = 200;
  WireHeaders headers;
  std::string body;
  int delay_ms = 0;  // before the first byte
  WireMishap mishap;

  void set_header(const std::string& name, std::string value);  // in place of one that is there
};

using WireHandler = std::function<WireAnswer(const WireRequest&)>;

inline constexpr std::size_t wire_max_body_bytes = 96u << 20;

class WireServer {
 public:
  // Port 0 takes a free one. The handler is called from many threads at once; an exception out of it ends the connection.
  static Result<std::unique_ptr<WireServer>> start(int port, WireHandler handler);
  // Hangs up on everybody and waits for the handlers in progress. Delays and pauses end at once.
  ~WireServer();
  WireServer(const WireServer&) = delete;
  WireServer& operator=(const WireServer&) = delete;

  int port() const;

 private:
  struct Parts;
  explicit WireServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// "%41b+c" → "Ab c"; what is no escape stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace studio::simulators
