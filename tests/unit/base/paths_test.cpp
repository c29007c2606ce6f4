#include "base/paths.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// Sets a variable for one test, then puts back what was there.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = ::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (old_) ::setenv(name_, old_->c_str(), 1);
    else ::unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

// Works in another folder for one test.
class InFolder {
 public:
  explicit InFolder(const std::filesystem::path& folder) : before_(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    REQUIRE(::chdir(folder.c_str()) == 0);
  }
  ~InFolder() {
    if (::fchdir(before_.get()) != 0) ::abort();
  }

 private:
  UniqueFd before_;
};

}  // namespace

TEST_CASE("the sandbox's folder is the given one made absolute, else one of the user's state") {
  const TempFolder folder;
  const InFolder in(folder.path());
  const Variable state("XDG_STATE_HOME", "/somewhere");
  {
    const Variable given("STUDIO_SANDBOX_STATE", "boxes/one");
    CHECK(sandbox_folder() == std::filesystem::current_path() / "boxes/one");
  }
  {
    const Variable given("STUDIO_SANDBOX_STATE", "/boxes/two");
    CHECK(sandbox_folder() == "/boxes/two");
  }
  const Variable none("STUDIO_SANDBOX_STATE", "");
  CHECK(sandbox_folder() == "/somewhere/production-studio/sandbox");
}

TEST_CASE("the sandbox's folder is told although the current folder is gone") {
  const TempFolder folder;
  const auto gone = folder.path() / "gone";
  std::filesystem::create_directory(gone);
  const InFolder in(gone);
  std::filesystem::remove(gone);
  const Variable given("STUDIO_SANDBOX_STATE", "box");
  CHECK_NOTHROW(sandbox_folder());
}
