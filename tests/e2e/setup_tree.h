// The scripts that set up, start and count, in a tree of their own with a list of their own: for tests.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/file.h"
#include "base/hash.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/temp_folder.h"

namespace studio {

using Args = std::vector<std::string>;

inline void write(const std::filesystem::path& path, const std::string& text, bool is_program = false) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  if (is_program) std::filesystem::permissions(path, std::filesystem::perms(0755));
}

// What a stand-in for pip does instead of downloading, by $PIP_DOES. The words of a failure are those of pip 23 and 25.
inline constexpr const char* stand_in_for_pip = R"(
import os, shutil, sys
args = sys.argv[1:]
does = os.environ.get('PIP_DOES', 'bring')
if '--version' in args:
    print('pip 0 (a stand-in)')
    sys.exit(0)
open(os.environ['PIP_CALLS'], 'a').write('x')
to = os.path.join(args[args.index('--dest') + 1], 'toy-1.0.tar')
if does == 'fail':
    sys.exit('ERROR: Could not find a version that satisfies the requirement toy==1.0')
if does == 'see through':
    sys.exit('ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.')
if does == 'fill':
    sys.exit('ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device')
if does == 'pull the plug':
    open(to, 'w').write('the beginn')
    os.killpg(os.getpgrp(), 9)
if does == 'bring another':
    to = to.replace('toy-1.0', 'toy-2.0')
shutil.copyfile(os.environ['PIP_BRINGS'], to)
if does == 'bring wrong bytes':
    open(to, 'a').write('!')
)";

// The scripts, with a list of their own: one archive, of which one folder is taken.
class Tree {
 public:
  explicit Tree(const std::string& more_of_the_list = {}) {
    for (const char* name : {"studio", "check", "scripts/setup.sh", "scripts/count_tests.awk", "third_party/fetch.sh"}) {
      std::filesystem::create_directories((root() / name).parent_path());
      std::filesystem::copy_file(std::filesystem::path(STUDIO_TREE) / name, root() / name);
    }
    write(folder() / "toy-1.0" / "source" / "toy.h", std::string(40'000, 't'));
    write(folder() / "toy-1.0" / "unwanted", "u");
    REQUIRE(run_program({"tar", "-C", folder().string(), "-cf", archive().string(), "toy-1.0"}).exit_code == 0);
    const std::string hash = sha256_hex(read_file(archive()).value());
    target_ = "toy-1.0-" + hash.substr(0, 8);
    write(root() / "third_party" / "LIST.md", "| sdist | toy | 1.0 | toy-1.0.tar | " + hash + " |\n| take | toy | toy-1.0/source | toy | MIT | why |\n" + more_of_the_list);
    write(folder() / "python" / "pip" / "__init__.py", "");
    write(folder() / "python" / "pip" / "__main__.py", stand_in_for_pip);
    std::filesystem::create_directories(folder() / "bin");
    const char* path = std::getenv("PATH");
    environment_ = {{"XDG_CACHE_HOME", (folder() / "cache").string()}, {"PYTHONPATH", (folder() / "python").string()},
                    {"PYTHONDONTWRITEBYTECODE", "1"}, {"PIP_BRINGS", archive().string()}, {"PIP_CALLS", (folder() / "calls").string()},
                    {"PATH", (folder() / "bin").string() + ":" + (path != nullptr ? path : "/usr/bin:/bin")}};
  }

  ProgramResult run(Args command, std::map<std::string, std::string> more = {}) const {
    command[0] = (root() / command[0]).string();
    more.insert(environment_.begin(), environment_.end());
    return run_program(std::move(command), more);
  }
  // In a process group of its own, which the stand-in may kill.
  ProgramResult fetch(const std::string& pip_does) const {
    auto environment = environment_;
    environment["PIP_DOES"] = pip_does;
    return run_program({"setsid", (root() / "third_party" / "fetch.sh").string()}, environment);
  }
  // A program that is found before the machine's own.
  void stand_in(const std::string& name, const std::string& script) const { write(folder() / "bin" / name, "#!/bin/sh\n" + script, true); }

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path root() const { return folder() / "tree"; }
  std::filesystem::path archive() const { return folder() / "toy-1.0.tar"; }
  std::filesystem::path cache() const { return folder() / "cache" / "production-studio"; }
  std::filesystem::path installed() const { return cache() / "third-party" / target_; }
  std::size_t downloads() const { return read_file(folder() / "calls").value_or("").size(); }

  // What lies under the cache, but for the folders that are always there and the lock.
  Args left_behind() const {
    Args names;
    std::error_code none;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(cache(), none)) {
      const std::string name = entry.path().lexically_relative(cache()).string();
      if (name != "archives" && name != "third-party" && name != "lock") names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  bool is_installed() const {
    return left_behind() == Args{"archives/toy-1.0.tar", "third-party/" + target_, "third-party/" + target_ + "/toy", "third-party/" + target_ + "/toy/toy.h"} &&
           read_file(installed() / "toy" / "toy.h").value() == std::string(40'000, 't');
  }

 private:
  TempFolder folder_;
  std::string target_;
  std::map<std::string, std::string> environment_;
};

inline bool says(const ProgramResult& result, const std::string& words) { return result.err.find(words) != std::string::npos; }

}  // namespace studio
