#!/usr/bin/env bash
# bench.sh [ARGUMENT…] : measures the program as it is installed against the promised figures, on SQLite and a private PostgreSQL.
# Writes target/bench/results.json (name, value, unit, size, limit, ratio, target, ok) and prints it as a table.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - INT TERM HUP
"$ROOT/scripts/need.sh" cargo node python postgres
if [ ! -f "$ROOT/crates/bench/Cargo.toml" ]; then
  echo "crates/bench is not there: there is nothing to measure yet." >&2
  exit 1
fi
# The server is measured as it is installed, so it is built beside the program that loads it.
"$ROOT/scripts/dist.sh" -p youlin-bench
cd "$ROOT"
mkdir -p "$TARGET/bench"
# Every village of the country, for the section `residents`; without the registry that section measures in a small tree.
if [ -z "${YOULIN_BENCH_DIVISIONS-}" ] && divisions="$("$ROOT/scripts/fetch-divisions.sh" 2>/dev/null)"; then
  export YOULIN_BENCH_DIVISIONS="$divisions"
fi
code=0
YOULIN_BIN="$TARGET/dist/youlin" "$ROOT/scripts/with-postgres.sh" \
  "$TARGET/dist/youlin-bench" --results "$TARGET/bench/results.json" "$@" || code=$?
# The field client is measured in a browser, where there is one; with arguments only the sections they name are wanted.
if [ $# -eq 0 ] && "$ROOT/scripts/need.sh" chromium && packages "$ROOT/e2e"; then
  CHROMIUM="$("$ROOT/scripts/need.sh" --print chromium)" YOULIN_BIN="$TARGET/dist/youlin" \
    node "$ROOT/e2e/measure.mjs" "$TARGET/bench/results.json" || code=$?
fi
if [ -f "$TARGET/bench/results.json" ]; then "$ROOT/scripts/bench_table.py" "$TARGET/bench/results.json"; fi
exit "$code"
