#!/bin/sh
# Writes docs/reliability.md from the list of faults, the tests that say which of them they prove, and how these ended in the last
# runs (build/*/tests-*.xml). Fails when a fault is not proven, and names it on stderr.
#
#   scripts/reliability.sh [TREE [PAGE]]
set -eu
root=${1:-$(cd -- "$(dirname -- "$0")/.." && pwd -P)}
page=${2:-$root/docs/reliability.md}
scripts=$(cd -- "$(dirname -- "$0")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for program in "$root"/build/check/bin/test_*; do
  [ -x "$program" ] || continue
  name=${program##*/}
  # Those of ./check long are more of the same, and no part of ./check ci.
  case $name in *_long) continue ;; esac
  # A program that cannot be asked is one that proves nothing.
  "$program" --list-faults >"$work/said" || { echo "$name does not say which faults it proves: build it again." >&2; exit 1; }
  while IFS='	' read -r number test; do
    printf '%s\t%s: %s\n' "$number" "$name" "$test"
  done <"$work/said" >>"$work/list"
done
[ -e "$work/list" ] || { echo "There are no test programs in build/check: run ./check ci first." >&2; exit 1; }
LC_ALL=C sort -t '	' -k 1,1n -k 2 -u "$work/list" >"$work/tests"

set -- kind=results
for results in check/tests-check check/tests-simulation check/tests-window asan/tests-asan tsan/tests-tsan; do
  [ ! -s "$root/build/$results.xml" ] || set -- "$@" "$root/build/$results.xml"
done
: >"$work/wrong"
LC_ALL=C awk -v wrong="$work/wrong" -f "$scripts/reliability.awk" kind=faults "$root/tests/reliability/faults.txt" kind=tests "$work/tests" "$@" >"$work/page"
cmp -s "$work/page" "$page" || { cp "$work/page" "$page.new" && mv "$page.new" "$page"; }
[ -s "$work/wrong" ] || exit 0
cat "$work/wrong" >&2
exit 1
