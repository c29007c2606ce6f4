#include "base/hash.h"

#include <openssl/evp.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/file.h"

namespace studio {

namespace {
// Looked up once: EVP_sha256() has each use look for its implementation again, which costs more than the digest of a short text.
const EVP_MD* sha256() {
  static const EVP_MD* const found = [] {
    const EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched != nullptr ? fetched : EVP_sha256();
  }();
  return found;
}
}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) { EVP_DigestInit_ex(state_->context, sha256(), nullptr); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(const void* data, std::size_t size) { EVP_DigestUpdate(state_->context, data, size); }

Sha256Bytes Sha256::finish() {
  Sha256Bytes bytes{};
  EVP_DigestFinal_ex(state_->context, bytes.data(), nullptr);
  return bytes;
}

namespace {
std::string hex_of(const std::uint8_t* bytes, std::size_t size) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(size * 2);
  for (std::size_t i = 0; i < size; ++i) {
    text.push_back(digits[bytes[i] >> 4]);
    text.push_back(digits[bytes[i] & 15]);
  }
  return text;
}
}  // namespace

std::string hex(const Sha256Bytes& bytes) { return hex_of(bytes.data(), bytes.size()); }

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hex(hash.finish());
}

Result<std::string> sha256_hex_of_fd(int fd) {
  if (::lseek(fd, 0, SEEK_SET) < 0) return fail(disk_error("Cannot read", errno, {}));
  Sha256 hash;
  std::array<char, 1 << 16> chunk{};
  for (;;) {
    const ssize_t got = ::read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(disk_error("Cannot read", errno, {}));
    if (got == 0) return hex(hash.finish());
    hash.update(chunk.data(), static_cast<std::size_t>(got));
  }
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string random_hex_128() {
  std::uint8_t bytes[16];
  if (::getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes)) std::abort();  // no entropy, no keys
  return hex_of(bytes, sizeof bytes);
}

}  // namespace studio
