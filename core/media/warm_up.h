// Makes the decoding libraries load what they load on first use, before the media child closes the doors.
#pragma once

namespace studio {

void warm_up_decoders();

}  // namespace studio
