#!/usr/bin/env bash
# check.sh lint|test : what `make lint` and `make test` do.
# Every stage runs even when an earlier one failed; the last line is `N passed, N failed` over all of them.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
"$ROOT/scripts/need.sh" cargo node python || exit 1
cd "$ROOT" || exit 1

web_check() {
  packages "$ROOT/web" && cd "$ROOT/web" && npm run --if-present check && npm run --if-present test
}

licences() {
  if command -v cargo-deny >/dev/null; then
    # The advisories' database is fetched; where that is impossible the other three still hold.
    cargo deny check licenses bans sources && { cargo deny check advisories || cargo deny --offline check advisories; }
  else
    scripts/check_deps.py
  fi
}

nextest() {
  # Doctests are cargo's own business: nextest does not run them.
  local code=0
  # A test that waits for the disk or for PostgreSQL leaves its processor to another.
  cargo nextest run --workspace --test-threads $((2 * $(nproc))) --no-fail-fast --failure-output immediate-final "${CARGO_LOCKED[@]}" || code=1
  cargo test --workspace --doc --no-fail-fast "${CARGO_LOCKED[@]}" || code=1
  return $code
}

# What tests write is thrown away: in memory, where there is plenty of room, nobody waits for the disk. So does
# with-postgres.sh with a PostgreSQL that need not survive. TESTS_ON_DISK=1 keeps all of it on the disk.
in_memory() {
  local folder
  if room_in_memory 4 && folder="$(mktemp -d /dev/shm/youlin-XXXXXX)"; then
    # shellcheck disable=SC2064 # the folder of this call
    (trap "rm -rf '$folder'" EXIT; TMPDIR="$folder" "$@")
  else
    "$@"
  fi
}

rust_tests() {
  in_memory all_rust_tests
}

all_rust_tests() {
  if command -v cargo-nextest >/dev/null; then nextest; else cargo test --workspace --no-fail-fast "${CARGO_LOCKED[@]}"; fi
}

browser() {
  packages "$ROOT/e2e" && in_memory node "$ROOT/e2e/run.mjs"
}

# What the later stages need from outside is fetched while the compiler works. Whatever fails here is tried again, and told,
# by the stage that needs it.
fetch_ahead() {
  "${again[@]}" fetch </dev/null >"$LOGS/fetch.log" 2>&1 &
}

fetch() {
  scripts/need.sh postgres
  if [ -f e2e/package.json ]; then
    scripts/need.sh chromium
    python_tools
    packages "$ROOT/e2e"
  fi
}

# A virtual environment of our own, remade when the pinned versions change.
python_tools() {
  alone venv fresh_python_tools
}

fresh_python_tools() {
  local venv="$TARGET/venv" wanted
  wanted="$(sha256sum <e2e/requirements.txt)"
  if [ -x "$venv/bin/schemathesis" ] && [ "$(cat "$venv/.installed-for" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  rm -rf "$venv"
  python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check -r e2e/requirements.txt &&
    printf '%s\n' "$wanted" >"$venv/.installed-for"
}

contract() {
  python_tools && PATH="$TARGET/venv/bin:$PATH" in_memory e2e/schemathesis.sh
}

peers() {
  python_tools && PATH="$TARGET/venv/bin:$PATH" scripts/peers.sh
}

# clippy-driver is the compiler with clippy's eyes. In a fresh clone, where nothing is there to be used again, it takes the
# compiler's place: everything is compiled once, where clippy and the tests after it would both read it all.
in_one_go() {
  [ "${CI:-}" = true ] || return 1
  local driver
  driver="$(rustc --print sysroot)/bin/clippy-driver"
  [ -x "$driver" ] || return 1
  export RUSTC_WORKSPACE_WRAPPER="$driver"
}

clippy() {
  if [ -z "${RUSTC_WORKSPACE_WRAPPER:-}" ]; then
    cargo clippy --workspace --all-targets "${CARGO_LOCKED[@]}" -- -D warnings
  else
    # Not denied: a warning is a failure here, but what it is about is compiled and tested all the same.
    local said
    said="$(mktemp)"
    cargo build --workspace --all-targets "${CARGO_LOCKED[@]}" 2>&1 | tee "$said"
    [ "${PIPESTATUS[0]}" -eq 0 ] && ! grep -q '^warning: ' "$said"
  fi
}

# `timeout` starts programs, not functions: a stage that is a function comes back here by its name.
if [ "${1:-}" = --stage ]; then
  trap - INT TERM HUP
  "$2"
  exit
fi
again=("$ROOT/scripts/check.sh" --stage)

lint() {
  stage scripts check 2 scripts/check-scripts.sh
  stage rustfmt check 2 cargo fmt --all --check
  if [ -f web/package.json ]; then
    stage web check 10 "${again[@]}" web_check
    # Built here already: the server embeds it, and a bundle that does not build is a fault of its own.
    stage web-build setup 10 scripts/web.sh
  else
    skip web 'web/package.json is not there'
  fi
  stage clippy check 25 "${again[@]}" clippy
  stage licences check 5 "${again[@]}" licences
  if ! command -v cargo-deny >/dev/null; then skip advisories 'cargo-deny is not installed'; fi
}

rust_stages() {
  # Selecting the tests too resolves the same features as the tests do: nothing is compiled twice.
  stage build setup 25 cargo build --workspace --bins --tests "${CARGO_LOCKED[@]}"
  if stage postgres setup 10 scripts/need.sh postgres; then
    stage rust-tests cargo 25 env YOULIN_TEST_POSTGRES_FSYNC=off scripts/with-postgres.sh "${again[@]}" rust_tests
  else
    # Without PostgreSQL the run has failed already; what SQLite says is still worth knowing.
    stage rust-tests cargo 25 "${again[@]}" rust_tests
  fi
}

peer_stages() {
  stage peers own 10 "${again[@]}" peers
}

browser_stages() {
  export YOULIN_BIN="$TARGET/debug/youlin"
  if [ ! -f e2e/package.json ]; then
    skip browser 'e2e/package.json is not there'
  elif stage chromium setup 15 scripts/need.sh chromium; then
    CHROMIUM="$(scripts/need.sh --print chromium)"
    export CHROMIUM
    stage browser node 25 "${again[@]}" browser
  else
    unable browser 'there is no Chromium to run it in'
  fi
  if [ -f e2e/schemathesis.sh ]; then
    stage schemathesis own 10 "${again[@]}" contract
  else
    skip schemathesis 'e2e/schemathesis.sh is not there'
  fi
}

case "${1:-}" in
  lint) lint ;;
  test)
    in_one_go || true
    fetch_ahead
    lint
    rust_stages
    peer_stages
    browser_stages ;;
  *)
    echo "usage: scripts/check.sh lint|test" >&2
    exit 2 ;;
esac
finish
