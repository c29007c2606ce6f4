// The simulators as a program of its own, for tests that kill it: the same function that the `simulate` verb calls.
#include <string>
#include <vector>

#include "simulators/simulators.h"

int main(int count, char** words) {
  const std::vector<std::string> args(words + 1, words + count);
  return studio::simulate_main(args);
}
