// Two hundred jobs, and the program killed at random moments until they are done; and again with another two hundred.
#pragma once

namespace studio {

struct Storm {
  int kills = 0;
  int jobs = 0;
  int in_doubt = 0;  // kills that caught a paid request under way
  int duplicates = 0, lost = 0, stuck = 0, damaged = 0, unknown = 0;
};

// `seed` 0: another one each time; it is named when something fails.
Storm kill_at_random(int kills, bool replays, unsigned seed = 0);

// Demands 0 duplicates, 0 lost, 0 stuck, 0 damaged, and prints the line that says so.
void demand_calm(const Storm& storm, int kills, bool replays);

}  // namespace studio
