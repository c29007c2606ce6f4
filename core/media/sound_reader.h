// The sound of a whole clip as stereo at 48 kHz. Called only by the media child and tests.
#pragma once

#include <functional>

#include "base/result.h"
#include "media/sound.h"

namespace studio {

// `fd` as in probe_media. `stop` is asked between packets. Surround is mixed down, mono is put on both sides.
// Errors: NotFound (the clip has no sound), BadRequest (longer than MaxSoundSecs), Damaged, Disk, Cancelled.
Result<Sound> read_sound(int fd, const std::function<bool()>& stop = {});

}  // namespace studio
