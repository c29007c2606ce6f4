#include "base/redaction.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

namespace studio {
namespace {

constexpr std::size_t shortest = 6;
constexpr std::string_view plain_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct KnownSecrets {
  std::mutex mutex;
  std::set<std::string, std::less<>> secrets;
  std::vector<std::string> forms;  // longest first: the whole before what is part of it
};

KnownSecrets& known_secrets() {
  static KnownSecrets* instance = new KnownSecrets;  // never destroyed: threads may log while the program ends
  return *instance;
}

std::string percent_form(std::string_view secret, const char* digits, bool all) {
  std::string form;
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-_.~").find(c) != std::string_view::npos;
    if (is_plain && !all) {
      form += c;
    } else {
      form += '%';
      form += digits[byte >> 4];
      form += digits[byte & 15];
    }
  }
  return form;
}

// `slashes`: some writers also escape '/'.
std::string json_form(std::string_view secret, bool slashes) {
  std::string form;
  for (const char c : secret) {
    if (c == '"' || c == '\\' || (slashes && c == '/')) form += '\\';
    form += c;
  }
  return form;
}

// What of the base64 of "…secret…" depends on the secret alone, when the secret begins `before` bytes into a group of three.
std::string base64_form(std::string_view secret, std::size_t before, std::string_view alphabet) {
  std::string form;
  const std::size_t bits = (before + secret.size()) * 8;
  // Characters whose six bits all lie within the secret.
  for (std::size_t at = (before * 8 + 5) / 6 * 6; at + 6 <= bits; at += 6) {
    unsigned value = 0;
    for (std::size_t bit = at; bit < at + 6; ++bit) {
      const auto byte = static_cast<unsigned char>(secret[bit / 8 - before]);
      value = value << 1 | (byte >> (7 - bit % 8) & 1u);
    }
    form += alphabet[value];
  }
  return form;
}

}  // namespace

std::vector<std::string> forms_of_secret(std::string_view secret) {
  std::vector<std::string> forms = {std::string(secret)};
  const auto add = [&](std::string form) {
    if (form.size() >= shortest && std::find(forms.begin(), forms.end(), form) == forms.end()) forms.push_back(std::move(form));
  };
  for (const char* digits : {"0123456789ABCDEF", "0123456789abcdef"})
    for (const bool all : {false, true}) add(percent_form(secret, digits, all));
  for (const bool slashes : {false, true}) add(json_form(secret, slashes));
  for (const std::string_view alphabet : {plain_alphabet, url_alphabet})
    for (std::size_t before = 0; before < 3; ++before) add(base64_form(secret, before, alphabet));
  return forms;
}

void redact_in_logs(std::string secret) {
  if (secret.size() < shortest) return;
  auto& s = known_secrets();
  const std::lock_guard lock(s.mutex);
  if (!s.secrets.insert(secret).second) return;
  std::vector<std::string> forms = forms_of_secret(secret);
  s.forms.insert(s.forms.end(), std::make_move_iterator(forms.begin()), std::make_move_iterator(forms.end()));
  std::stable_sort(s.forms.begin(), s.forms.end(), [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string redacted(std::string_view text) {
  auto& s = known_secrets();
  const std::lock_guard lock(s.mutex);
  std::string line(text);
  for (const auto& form : s.forms)
    for (std::size_t at = line.find(form); at != std::string::npos; at = line.find(form, at)) line.replace(at, form.size(), "•••");
  return line;
}

}  // namespace studio
