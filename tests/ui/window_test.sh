#!/bin/sh
# The program in a real window on a display of its own, played with xdotool: the demo fills itself, the window sleeps
# afterwards, and pictures of it are left for people to look at.
#   window_test.sh STUDIO STUDIO_HEADLESS FOLDER_FOR_PICTURES
set -eu
studio=$1 headless=$2 pictures=$3
for program in Xvfb xdotool import; do
  if ! command -v "$program" >/dev/null 2>&1; then
    echo "SKIPPED: $program is not installed (packages xvfb, xdotool, imagemagick)"
    exit 77
  fi
done
work=$(mktemp -d)
xvfb='' app='' double=''
cleanup() {
  [ -z "$app" ] || kill "$app" 2>/dev/null || true
  [ -z "$double" ] || kill "$double" 2>/dev/null || true
  [ -z "$xvfb" ] || kill "$xvfb" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
fail() {
  echo "failed: $1" >&2
  exit 1
}
# The display picks its own free number and says which.
: >"$work/display"
Xvfb -displayfd 3 -screen 0 1920x1080x24 -noreset -nolisten tcp 3>"$work/display" 2>/dev/null &
xvfb=$!
number=''
for _ in $(seq 200); do
  # Only a whole line counts: the number is written in pieces.
  read -r number <"$work/display" && break
  sleep 0.05
done
[ -n "$number" ] || fail "Xvfb did not start"
DISPLAY=:$number
export DISPLAY
export XDG_DATA_HOME="$work/data" XDG_STATE_HOME="$work/state" XDG_CONFIG_HOME="$work/config" STUDIO_SANDBOX_STATE="$work/sandbox"
mkdir -p "$work/config/production-studio" "$pictures"
printf '{"width": 1920, "height": 1080}' >"$work/config/production-studio/window.json"

# A display of twice the density is met by twice the scale: the app bar is 80 high then, the ground begins below it.
if command -v xprop >/dev/null 2>&1; then
  xprop -root -f RESOURCE_MANAGER 8s -set RESOURCE_MANAGER 'Xft.dpi: 192'
  XDG_CONFIG_HOME="$work/config2" "$studio" --frames 400 >/dev/null 2>&1 &
  double=$!
  sleep 2
  tone=''
  for _ in $(seq 100); do
    tone=$(import -window root -crop 1x1+900+70 +repage txt:- 2>/dev/null | sed -n 's/.*#\([0-9A-F]\{6\}\).*/\1/p')
    [ "$tone" = 131313 ] && break
    sleep 0.1
  done
  kill "$double" 2>/dev/null || true
  wait "$double" 2>/dev/null || true
  double=''
  xprop -root -f RESOURCE_MANAGER 8s -set RESOURCE_MANAGER ''
  [ "$tone" = 131313 ] || fail "at 192 dpi the app bar is not twice as high (found #$tone)"
fi

"$studio" >"$work/out" 2>"$work/err" &
app=$!
window=''
for _ in $(seq 200); do
  kill -0 "$app" 2>/dev/null || fail "the program ended: $(cat "$work/err")"
  window=$(xdotool search --onlyvisible --class production-studio 2>/dev/null | head -n 1) && [ -n "$window" ] && break
  sleep 0.05
done
[ -n "$window" ] || fail "no window appeared"
xdotool windowfocus "$window" 2>/dev/null || true
sleep 1
import -window root "$pictures/window-start.png"

# Enter opens the demo; fifteen pictures arrive.
xdotool mousemove 960 200 key Return
count() { "$headless" list --project "$work/data/production-studio/Demo" --json 2>/dev/null | wc -l; }
for _ in $(seq 600); do
  [ "$(count)" -ge 15 ] && break
  sleep 0.1
done
[ "$(count)" -ge 15 ] || fail "the demo has $(count) pictures after a minute"
sleep 2

# The demo picks two of them and makes videos by itself.
videos() { "$headless" list --project "$work/data/production-studio/Demo" --kind video --json | wc -l; }
for _ in $(seq 600); do
  [ "$(videos)" -ge 2 ] && break
  sleep 0.1
done
[ "$(videos)" -eq 2 ] || fail "the demo has $(videos) videos after a minute"
sleep 1

# Single keys act on pictures: one is clicked and rejected, the reject is taken back, and it is picked.
marked() { "$headless" list --project "$work/data/production-studio/Demo" --json | grep -c "\"mark\": *\"$1\"" || true; }
await_marks() {
  for _ in $(seq 50); do
    [ "$(marked "$1")" -eq "$2" ] && return
    sleep 0.1
  done
  fail "$3 ($(marked "$1") are marked $1)"
}
xdotool mousemove 780 230 click 1
sleep 1
xdotool key x
await_marks reject 1 "X rejected nothing"
xdotool key ctrl+z
await_marks reject 0 "Ctrl+Z did not take the reject back"
xdotool key p
await_marks pick 3 "P picked nothing"
# V makes a video of it.
xdotool key v
for _ in $(seq 600); do
  [ "$(videos)" -ge 3 ] && break
  sleep 0.1
done
[ "$(videos)" -eq 3 ] || fail "V on a picture made $(($(videos) - 2)) videos in a minute"

typed='A Tent by 1 quiet Lake under Northern lights'
# Quick typing arrives whole, the last letter too, with no further event to push it.
xdotool mousemove 180 250 click 1
sleep 0.5
xdotool key ctrl+a
xdotool type --delay 4 "$typed"
xdotool key ctrl+Return
arrived() { "$headless" list --project "$work/data/production-studio/Demo" --json | grep -c "\"prompt\": *\"$typed"; }
for _ in $(seq 300); do
  [ "$(arrived)" -ge 5 ] && break
  sleep 0.1
done
[ "$(arrived)" -ge 5 ] || fail "what was typed did not arrive as it was typed: $("$headless" list --project "$work/data/production-studio/Demo" --json | tail -n 1)"
sleep 2
xdotool mousemove 1300 1060
sleep 1
import -window root "$pictures/window-gallery.png"

# Asleep: in three seconds no frame is drawn and no time is spent, beyond a tick for the heartbeat.
frames() {
  asked=$(wc -l <"$work/out")
  kill -USR1 "$app"
  for _ in $(seq 100); do
    [ "$(wc -l <"$work/out")" -gt "$asked" ] && break
    sleep 0.05
  done
  tail -n 1 "$work/out"
}
frames_before=$(frames)
ticks() { awk '{print $14 + $15}' "/proc/$app/stat"; }
before=$(ticks)
sleep 3
spent=$(($(ticks) - before))
frames_after=$(frames)
case $frames_before in "frames "*) ;; *) fail "the program did not say how many frames it drew: $frames_before" ;; esac
[ "$frames_before" = "$frames_after" ] || fail "the idle window drew: $frames_before, three seconds later $frames_after"
[ "$spent" -le 3 ] || fail "the idle window used $spent hundredths of a second in three seconds"

kill -TERM "$app"
code=0
wait "$app" || code=$?
app=''
[ "$code" -eq 0 ] || fail "the program ended with $code: $(cat "$work/err")"
[ ! -s "$work/err" ] || fail "the program spoke on stderr: $(cat "$work/err")"
echo "passed"
