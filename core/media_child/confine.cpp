#include "media_child/confine.h"

#include <fcntl.h>
#include <malloc.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "media/warm_up.h"

namespace studio {
namespace {

tl::unexpected<Error> open_cage(const char* what, int code) {
  return fail(ErrorKind::Bug, "The media child cannot be confined here, so no file can be opened; a Linux kernel with seccomp is needed.",
              std::string(what) + ": " + std::strerror(code));
}

Result<void> limit(int resource, rlim_t value, const char* name) {
  const rlimit both{value, value};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) return open_cage(name, errno);
  return {};
}

struct FilterEnd {
  void operator()(void* filter) const { seccomp_release(filter); }
};

// Memory, threads, time, the socket, reading what was handed over: all that decoding needs.
constexpr int Allowed[] = {
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(close),
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(membarrier),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    SCMP_SYS(exit), SCMP_SYS(exit_group),
};

Result<void> load_filter(int socket) {
  // Refused calls answer EPERM instead of killing: libraries then do without, and a test can see the refusal.
  const std::unique_ptr<void, FilterEnd> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return open_cage("seccomp_init", ENOMEM);
  int code = 0;
  const auto also = [&](int step) {
    // Calls that this processor does not have (time, on some) cannot be allowed and need not be.
    if (step < 0 && step != -EDOM && code == 0) code = step;
  };
  for (const int call : Allowed) also(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0));
  for (const int call : {SCMP_SYS(sendmsg), SCMP_SYS(recvmsg)}) {
    also(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1, SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(socket))));
  }
  // No memory can be both written and run.
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    also(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)));
  }
  // A new thread, never a new process. clone3 hides its flags behind a pointer: "not there" makes the C library use clone.
  constexpr scmp_datum_t Thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
  also(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, Thread, Thread)));
  also(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
  also(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)));
  // abort() must be able to end this process, and only this one.
  also(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()))));
#ifdef STUDIO_SANITIZED
  also(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_EQ, 2)));  // the sanitizer's report
#endif
  if (code == 0) code = seccomp_load(filter.get());
  if (code < 0) return open_cage("seccomp", -code);
  return {};
}

}  // namespace

Result<void> confine_media_child(int socket, int parent_process) {
  if (::syscall(SYS_close_range, static_cast<unsigned>(socket + 1), ~0u, 0u) != 0) return open_cage("close_range", errno);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return open_cage("parent death signal", errno);
  if (::getppid() != parent_process) return open_cage("the parent is gone", ESRCH);  // it died before the line above
  ::mallopt(M_ARENA_MAX, 2);  // an arena a thread would reserve address space 64 MiB at a time

  warm_up_decoders();

  ::signal(SIGXFSZ, SIG_IGN);  // writing is refused with an errno, as everything else
  STUDIO_CHECK(limit(RLIMIT_CORE, 0, "RLIMIT_CORE"));
  STUDIO_CHECK(limit(RLIMIT_FSIZE, 0, "RLIMIT_FSIZE"));
  STUDIO_CHECK(limit(RLIMIT_NOFILE, static_cast<rlim_t>(socket) + 5, "RLIMIT_NOFILE"));
#ifndef STUDIO_SANITIZED
  STUDIO_CHECK(limit(RLIMIT_AS, rlim_t{2} << 30, "RLIMIT_AS"));
#endif
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) return open_cage("not dumpable", errno);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return open_cage("no new privileges", errno);
  return load_filter(socket);
}

}  // namespace studio
