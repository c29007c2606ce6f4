#include "media/image_errors.h"

#include <string>

namespace studio {

tl::unexpected<Error> damaged_image(std::string_view format, std::string_view why) {
  return fail(ErrorKind::Damaged, "The " + std::string(format) + " picture is damaged; fetch or copy it again.", std::string(why));
}

tl::unexpected<Error> out_of_memory_for(PictureSize size) {
  return fail(ErrorKind::BadRequest, "The picture of " + std::to_string(size.width) + " × " + std::to_string(size.height) +
                                         " pixels needs more memory than a decoder may use; reduce it in another program first.");
}

}  // namespace studio
