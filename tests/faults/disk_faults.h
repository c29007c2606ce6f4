// Faults of a disk under everything that a program does with the files of one folder: the n-th call fails, the process dies
// in it, or the power goes.
//
// A shared library that stands before the C library: linked into a test, or preloaded (LD_PRELOAD, STUDIO_DISK_FAULT) into a
// program that knows nothing of it. Nothing of the product has a hook for it. Any thread; -shm files of SQLite are memory and
// are left alone.
#pragma once

#include <cerrno>
#include <string>

namespace studio {

enum DiskCall : unsigned {
  ReadCall = 1,    // read, pread
  WriteCall = 2,   // write, pwrite, truncation
  SyncCall = 4,    // fsync, fdatasync; also of folders
  RenameCall = 8,  // rename
  MakeCall = 16,   // open for writing, mkdir, unlink
};

struct DiskFault {
  enum class Kind { Fail, ShortWrite, Kill, PowerCut };
  std::string under;  // the folder, as absolute path
  std::string name;   // only where the path contains this; empty: all
  unsigned calls = WriteCall | SyncCall | RenameCall;
  Kind kind = Kind::Fail;
  int at = 1;            // counted from 1 since arming
  bool goes_on = false;  // every later one fails as well
  int error = EIO;
  // PowerCut: what was not synced is gone, of files and of folders. 0: all of it; else some of it, by this seed: writes in any
  // order and torn between two sectors of 512 bytes, changes of folders in their order.
  unsigned seed = 0;
};

void arm_disk(const DiskFault& fault);  // counts anew; what is on the disk now counts as synced
void disarm_disk();
int disk_calls();        // of the wanted kinds, since arming
int disk_faults_hit();   // since arming

// While it lives, the calls of this thread are nobody's: a test looks at what is on the disk.
struct DiskLook {
  DiskLook();
  ~DiskLook();
  DiskLook(const DiskLook&) = delete;
  DiskLook& operator=(const DiskLook&) = delete;
};

// usleep and nanosleep return at once: for waits of a library that cannot be told another clock. Says how long they would
// have been, in ms, since it was switched on.
void skip_sleeps(bool wanted);
long skipped_sleep_ms();

}  // namespace studio
