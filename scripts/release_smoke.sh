#!/bin/sh
# What must work in the release build, through ./studio as people start it: the whole loop headless, and the window once.
# Each step is named on stderr as it passes or fails. Prints "PASSED FAILED SKIPPED" on stdout.
set -eu
root=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Nothing of the user's is touched, and the sandbox is one of our own.
export XDG_DATA_HOME="$work/data" XDG_STATE_HOME="$work/state" XDG_CONFIG_HOME="$work/config" STUDIO_SANDBOX_STATE="$work/sandbox"
unset DISPLAY WAYLAND_DISPLAY

passed=0 failed=0
step() {
  name=$1
  shift
  code=0
  "$@" >"$work/step.log" 2>&1 || code=$?
  if [ "$code" -eq 0 ]; then
    passed=$((passed + 1))
    printf 'passed: release: %s\n' "$name" >&2
  else
    failed=$((failed + 1))
    cat "$work/step.log" >&2
    printf 'failed: release: %s\n' "$name" >&2
  fi
}

headless() { "$root/studio" --headless "$@"; }
# The ids in lines of JSON.
ids() { sed -n 's/^{.*"id": *"\([a-z]*[0-9]*\)".*/\1/p'; }
has_lines() { [ "$(wc -l <"$1")" -eq "$2" ] || { echo "expected $2 lines:"; cat "$1"; return 1; }; }

no_hooks() { ! grep -q -a -e ImGuiTestEngineHook_ -e STUDIO_CRASH_AT "$root/build/release/bin/studio" "$root/build/release/bin/studio_headless"; }

starts_silently() {
  headless models >"$work/models" 2>"$work/noise" && [ -s "$work/models" ] && [ ! -s "$work/noise" ]
}

make_pictures() {
  headless new --project "$work/film" &&
    headless generate --project "$work/film" --prompt "a lighthouse on a cliff at dusk" --count 4 --aspect 16:9 --wait --json >"$work/pictures" &&
    has_lines "$work/pictures" 4
}

pick_and_animate() {
  kept=$(ids <"$work/pictures" | head -n 2)
  # shellcheck disable=SC2086 # two ids
  headless mark --project "$work/film" $kept --pick &&
    headless animate --project "$work/film" --picked --seconds 2 --wait --json >"$work/clips" &&
    has_lines "$work/clips" 2
}

export_and_probe() {
  headless export --project "$work/film" --picked --to "$work/out" && [ -s "$work/out/manifest.json" ] || return 1
  clips=0
  for clip in "$work"/out/*.mp4; do
    streams=$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "$clip") || return 1
    case $streams in *h264*aac* | *aac*h264*) clips=$((clips + 1)) ;; *) echo "$clip: $streams"; return 1 ;; esac
  done
  [ "$clips" -eq 2 ]
}

says_it_needs_a_display() {
  answer=0
  "$root/studio" >"$work/out.txt" 2>"$work/err.txt" || answer=$?
  [ "$answer" -eq 2 ] && [ ! -s "$work/out.txt" ] && [ "$(wc -l <"$work/err.txt")" -eq 1 ] && grep -q -e --headless "$work/err.txt"
}

# The real window, on a display of its own: it appears, stays for a while, and ends well when asked to.
open_the_window() {
  # shellcheck disable=SC2016 # the inner shell's own variables
  xvfb-run -a -s "-screen 0 1280x720x24" sh -eu -c '
    "$1/studio" "$2" &
    app=$!
    seen=0
    for _ in $(seq 100); do
      kill -0 "$app" 2>/dev/null || { wait "$app"; exit 1; }
      if xdotool search --onlyvisible --class studio >/dev/null 2>&1; then seen=1; break; fi
      sleep 0.1
    done
    [ "$seen" -eq 1 ] || { echo "no window appeared"; kill "$app"; exit 1; }
    sleep 2
    kill -0 "$app"
    kill -TERM "$app"
    wait "$app"' sh "$root" "$work/film"
}

step "no test hooks are compiled in" no_hooks
step "with nothing to build, a start adds nothing of its own" starts_silently
step "four pictures from one prompt" make_pictures
step "the picked two become clips" pick_and_animate
step "the export opens in ffprobe" export_and_probe
step "without a display one sentence names --headless" says_it_needs_a_display
step "the window opens, stays and closes" open_the_window
printf '%s %s 0\n' "$passed" "$failed"
