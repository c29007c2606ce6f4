// What is in memory stays there: keys and prompts must not lie in a core file or a crash report.
#pragma once

namespace studio {

// From now on a crash of this program, or of one that it starts, leaves no core file; crash collectors that honour the limit
// (systemd-coredump, apport) keep no copy either. Call first in main. Attaching a debugger still works.
void forbid_core_files();

}  // namespace studio
