#!/usr/bin/env bash
# web.sh : builds web/dist (style sheets, islands, field client) which the server embeds.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - INT TERM HUP

if [ ! -f "$ROOT/web/package.json" ]; then
  echo "web/package.json is not there: nothing to build"
  exit 0
fi
"$ROOT/scripts/need.sh" node
packages "$ROOT/web"
cd "$ROOT/web"
npm run --silent build
