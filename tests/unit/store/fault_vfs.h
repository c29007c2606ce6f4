// A file layer under SQLite that fails the n-th write, truncation or fsync: once, or from there on.
#pragma once

namespace studio {

struct FaultPlan {
  int fail_at = 0;       // counted from 1 since arming; 0: never
  bool goes_on = false;  // every later one fails as well
  int code = 0;          // what SQLite is told; 0: the I/O error that fits
};

void install_fault_vfs();          // as the default of this process, once
void arm_faults(FaultPlan plan);   // starts counting anew
int faults_hit();                  // since arming

}  // namespace studio
