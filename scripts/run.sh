#!/usr/bin/env bash
# run.sh : builds everything and serves the example on this machine; what `make run` does.
# YOULIN_LISTEN, YOULIN_DATA_DIR and the other settings of docs/operations.md pass through.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - INT TERM HUP
"$ROOT/scripts/need.sh" cargo node

quietly() {
  local name="$1"
  shift
  printf '%s … ' "$name"
  if "$@" >"$LOGS/run.log" 2>&1; then
    echo done
  else
    echo failed
    tail -n 60 "$LOGS/run.log"
    exit 1
  fi
}

quietly 'web packages and bundles' "$ROOT/scripts/web.sh"
cd "$ROOT"
# The first release build takes minutes: cargo's own progress stays visible.
echo 'server (the first build takes some minutes)'
CARGO_TERM_PROGRESS_WHEN=auto cargo build --release --quiet -p youlin "${CARGO_LOCKED[@]}"
exec "$TARGET/release/youlin" demo
