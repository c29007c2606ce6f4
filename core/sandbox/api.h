// The HTTP interface of docs/sandbox-api.md as one function over plain values: strict checks in, JSON out, no sockets.
#pragma once

#include <map>
#include <string>

#include "sandbox/board.h"

namespace studio {

struct ApiRequest {
  std::string method;                        // upper case
  std::string path;                          // without the query
  std::map<std::string, std::string> query;  // decoded
  std::string body;
  // Headers that the interface knows; empty when absent.
  std::string authorization, idempotency_key, range, if_range;
};

struct ApiAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
};

// Any thread. Blocks for the submit delay of the board's options.
ApiAnswer answer_api(JobBoard& board, const ApiRequest& request);

ApiAnswer api_error(int status, std::string_view code, std::string_view message);

// Takes the same time wherever the two differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Whether `prompt` holds `word`: whole words in any case for ASCII, anywhere for other scripts (many write no spaces).
bool holds_refused_word(std::string_view prompt, std::string_view word);

}  // namespace studio
