#!/bin/sh
# Pictures of every panel and state, as the tests of the window leave them, for people to look at.
#   screens.sh FROM TO: each PNG of FROM becomes a JPEG of TO, at most 1280 px wide; what is no longer made goes.
set -eu
from=$1 to=$2
mkdir -p "$to"
rm -f "$to"/*.jpg
made=0
for picture in "$from"/*.png; do
  [ -e "$picture" ] || continue
  name=$(basename "$picture" .png)
  convert "$picture" -resize '1280x>' -strip -quality 78 "$to/$name.jpg"
  made=$((made + 1))
done
[ "$made" -gt 0 ] || {
  echo "There are no pictures in $from: the tests of the window did not run." >&2
  exit 1
}
echo "$made pictures in $to" >&2
