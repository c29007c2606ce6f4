// The encoded forms were made by other programs (Python's base64, urllib.parse and json).
#include "base/redaction.h"

#include "support/catch.h"

using namespace studio;

namespace {

const std::string secret = R"(me:s/cr?t-"quoted"~>>??)";

}  // namespace

TEST_CASE("a registered secret is replaced wherever it stands, and nothing else", "[fault-66]") {
  redact_in_logs("fal-key-123456");
  redact_in_logs("fal-key-123456");
  CHECK(redacted("Authorization: Key fal-key-123456, again fal-key-123456") == "Authorization: Key •••, again •••");
  CHECK(redacted("nothing here") == "nothing here");
  CHECK(redacted("").empty());
  redact_in_logs("short");
  CHECK(redacted("short") == "short");
}

TEST_CASE("a secret is also replaced as addresses, JSON and base64 write it", "[fault-66]") {
  redact_in_logs(secret);
  for (const char* encoded : {"me%3As%2Fcr%3Ft-%22quoted%22~%3E%3E%3F%3F", "me%3as%2fcr%3ft-%22quoted%22~%3e%3e%3f%3f", R"(me:s/cr?t-\"quoted\"~>>??)",
                              R"(me:s\/cr?t-\"quoted\"~>>??)"}) {
    INFO(encoded);
    CHECK(redacted("begins " + std::string(encoded) + " ends") == "begins ••• ends");
  }
  // Wherever in what was encoded it stood, in both alphabets. The first and last characters also hold bits of the neighbours.
  for (const char* encoded : {"bWU6cy9jcj90LSJxdW90ZWQifj4+Pz8gYW5kIG1vcmU=", "bWU6cy9jcj90LSJxdW90ZWQifj4-Pz8gYW5kIG1vcmU=",
                              "S21lOnMvY3I/dC0icXVvdGVkIn4+Pj8/IGFuZCBtb3Jl", "S21lOnMvY3I_dC0icXVvdGVkIn4-Pj8_IGFuZCBtb3Jl",
                              "S2VtZTpzL2NyP3QtInF1b3RlZCJ+Pj4/PyBhbmQgbW9yZQ==", "S2VtZTpzL2NyP3QtInF1b3RlZCJ-Pj4_PyBhbmQgbW9yZQ==",
                              "S2V5IG1lOnMvY3I/dC0icXVvdGVkIn4+Pj8/IGFuZCBtb3Jl", "S2V5IG1lOnMvY3I_dC0icXVvdGVkIn4-Pj8_IGFuZCBtb3Jl"}) {
    INFO(encoded);
    const std::string told = redacted(encoded);
    CHECK(told.find("•••") != std::string::npos);
    // No eight characters in a row of what stood for the secret are left.
    const std::string_view kept(encoded, 30);
    for (std::size_t at = 6; at + 8 <= kept.size(); ++at) CHECK(told.find(kept.substr(at, 8)) == std::string::npos);
  }
}
