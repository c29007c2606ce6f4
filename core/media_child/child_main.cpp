// studio_media, the media child: started by MediaChild only. Arguments: role, process id of the parent. Its socket is descriptor 3.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "media_child/confine.h"
#include "media_child/protocol.h"
#include "media_child/requests.h"

int main(int count, char** arguments) {
  using namespace studio;
  if (count != 3) {
    constexpr std::string_view Words = "studio_media decodes pictures and clips for Production Studio, which starts it by itself.\n";
    return ::write(2, Words.data(), Words.size()) > 0 ? 2 : 2;
  }
  const bool is_background = std::string_view(arguments[1]) == "background";
  // The thing on screen goes first; one background thread, for the other processor is the window's.
  if (is_background) ::setpriority(PRIO_PROCESS, 0, 10);
  wire::Reply hello;
  if (const auto confined = confine_media_child(wire::ChildSocket, std::atoi(arguments[2])); confined) {
    hello.kind = wire::ReplyKind::Ready;
  } else {
    hello.kind = wire::ReplyKind::Failed;
    hello.error = confined.error();
  }
  const bool said = wire::send_packet(wire::ChildSocket, wire::packed(hello), {});
  if (said && hello.kind == wire::ReplyKind::Ready) serve_media_requests(wire::ChildSocket, is_background ? 1 : 2);
  // Without destructors and exit handlers: they might want what is refused.
  ::_exit(said && hello.kind == wire::ReplyKind::Ready ? 0 : 1);
}
