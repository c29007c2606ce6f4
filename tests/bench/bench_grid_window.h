// The second half of bench_grid.
#pragma once

namespace studio {

// Prints two lines of JSON. The exit code.
int bench_grid_in_a_window();

}  // namespace studio
