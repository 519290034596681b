# shellcheck shell=bash
# What the other scripts share: where things are, how a stage is run, logged, counted and shown.
# Sourced, never run. Expects bash with `set -u`.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"
case "$TARGET" in /*) ;; *) TARGET="$ROOT/$TARGET" ;; esac
LOGS="$TARGET/logs"
mkdir -p "$LOGS"

# Logs are read as files: no colours and no progress bars in them.
export CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never NO_COLOR=1
export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false npm_config_loglevel=error

# In CI a lock file that does not match its manifest is a fault, not something to repair silently.
CARGO_LOCKED=()
if [ -n "${CI:-}" ]; then CARGO_LOCKED=(--locked); fi

STAGE_NAMES=() STAGE_PASSED=() STAGE_FAILED=() STAGE_SECONDS=() STAGE_NOTES=()
FAILED_TESTS=()
STAGE_CHILD=

stop_stage() {
  # Interrupted: pass it on to the running stage, and to nothing else.
  if [ -n "$STAGE_CHILD" ]; then
    kill -TERM "$STAGE_CHILD" 2>/dev/null
    wait "$STAGE_CHILD" 2>/dev/null
  fi
  echo
  echo "interrupted"
  exit 130
}
trap stop_stage INT TERM HUP

# Whether at least so many GiB of memory are free for files that are thrown away. room_in_memory GIB
room_in_memory() {
  local free
  [ -z "${TESTS_ON_DISK:-}" ] || return 1
  free="$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)"
  [ "${free:-0}" -gt $(($1 * 1024 * 1024)) ]
}

# Remembers the result of a stage: record NAME PASSED FAILED SECONDS NOTE
record() {
  STAGE_NAMES+=("$1") STAGE_PASSED+=("$2") STAGE_FAILED+=("$3") STAGE_SECONDS+=("$4") STAGE_NOTES+=("$5")
}

# Reads the totals a runner printed to its log: "passed failed skipped", or nothing when it printed none.
# Kinds: cargo (cargo test and nextest, summed), node (node --test), own (ends with our closing line).
totals_of() {
  case "$1" in
    cargo)
      awk '
        function before(word,   i) { for (i = 1; i <= NF; i++) if ($(i) ~ "^" word) return $(i - 1) + 0; return 0 }
        { gsub(/[;,:()]/, " ") }
        /^ *Summary \[/ { p += before("passed"); f += before("failed") + before("timed") + before("exec"); s += before("skipped"); seen = 1 }
        /^test result / { p += before("passed"); f += before("failed"); s += before("ignored"); seen = 1 }
        END { if (seen) print p + 0, f + 0, s + 0 }' "$2" ;;
    node)
      # Only the closing lines of the spec and tap reporters, not a test that happens to be called "fail 3".
      awk '
        ($1 == "\342\204\271" || $1 == "#") && NF == 3 && $3 ~ /^[0-9]+$/ { n[$2] = $3; seen = seen || $2 == "pass" }
        END { if (seen) print n["pass"] + 0, n["fail"] + n["cancelled"], n["skipped"] + n["todo"] }' "$2" ;;
    own)
      awk '/^[0-9]+ passed, [0-9]+ failed$/ { p = $1; f = $3; seen = 1 } END { if (seen) print p, f, 0 }' "$2" ;;
  esac
}

# The names of the failed tests in a runner's log, a line each. Kinds as above.
failures_of() {
  case "$1" in
    cargo) sed -nE 's/^ *(FAIL|TIMEOUT|SIG[A-Z]+|LEAK-FAIL) \[[^]]*\] +(\([^)]*\) +)?(.*)$/\3/p; s/^test (.*) \.\.\. FAILED$/\1/p' "$2" ;;
    # The spec reporter tells a failure where it happens and again at its end; there it is followed by where it stands.
    node) sed -nE 's/^ *(\xe2\x9c\x96|not ok [0-9]+ -) (.*) \([0-9.]+ms\)$/\2/p' "$2" ;;
    own) sed -nE 's/^(FAILED|not ok):? (.*)$/\2/p' "$2" ;;
  esac | awk '!told[$0]++'
}

# stage NAME KIND MINUTES COMMAND… : runs one stage, its output in target/logs/NAME.log.
# KIND `check` counts as one check, `setup` only when it fails; the other kinds count the tests their runner reports. A runner that fails
# without reporting a failed test (it did not compile, it hung) counts as one failure: it is never lost.
stage() {
  local name="$1" kind="$2" minutes="$3"
  shift 3
  local log="$LOGS/$name.log" started=$SECONDS code=0 passed=0 failed=0 skipped=0 note='' totals
  printf '%-16s ' "$name"
  timeout --kill-after=30 "${minutes}m" "$@" </dev/null >"$log" 2>&1 &
  STAGE_CHILD=$!
  wait "$STAGE_CHILD" || code=$?
  STAGE_CHILD=
  if [ "$kind" = check ] || [ "$kind" = setup ]; then
    if [ $code -ne 0 ]; then failed=1; elif [ "$kind" = check ]; then passed=1; fi
  else
    totals="$(totals_of "$kind" "$log")"
    if [ -n "$totals" ]; then read -r passed failed skipped <<<"$totals"; fi
    if [ $code -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    if [ $code -eq 0 ] && [ "$failed" -eq 0 ] && [ -z "$totals" ]; then note='reported no totals' failed=1 code=1; fi
  fi
  if [ "$skipped" -gt 0 ]; then note="$skipped skipped"; fi
  if [ $code -eq 124 ] || [ $code -eq 137 ]; then note="stopped after $minutes minutes"; fi
  record "$name" "$passed" "$failed" $((SECONDS - started)) "$note"
  if [ "$kind" = setup ] && [ $code -eq 0 ]; then
    printf 'ready %2ds\n' $((SECONDS - started))
    return 0
  fi
  if [ $code -eq 0 ] && [ "$failed" -eq 0 ]; then
    printf 'ok %5ds  %s passed%s\n' $((SECONDS - started)) "$passed" "${note:+, $note}"
    return 0
  fi
  printf 'FAILED %ds  %s passed, %s failed%s\n' $((SECONDS - started)) "$passed" "$failed" "${note:+, $note}"
  local test
  while IFS= read -r test; do FAILED_TESTS+=("$name: $test"); done < <(failures_of "$kind" "$log")
  echo "---- last lines of ${log#"$ROOT"/}"
  tail -n 60 "$log" | sed 's/^/    /'
  echo '----'
  return 1
}

# Says why a stage is not run; this is not a failure. skip NAME WHY
skip() {
  printf '%-16s skipped: %s\n' "$1" "$2"
  record "$1" 0 0 0 "skipped: $2"
}

# A stage that cannot run because something it needs is missing or broken. unable NAME WHY
unable() {
  printf '%-16s FAILED: %s\n' "$1" "$2"
  record "$1" 0 1 0 "$2"
}

# The table, the first failed tests by name, the closing line `N passed, N failed`, and the exit code.
finish() {
  local i passed=0 failed=0
  printf '\n%-16s %8s %8s %8s\n' stage passed failed seconds
  for i in "${!STAGE_NAMES[@]}"; do
    printf '%-16s %8d %8d %8d  %s\n' "${STAGE_NAMES[$i]}" "${STAGE_PASSED[$i]}" "${STAGE_FAILED[$i]}" \
      "${STAGE_SECONDS[$i]}" "${STAGE_NOTES[$i]}"
    passed=$((passed + STAGE_PASSED[i])) failed=$((failed + STAGE_FAILED[i]))
  done
  printf '\n'
  # Whoever sees only the end of the output still learns what to look at.
  for i in "${!FAILED_TESTS[@]}"; do
    if [ "$i" -lt 12 ]; then printf 'failed in %s\n' "${FAILED_TESTS[$i]}"; fi
  done
  printf '%d passed, %d failed\n' "$passed" "$failed" | tee "$LOGS/totals"
  [ "$failed" -eq 0 ]
}

# Runs a command while nobody else runs one of the same name: two stages may want the same thing installed. alone NAME COMMAND…
alone() {
  local name="$1"
  shift
  # Without flock (it is part of every Debian) nothing is fetched twice at once but by bad luck, and what is made is made again.
  if ! command -v flock >/dev/null; then
    "$@"
    return
  fi
  (flock 9 && "$@" 9>&-) 9>"$TARGET/.$name.lock"
}

# npm packages of a folder, installed only when its lock file changed since the last time. packages DIR
packages() {
  alone "npm-$(basename "$1")" fresh_packages "$1"
}

fresh_packages() {
  local dir="$1" lock stamp="$1/node_modules/.installed-for"
  lock="$(sha256sum <"$dir/package-lock.json")"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ]; then return 0; fi
  (cd "$dir" && npm ci && mkdir -p node_modules) && printf '%s\n' "$lock" >"$stamp"
}
