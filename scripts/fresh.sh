#!/bin/sh
# ./check fresh: makes a bare Debian 12 and a bare Debian 13, puts a clean copy of the last commit into each, and runs there what
# a newcomer runs: ./check, and ./studio --headless models. Only this machine's way to the network is lent to them: its mirror,
# its proxies, its certificates and its pip settings. Prints "PASSED FAILED SKIPPED" on stdout, the rest on stderr.
#
#   scripts/fresh.sh [bookworm|trixie …]      as root; STUDIO_FRESH_KEEP=1 keeps the systems for a look around
set -eu
root=$(cd -- "$(dirname -- "$0")/.." && pwd -P)

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

[ "$(id -u)" -eq 0 ] || die "Making a bare Debian needs root: start ./check fresh as root."
command -v debootstrap >/dev/null 2>&1 || die "The program debootstrap was not found: install the package debootstrap."
[ $# -gt 0 ] || set -- bookworm trixie

# The mirror that this machine's own apt uses for Debian.
# shellcheck disable=SC2016 # apt's own variables
mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null | sed -n 's/^Debian //p' | head -n 1)
[ -n "$mirror" ] || die "No Debian mirror is known to apt here: add one to /etc/apt, run apt-get update and start again."

place=$root/build/fresh
mkdir -p "$place"
# What a clone of the last commit holds: no build folder, no cache, nothing that was never committed.
(cd "$root" && git archive --format=tar -o "$place/tree.tar" HEAD) || die "This folder is no git clone, so there is no clean copy to try."

mounted=''
unmount_all() {
  for each in $mounted; do umount -l "$each" 2>/dev/null || :; done
  mounted=''
}
# A run that was killed leaves its mounts behind: they go first, and nothing beyond this file system is ever removed.
remove_system() {
  for each in "$1/proc" "$1/dev/shm" "$1/dev/pts"; do
    while mountpoint -q "$each" 2>/dev/null; do umount -l "$each" || die "$each is still mounted: unmount it and start again."; done
  done
  rm -rf --one-file-system "$1"
}
trap unmount_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# lend SYSTEM: what this machine needs to reach the network, and nothing else.
lend() {
  cp /etc/resolv.conf "$1/etc/resolv.conf" 2>/dev/null || :
  cp /etc/hosts "$1/etc/hosts" 2>/dev/null || :
  [ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$1/etc/pip.conf"
  for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
    if grep -q '^ *Acquire' "$file" 2>/dev/null; then cp "$file" "$1/etc/apt/apt.conf.d/lent-${file##*/}"; fi
  done
  mkdir -p "$1/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$1/usr/local/share/ca-certificates/" 2>/dev/null || :
}

# enter SYSTEM COMMAND…: runs it there with a newcomer's environment and this machine's proxies.
enter() {
  system=$1
  shift
  proxies=$(env | grep -iE '^(https?|ftp|no|all)_proxy=' || :)
  # shellcheck disable=SC2086 # no proxy setting has a space in it
  env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8 $proxies \
    chroot "$system" "$@" </dev/null
}

# inside SYSTEM COMMAND…: the same, and all that it says goes to stderr.
inside() { enter "$@" >&2; }

passed=0 failed=0
verdict() {
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
    say "fresh: passed: $1"
  else
    failed=$((failed + 1))
    say "fresh: failed: $1"
  fi
}

for release in "$@"; do
  system=$place/$release
  say "fresh: making a bare $release"
  remove_system "$system"
  if ! debootstrap --variant=minbase "$release" "$system" "$mirror" >&2; then
    verdict "$release: debootstrap" 1
    continue
  fi
  lend "$system"
  mount -t proc proc "$system/proc"
  mounted="$mounted $system/proc"
  mount -t tmpfs -o mode=1777 tmpfs "$system/dev/shm"
  mounted="$mounted $system/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$system/dev/pts"
  mounted="$mounted $system/dev/pts"
  mkdir "$system/root/studio"
  tar -xf "$place/tree.tar" -C "$system/root/studio"

  code=0
  inside "$system" /root/studio/check || code=$?
  verdict "$release: ./check" "$code"
  code=0
  inside "$system" /root/studio/studio --headless models || code=$?
  verdict "$release: ./studio --headless models" "$code"
  # With everything built the program's own answer is all that is heard.
  noise=$(enter "$system" /root/studio/studio --headless models 2>&1 >/dev/null) || :
  [ -z "$noise" ] && code=0 || code=1
  [ -z "$noise" ] || say "$noise"
  verdict "$release: a second start says nothing of its own" "$code"

  unmount_all
  [ "${STUDIO_FRESH_KEEP:-0}" = 1 ] || remove_system "$system"
done
rm -f "$place/tree.tar"
printf '%s %s 0\n' "$passed" "$failed"
