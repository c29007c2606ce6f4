// What the paths of the verb import mean.
#pragma once

#include <string>
#include <vector>

namespace studio {

// Folders are searched for files that look like media; a file that is named is taken at its word. False: something could not be
// read; it is named on stderr, and so is how much was passed over.
bool find_media(const std::vector<std::string>& names, std::vector<std::string>& files);

}  // namespace studio
