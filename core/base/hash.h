// SHA-256, the name of every blob and the key of every digest.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace studio {

// Bytes of a SHA-256 (FIPS 180-4), for tables; text form is 64 lower-case hex digits.
using Sha256Bytes = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(const void* data, std::size_t size);
  Sha256Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string hex(const Sha256Bytes& bytes);
std::string sha256_hex(std::string_view bytes);
Result<std::string> sha256_hex_of_fd(int fd);  // from offset 0; leaves the offset at the end
bool is_sha256_hex(std::string_view text);

// 128 random bits as 32 hex digits, from the system: idempotency keys and tokens.
std::string random_hex_128();

}  // namespace studio
