#include "media/poster_jpeg.h"

#include <vector>

#include "media/jpeg_reader.h"

namespace studio {

Result<Picture> decode_poster(std::string_view jpeg, FitBox box) {
  JpegReader reader;
  if (!reader.read_header(jpeg)) return reader.error();
  const PictureSize size = fitted(reader.stored(), box);
  if (!reader.start(JCS_EXT_RGBA, size)) return reader.error();
  RowReducer reducer = RowReducer::of_shrunk(reader.stored(), static_cast<int>(reader.info.scale_denom), size);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(reader.info.output_width) * 4);
  for (JDIMENSION y = 0; y < reader.info.output_height; ++y) {
    if (!reader.read_row(row.data())) return reader.error();
    reducer.add_row(row.data());
  }
  if (!reader.finish()) return reader.error();
  return reducer.take();
}

}  // namespace studio
