// Contact sheets: every known word, and prompts in the look of each model. Plain pictures; the program studio_contact
// saves them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "media/picture.h"

namespace studio {

// One row of tiles a class (wrapped), each the base prompt with the word added, in the order of known_words().
Picture contact_sheet_of_words(const std::string& model, std::int64_t seed, int tile_width, int tile_height);
// One row a prompt, one column a model.
Picture contact_sheet_of_prompts(std::span<const std::string> prompts, std::int64_t seed, int tile_width,
                                 int tile_height);

// What the sheet and the tests put before a word of each class: it holds none of that class.
std::string base_prompt_for(std::size_t word);
std::vector<std::string> sandbox_image_models();

}  // namespace studio
