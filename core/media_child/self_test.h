// Inside of the media child, test builds only: tries what the cage must refuse, so that a test can see the refusal.
#pragma once

#ifdef STUDIO_TEST_HOOKS

#include "media_child/media_child.h"
#include "media_child/protocol.h"

namespace studio {

wire::Reply self_test_reply(SelfTest what, int file);

}  // namespace studio

#endif
