# Shared by ./studio and ./check: packages, archives, configure, build. POSIX sh for a bare Debian; sourced with $root (the
# tree) and $yes (1: install without asking) set. Speaks on stderr only. Every step is safe to stop: the next start looks
# again and goes on.
# shellcheck shell=sh disable=SC2154

# What the builds run under, if anything.
wrap=''

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# missing_packages GROUP…: the packages of third_party/LIST.md needed by these groups that are not installed, on one line.
missing_packages() {
  wanted=''
  while IFS='|' read -r _ kind name group _; do
    [ "$kind" = ' package ' ] || continue
    for each in "$@"; do
      [ "$group" != " $each " ] || wanted="$wanted $name"
    done
  done <"$root/third_party/LIST.md"
  # shellcheck disable=SC2086 # a list of names
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || :)
  lacking=''
  for package in $wanted; do
    case "
$installed
" in
      *"
installed $package
"*) ;;
      *) lacking="$lacking $package" ;;
    esac
  done
  printf '%s' "${lacking# }"
}

# need_packages GROUP…: installs what is missing; asks first unless root or $yes.
need_packages() {
  command -v dpkg-query >/dev/null 2>&1 ||
    die "This is not Debian: install the packages of third_party/LIST.md by their names on your system, then build with cmake --preset release (docs/building.md)."
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  say "These Debian packages are missing: $missing"
  if [ "$(id -u)" -eq 0 ]; then
    as_root=''
  elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
  else
    die "Installing them needs root. As root run: apt-get update && apt-get install --no-install-recommends $missing"
  fi
  if [ -n "$as_root" ] && [ "$yes" -eq 0 ]; then
    [ -t 0 ] || die "Nobody is there to ask, so nothing was installed: start again with --yes to have them installed with sudo."
    printf 'Install them now with sudo? [y/N] ' >&2
    read -r answer || answer=''
    case $answer in
      y | Y | yes | Yes) ;;
      *) die "Nothing was installed. Start again when you like." ;;
    esac
  fi
  # Debian's own lists are read once for all that follows.
  $as_root apt-get -q -o DPkg::Lock::Timeout=120 update >&2 </dev/null ||
    die "The package lists could not be read: check the network and the sources in /etc/apt, and start again."
  # shellcheck disable=SC2086 # a list of names
  if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends install $missing >&2 </dev/null; then
    explain_room / 500000
    die "The packages could not be installed (see above). Start again; it goes on where it stopped."
  fi
}

# explain_room FOLDER KIB: if the disk of FOLDER has less than KIB free, says so and stops.
explain_room() {
  free=$(df -Pk "$1" 2>/dev/null | { read -r _; read -r _ _ _ free _; printf '%s' "${free:-}"; })
  if [ -n "$free" ] && [ "$free" -lt "$2" ]; then
    die "No room left on the disk that holds $1: free $(($2 / 1000)) MB and start again; it goes on where it stopped."
  fi
}

fetch_archives() { "$root/third_party/fetch.sh" || exit 1; }

# A build folder that was copied along with the tree would build the old tree.
is_configured() {
  [ -f "$root/build/$1/build.ninja" ] && grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$root/build/$1/CMakeCache.txt" 2>/dev/null
}

# up_to_date PRESET: true when the build knows nothing to do. Changes nothing, and takes some hundredths of a second.
up_to_date() {
  is_configured "$1" || return 1
  case $(ninja -C "$root/build/$1" -n 2>&1) in
    *'ninja: no work to do.') return 0 ;;
    *) return 1 ;;
  esac
}

# build_preset PRESET [TARGET…]: configures only when needed, then builds. False when that failed.
build_preset() {
  preset=$1
  shift
  [ $# -gt 0 ] || set -- all
  mkdir -p "$root/build" 2>/dev/null || die "The folder $root/build cannot be made: check who owns $root and the room on its disk."
  # One build of a preset at a time; a second start waits. The lock must not pass to what the build starts.
  (exec 9>"$root/build/$preset.lock") 2>/dev/null || die "The folder $root/build cannot be written: check who owns it and the room on its disk."
  exec 9>"$root/build/$preset.lock"
  flock -n 9 || { say "Another start is building $preset here; waiting for it."; flock 9; }
  built=0
  configure "$preset" && compile "$preset" "$@" || built=1
  exec 9>&-
  return $built
}

configure() {
  folder=$root/build/$1
  if is_configured "$1" && cmp -s "$root/CMakePresets.json" "$folder/presets-used.json"; then return 0; fi
  say "Configuring build/$1"
  [ ! -f "$folder/CMakeCache.txt" ] || is_configured "$1" || rm -rf "$folder"
  if (cd "$root" && $wrap cmake --preset "$1" 9>&-) >&2 && cp "$root/CMakePresets.json" "$folder/presets-used.json"; then return 0; fi
  explain_room "$root" 100000
  say "Configuring build/$1 failed (see above)."
  return 1
}

compile() {
  preset=$1
  shift
  say "Building build/$preset"
  if (cd "$root" && $wrap cmake --build "build/$preset" --target "$@" 9>&-) >&2; then return 0; fi
  explain_room "$root" 100000
  explain_room "${TMPDIR:-/tmp}" 20000
  say "Building build/$preset failed (see above)."
  return 1
}
