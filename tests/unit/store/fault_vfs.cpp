#include "fault_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <new>

namespace studio {
namespace {

std::atomic<int> fail_at = 0, counted = 0, hit = 0, forced_code = 0;
std::atomic<bool> goes_on = false;

bool bites() {
  const int at = fail_at;
  if (at == 0) return false;
  const int number = ++counted;
  if (number == at || (goes_on && number > at)) {
    ++hit;
    return true;
  }
  return false;
}

int code_or(int usual) { return forced_code != 0 ? forced_code.load() : usual; }

struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
const sqlite3_io_methods* under(sqlite3_file* file) { return of(file)->real()->pMethods; }

// Version 2: with shared memory, without the memory-mapped reads of version 3.
const sqlite3_io_methods methods = {
    2,
    [](sqlite3_file* f) { return under(f)->xClose(of(f)->real()); },
    [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) { return under(f)->xRead(of(f)->real(), to, n, at); },
    [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
      return bites() ? code_or(SQLITE_IOERR_WRITE) : under(f)->xWrite(of(f)->real(), from, n, at);
    },
    [](sqlite3_file* f, sqlite3_int64 size) {
      return bites() ? code_or(SQLITE_IOERR_TRUNCATE) : under(f)->xTruncate(of(f)->real(), size);
    },
    [](sqlite3_file* f, int flags) { return bites() ? code_or(SQLITE_IOERR_FSYNC) : under(f)->xSync(of(f)->real(), flags); },
    [](sqlite3_file* f, sqlite3_int64* size) { return under(f)->xFileSize(of(f)->real(), size); },
    [](sqlite3_file* f, int level) { return under(f)->xLock(of(f)->real(), level); },
    [](sqlite3_file* f, int level) { return under(f)->xUnlock(of(f)->real(), level); },
    [](sqlite3_file* f, int* out) { return under(f)->xCheckReservedLock(of(f)->real(), out); },
    [](sqlite3_file* f, int op, void* arg) { return under(f)->xFileControl(of(f)->real(), op, arg); },
    [](sqlite3_file* f) { return under(f)->xSectorSize(of(f)->real()); },
    [](sqlite3_file* f) { return under(f)->xDeviceCharacteristics(of(f)->real()); },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return under(f)->xShmMap(of(f)->real(), page, size, extend, out);
    },
    [](sqlite3_file* f, int offset, int n, int flags) { return under(f)->xShmLock(of(f)->real(), offset, n, flags); },
    [](sqlite3_file* f) { under(f)->xShmBarrier(of(f)->real()); },
    [](sqlite3_file* f, int remove) { return under(f)->xShmUnmap(of(f)->real(), remove); },
    nullptr,
    nullptr,
};

sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs vfs;

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  const int code = real_vfs->xOpen(real_vfs, name, of(file)->real(), flags, out_flags);
  if (of(file)->real()->pMethods != nullptr) file->pMethods = &methods;
  return code;
}

}  // namespace

void install_fault_vfs() {
  if (real_vfs != nullptr) return;
  sqlite3_initialize();
  real_vfs = sqlite3_vfs_find(nullptr);
  vfs = *real_vfs;
  vfs.zName = "faults";
  vfs.pNext = nullptr;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  vfs.xOpen = open_file;
  sqlite3_vfs_register(&vfs, 1);
}

void arm_faults(FaultPlan plan) {
  fail_at = 0;
  counted = 0;
  hit = 0;
  goes_on = plan.goes_on;
  forced_code = plan.code;
  fail_at = plan.fail_at;
}

int faults_hit() { return hit; }

}  // namespace studio
