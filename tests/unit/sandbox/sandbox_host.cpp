// The sandbox as a program of its own, for tests that kill it: the same function the app's `sandbox` verb calls.
#include "sandbox/sandbox.h"

int main(int count, char** words) {
  const std::vector<std::string> args(words + 1, words + count);
  return studio::sandbox_main(args);
}
