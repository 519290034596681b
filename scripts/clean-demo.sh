#!/usr/bin/env bash
# clean-demo.sh : throws away the example's database and files. Only a folder that a demo made is touched.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - INT TERM HUP
dir="${YOULIN_DATA_DIR:-$ROOT/var}"
if [ ! -d "$dir" ]; then
  echo "$dir is not there: nothing to throw away."
elif [ ! -f "$dir/demo-access.json" ]; then
  echo "$dir holds no demo-access.json, so it was not made by the demo: left alone." >&2
  exit 1
else
  rm -rf -- "$dir"
  echo "$dir is gone; \`make run\` makes it anew."
fi
