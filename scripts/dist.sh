#!/usr/bin/env bash
# dist.sh [ARGUMENT…] : builds the program that is installed, target/dist/youlin, with the packages the arguments name beside it.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - INT TERM HUP
"$ROOT/scripts/need.sh" cargo node
"$ROOT/scripts/web.sh" >"$LOGS/web.log" 2>&1 || { tail -n 60 "$LOGS/web.log" >&2; exit 1; }
cd "$ROOT"
# The places in the file that hold addresses (tables of methods, mostly) are listed with a bit each instead of 24 bytes.
# Linux with glibc 2.36 or newer reads that; an older one says at the start what it lacks.
if [ "$(uname -s)" = Linux ]; then export RUSTFLAGS="${RUSTFLAGS:-} -C link-arg=-Wl,-z,pack-relative-relocs"; fi
# Compiled as one piece: this takes some ten to twenty minutes.
cargo build --profile dist --quiet -p youlin "$@" "${CARGO_LOCKED[@]}"
ls -l "$TARGET/dist/youlin"
