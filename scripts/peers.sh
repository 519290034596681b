#!/usr/bin/env bash
# peers.sh : asks other people's programs the same as our engines: shapely about coverage, pyxform and ODK Validate about forms.
# `make test` puts its own virtual environment first in PATH. Ends with `N passed, N failed` over all of them.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - INT TERM HUP
cd "$ROOT" || exit 1
# ODK Validate needs Java. It is used where it is there and installed only when asked for (YOULIN_PEERS_JAVA=1): a minute for
# one jar is too much for every run. Without it the forms are still asked about by pyxform, and what was skipped is said.
if [ -n "${YOULIN_PEERS_JAVA:-}" ]; then "$ROOT/scripts/need.sh" java || true; fi
out="$TARGET/peers"
mkdir -p "$out"
passed=0 failed=0

# peer NAME COMMAND… : runs one check and adds up its totals; one that does not reach its end is a failure.
peer() {
  local name="$1" totals
  shift
  "$@" >"$out/$name.log" 2>&1
  cat "$out/$name.log"
  totals="$(totals_of own "$out/$name.log")"
  if [ -n "$totals" ]; then
    passed=$((passed + ${totals%% *}))
    totals="${totals#* }"
    failed=$((failed + ${totals%% *}))
  else
    failed=$((failed + 1))
  fi
}

coverage() {
  cargo run --quiet -p youlin-coverage --example coverage_peer --features workload "${CARGO_LOCKED[@]}" >"$out/coverage.json" &&
    python3 scripts/peers/coverage.py "$out/coverage.json"
}

xforms() {
  cargo run --quiet -p youlin-xforms --example xforms_peer "${CARGO_LOCKED[@]}" -- "$out/forms" &&
    python3 scripts/peers/xforms.py "$out/forms"
}

peer coverage coverage
peer xforms xforms
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
