#!/usr/bin/env bash
# check-scripts.sh : every script parses, is executable when it is meant to be run, and only then; and the totals are
# read right from what the runners print, for a miscount would hide a failure.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - INT TERM HUP
faults=0
fault() {
  echo "$1: $2"
  faults=$((faults + 1))
}
cd "$ROOT" || exit 1
for script in scripts/*.sh scripts/*.py scripts/peers/*.py .ci/run e2e/*.sh; do
  [ -f "$script" ] || continue
  case "$script" in
    *.py) python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$script" ||
      fault "$script" 'does not parse' ;;
    *) bash -n "$script" || fault "$script" 'does not parse' ;;
  esac
  if [ "$script" = scripts/lib.sh ]; then
    if [ -x "$script" ]; then fault "$script" 'is sourced and must not be executable'; fi
  else
    if [ ! -x "$script" ]; then fault "$script" 'is not executable (chmod +x)'; fi
    head -n 1 "$script" | grep -q '^#!/usr/bin/env ' || fault "$script" 'has no #!/usr/bin/env line'
  fi
done
for module in e2e/*.mjs e2e/lib/*.mjs e2e/tests/*.mjs; do
  [ -f "$module" ] || continue
  node --check "$module" || fault "$module" 'does not parse'
done

# An example in the documentation of a crate that is not asked for its examples would never run.
for manifest in $(grep -lx 'doctest = false' crates/*/Cargo.toml crates/*/*/Cargo.toml); do
  if grep -rqE '^ *//[/!] ```$' "${manifest%/*}/src"; then fault "$manifest" 'has doctest = false, but its documentation has examples'; fi
done

# counts KIND "PASSED FAILED SKIPPED" TEXT
counts() {
  local got
  got="$(totals_of "$1" <(printf '%b' "$3"))"
  if [ "$got" != "$2" ]; then fault "totals_of $1" "read '$got' instead of '$2' from: $3"; fi
}
counts cargo '2 2 4' '     Summary [   0.008s] 4 tests run: 2 passed (1 slow), 1 failed, 1 timed out, 4 skipped\n'
counts cargo '7 1 2' 'test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured\ntest result: ok. 4 passed; 0 failed; 0 ignored\n'
counts cargo '' 'error: could not compile `youlin`\n'
counts node '5 3 1' 'ℹ tests 9\nℹ pass 5\nℹ fail 1\nℹ cancelled 2\nℹ skipped 1\nℹ todo 0\n✖ fail 7\n'
counts node '5 0 0' '# pass 5\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n'
counts own '4 2 0' 'noise\n4 passed, 2 failed\n'

# names KIND "NAME" TEXT
names() {
  local got
  got="$(failures_of "$1" <(printf '%b' "$3"))"
  if [ "$got" != "$2" ]; then fault "failures_of $1" "read '$got' instead of '$2' from: $3"; fi
}
names cargo 'app::story sqlite::river' '        PASS [   0.1s] app::story a
        FAIL [   0.5s] ( 12/990) app::story sqlite::river
        FAIL [   0.5s] ( 12/990) app::story sqlite::river
'
names cargo 'visits::twice' 'test visits::once ... ok
test visits::twice ... FAILED
'
names node 'the outbox empties' '✔ a page opens (3.1ms)
✖ the outbox empties (31.5ms)
✖ failing tests:
  ✖ the outbox empties (31.5ms)
'
names own 'visitor: GET /cases' 'FAILED visitor: GET /cases
4 passed, 2 failed
'
[ "$faults" -eq 0 ]
