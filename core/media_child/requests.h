// Inside of the media child: carries out the handle's requests, one at a time, until the socket closes.
#pragma once

namespace studio {

// threads: for decoding whole runs of frames. Returns when the other side is gone or does not keep to the protocol.
void serve_media_requests(int socket, int threads);

}  // namespace studio
