#include "media_child/self_test.h"

#ifdef STUDIO_TEST_HOOKS

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <new>

namespace studio {
namespace {

// 0 when the call went through, else its errno.
int errno_of(long result) { return result < 0 ? errno : 0; }

int try_write(int file) {
  const char byte = 'x';
  if (::pwrite(file, &byte, 1, 0) >= 0) return 0;
  const int refused = errno;
  // A shared mapping would be the way around.
  void* view = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (view == MAP_FAILED) return refused;
  ::munmap(view, 4096);
  return 0;
}

int try_memory(std::size_t bytes, int protection) {
  void* view = ::mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (view == MAP_FAILED) return errno;
  ::munmap(view, bytes);
  return 0;
}

int try_executable_memory() {
  if (try_memory(4096, PROT_READ | PROT_WRITE | PROT_EXEC) == 0) return 0;
  void* view = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (view == MAP_FAILED) return errno;
  const int refused = errno_of(::mprotect(view, 4096, PROT_READ | PROT_EXEC));
  ::munmap(view, 4096);
  return refused;
}

int try_fork() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  if (child < 0) return errno;
  return 0;
}

int count_descriptors() {
  int open = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    if (::lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF) ++open;
  }
  return open;
}

}  // namespace

wire::Reply self_test_reply(SelfTest what, int file) {
  wire::Reply reply;
  reply.kind = wire::ReplyKind::SelfTest;
  switch (what) {
    case SelfTest::Open: reply.number = errno_of(::open("/etc/passwd", O_RDONLY | O_CLOEXEC)); break;
    case SelfTest::Stat: reply.number = errno_of(::access("/etc/passwd", F_OK)); break;
    case SelfTest::Socket: reply.number = errno_of(::socket(AF_INET, SOCK_STREAM, 0)); break;
    case SelfTest::Connect: {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      reply.number = errno_of(::connect(wire::ChildSocket, reinterpret_cast<const sockaddr*>(&address), sizeof address));
      break;
    }
    case SelfTest::Fork: reply.number = try_fork(); break;
    case SelfTest::Exec: {
      char name[] = "/bin/true";
      char* arguments[] = {name, nullptr};
      reply.number = errno_of(::execv(name, arguments));
      break;
    }
    case SelfTest::Kill: reply.number = errno_of(::kill(::getppid(), 0)); break;
    case SelfTest::Ptrace: reply.number = errno_of(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); break;
    case SelfTest::WriteInput: reply.number = try_write(file); break;
    case SelfTest::MakeExecutableMemory: reply.number = try_executable_memory(); break;
    case SelfTest::Allocate3GiB: reply.number = try_memory(std::size_t{3} << 30, PROT_READ | PROT_WRITE); break;
    case SelfTest::CountDescriptors: reply.number = count_descriptors(); break;
    case SelfTest::Crash: {
      volatile int* nowhere = reinterpret_cast<volatile int*>(::getpid() & 0);
      *nowhere = 1;
      break;
    }
    case SelfTest::Hang: {
      volatile bool forever = true;
      while (forever) {
      }
      break;
    }
    case SelfTest::LieAboutSize:  // a picture far outside of what was shared
      reply.kind = wire::ReplyKind::Pictures;
      reply.facts.kind = FileKind::Image;
      reply.facts.width = reply.facts.height = 1 << 20;
      reply.pictures.push_back({1 << 20, 1 << 20, std::int64_t{1} << 40});
      break;
    case SelfTest::LieInWords:
      reply.kind = wire::ReplyKind::Failed;
      reply.error = {ErrorKind::Damaged, "red \x1b[31m\xff alert", "\x07", 0};
      break;
    case SelfTest::RunOutOfMemory: throw std::bad_alloc();
  }
  return reply;
}

}  // namespace studio

#endif
