#!/bin/sh
# Fetches the archives of third_party/LIST.md, checks their hashes and unpacks what we take of them into the user's cache.
# Every step ends in a rename: a stop at any moment leaves nothing half done, and the next start goes on from there.
# Says nothing when everything is there. Wants: a Python with pip, cmake (to unpack), coreutils, tar.
#
#   third_party/fetch.sh            fetch what is missing
#   third_party/fetch.sh --check    exit 1 if something is missing; fetches nothing
set -eu

here=$(cd "$(dirname "$0")" && pwd)
list=$here/LIST.md
cache=${XDG_CACHE_HOME:-${HOME:?HOME is not set, so there is no place for the cache}/.cache}/production-studio
# The largest archive and what is unpacked of all of them, with room for pip's own copy.
needed_kib=200000

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# columns LINE: splits a table row into $kind, $name and the columns after them.
columns() {
  line=${1#|}
  IFS='|' read -r kind name third fourth fifth _ <<ROW
$line
ROW
  kind=$(trim "$kind") name=$(trim "$name") third=$(trim "$third") fourth=$(trim "$fourth") fifth=$(trim "$fifth")
}
# shellcheck disable=SC2086 # splitting is what trims
trim() { set -f; set -- $1; set +f; printf '%s' "$*"; }
rows() { grep -E "^\| ($1) \|" "$list"; }

free_kib() { df -Pk "$1" | { read -r _; read -r _ _ _ free _; printf '%s' "$free"; }; }
no_room() { [ "$(free_kib "$1")" -lt "$2" ]; }

sha256_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# The first of the machine's Pythons that has pip: Debian's own before any that shadows it.
find_pip() {
  for candidate in "/usr/bin/python3 -m pip" "python3 -m pip" "pip3"; do
    if $candidate --version >/dev/null 2>&1; then printf '%s' "$candidate"; return 0; fi
  done
  return 1
}

# download KIND NAME VERSION FILE SHA256: puts the archive into the cache, or says why not.
download() {
  pip=$(find_pip) || die "No Python with pip was found: install the package python3-pip and start again."
  if no_room "$cache" "$needed_kib"; then
    die "No room for the archive $4: the disk that holds $cache needs 200 MB free. Make room and start again; it goes on where it stopped."
  fi
  say "Fetching $4 (once; it is kept in $cache/archives)"
  case $1 in sdist) form="--no-binary $2" ;; *) form="--only-binary $2" ;; esac
  # The hash stands in the requirement too, so that pip runs nothing out of an archive that is not the pinned one.
  printf '%s==%s --hash=sha256:%s\n' "$2" "$3" "$5" >"$work/wanted.txt"
  status=0
  # What pip says is held in memory: on a full disk a file would lose it.
  # shellcheck disable=SC2086 # both are several words on purpose
  log=$(TMPDIR=$work $pip download --quiet --disable-pip-version-check --no-deps $form --require-hashes --dest "$work" -r "$work/wanted.txt" 2>&1) || status=$?
  if [ "$status" -ne 0 ]; then
    case $log in *'DO NOT MATCH THE HASHES'*)
      die "The archive $4 is not the one we pinned (its SHA-256 differs from third_party/LIST.md), so it was thrown away. Start again; if it stays so, do not trust that source." ;;
    *'No space left on device'*)
      die "No room left while fetching $4: free 200 MB where $cache lies and start again; it goes on where it stopped." ;;
    esac
    printf '%s\n' "$log" | tail -n 5 >&2
    die "The download of $4 failed: check the network and start again; it goes on where it stopped."
  fi
  [ -f "$work/$4" ] || die "The download of $4 brought another file than expected: start again, and if it stays so, third_party/LIST.md must be mended."
  if [ "$(sha256_of "$work/$4")" != "$5" ]; then
    die "The archive $4 has the wrong SHA-256, so it was thrown away. Start again; if it stays so, do not trust that source."
  fi
  mv "$work/$4" "$cache/archives/$4"
}

# unpack NAME FILE TARGET: what LIST.md takes of the archive, complete or not at all.
unpack() {
  mkdir -p "$work/unpacked" "$work/taken"
  rows take | while IFS= read -r row; do
    columns "$row"
    [ "$name" = "$1" ] || continue
    # cmake reads both tar and zip, and a bare Debian has no unzip.
    # On a full disk it warns, writes files with holes and ends with 0: only silence is success. Its words are held in memory.
    status=0
    log=$(cd "$work/unpacked" && cmake -E tar xf "$cache/archives/$2" -- "$third" 2>&1) || status=$?
    if [ "$status" -ne 0 ] || [ -n "$log" ] || [ ! -e "$work/unpacked/$third" ]; then
      if no_room "$cache" 1000; then
        die "No room left while unpacking $2: free 200 MB where $cache lies and start again; it goes on where it stopped."
      fi
      printf '%s\n' "$log" >&2
      die "The archive $2 could not be unpacked: remove $cache/archives/$2 and start again."
    fi
    mv "$work/unpacked/$third" "$work/taken/$fourth"
  done
  # On disk before it gets its name, so that a power cut cannot leave empty files behind a finished name.
  sync -f "$work/taken" 2>/dev/null || :
  mv "$work/taken" "$3"
  rm -rf "$work/unpacked"
}

missing=$(rows 'sdist|wheel' | while IFS= read -r row; do
  columns "$row"
  [ -d "$cache/third-party/$name-$third-$(printf '%.8s' "$fifth")" ] || printf '%s\n' "$row"
done)
[ -n "$missing" ] || exit 0
[ "${1:-}" != --check ] || exit 1

mkdir -p "$cache/archives" "$cache/third-party" 2>/dev/null || die "The folder $cache cannot be written: check its owner and the room on its disk, and start again."
# One fetch at a time; the lock goes with this process.
exec 8>"$cache/lock"
flock 8
rm -rf "$cache"/partial-*
work=$cache/partial-$$
mkdir "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

printf '%s\n' "$missing" | while IFS= read -r row; do
  columns "$row"
  target=$cache/third-party/$name-$third-$(printf '%.8s' "$fifth")
  [ ! -d "$target" ] || continue
  if [ -f "$cache/archives/$fourth" ] && [ "$(sha256_of "$cache/archives/$fourth")" != "$fifth" ]; then
    say "The kept archive $fourth is damaged; fetching it again."
    rm -f "$cache/archives/$fourth"
  fi
  [ -f "$cache/archives/$fourth" ] || download "$kind" "$name" "$third" "$fourth" "$fifth"
  unpack "$name" "$fourth" "$target"
done
