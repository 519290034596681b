#!/usr/bin/env bash
# with-postgres.sh COMMAND… : runs COMMAND with a private PostgreSQL of its own, and takes it away afterwards.
#
# The cluster lives in one folder, listens on a free loopback port and a socket inside that folder, and is reached
# through YOULIN_TEST_POSTGRES_URL. Durability is ON (fsync, synchronous_commit): what is measured is the PostgreSQL of
# real life. Tests make and drop hundreds of databases and set YOULIN_TEST_POSTGRES_FSYNC=off: that survives the killing of
# PostgreSQL, which they try, though no power cut. PostgreSQL refuses to run as root, so root runs it as Debian's user
# `postgres`.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - INT TERM HUP

if [ $# -eq 0 ]; then
  echo "usage: scripts/with-postgres.sh COMMAND…" >&2
  exit 2
fi
"$ROOT/scripts/need.sh" postgres >&2 || exit 1
# runuser lies in sbin, which a plain user's or a bare PATH may lack.
PATH="$PATH:/usr/sbin:/sbin"
BIN="$("$ROOT/scripts/need.sh" --print postgres)"

AS=()
if [ "$(id -u)" -eq 0 ]; then AS=(runuser -u postgres --); fi

# A socket's full name may have 107 bytes at most; `/.s.PGSQL.65535` takes 15 of them.
fits() { [ "${#1}" -le 90 ] && "${AS[@]}" test -x "$(dirname "$1")"; }

# Clusters whose starter was killed too hard to clean up: found by the starter's id kept beside them.
sweep() {
  local dir owner
  for dir in "$TARGET"/pg-*/ "${TMPDIR:-/tmp}"/youlin-pg-*/ /dev/shm/youlin-pg-*/; do
    [ -f "$dir/starter" ] || continue
    owner="$(cat "$dir/starter")"
    if kill -0 "$owner" 2>/dev/null; then continue; fi
    "${AS[@]}" "$BIN/pg_ctl" --pgdata="$dir/data" --mode=immediate --wait stop >/dev/null 2>&1
    rm -rf "$dir"
  done
}
sweep

# Where it may forget on a power cut, it may as well live in memory, if there is plenty.
HOME_DIR="$TARGET/pg-$$"
if [ "${YOULIN_TEST_POSTGRES_FSYNC:-on}" = off ] && room_in_memory 10; then
  HOME_DIR="$(mktemp -d /dev/shm/youlin-pg-XXXXXX)" || exit 1
elif fits "$HOME_DIR"; then
  rm -rf "$HOME_DIR" && mkdir -p "$HOME_DIR" || exit 1
else
  HOME_DIR="$(mktemp -d "${TMPDIR:-/tmp}/youlin-pg-XXXXXX")" || exit 1
fi
echo $$ >"$HOME_DIR/starter"

CHILD=
clean_up() {
  trap '' INT TERM HUP
  if [ -n "$CHILD" ]; then
    kill -TERM -- "-$CHILD" 2>/dev/null
    wait "$CHILD" 2>/dev/null
  fi
  # pg_ctl stops the server by the process id in its own folder.
  if [ -f "$HOME_DIR/data/postmaster.pid" ]; then
    "${AS[@]}" "$BIN/pg_ctl" --pgdata="$HOME_DIR/data" --mode=fast --wait --timeout=20 stop >/dev/null 2>&1 ||
      "${AS[@]}" "$BIN/pg_ctl" --pgdata="$HOME_DIR/data" --mode=immediate --wait stop >/dev/null 2>&1
  fi
  rm -rf "$HOME_DIR"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fail() {
  echo "$1" >&2
  tail -n 20 "$HOME_DIR/initdb.log" "$HOME_DIR/server.log" >&2 2>/dev/null
  exit 1
}

password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
(umask 077 && printf '%s\n' "$password" >"$HOME_DIR/password")
chmod 700 "$HOME_DIR"
if [ "$(id -u)" -eq 0 ]; then chown -R postgres: "$HOME_DIR"; fi
cd "$HOME_DIR" || exit 1

"${AS[@]}" "$BIN/initdb" --pgdata="$HOME_DIR/data" --username=youlin --pwfile="$HOME_DIR/password" --auth=scram-sha-256 \
  --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$HOME_DIR/initdb.log" 2>&1 || fail "initdb failed:"

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Another program may take the port between finding and using it: try again with the next.
started=
for _ in 1 2 3; do
  port="$(free_port)"
  cat >"$HOME_DIR/data/postgresql.auto.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$HOME_DIR'
fsync = ${YOULIN_TEST_POSTGRES_FSYNC:-on}
synchronous_commit = on
full_page_writes = on
max_connections = 200
shared_buffers = '256MB'
timezone = 'UTC'
log_min_messages = warning
CONF
  if "${AS[@]}" "$BIN/pg_ctl" --pgdata="$HOME_DIR/data" --log="$HOME_DIR/server.log" --wait --timeout=60 start >/dev/null 2>&1; then
    started=yes
    break
  fi
done
[ -n "$started" ] || fail "PostgreSQL did not start:"

export YOULIN_TEST_POSTGRES_URL="postgres://youlin:$password@127.0.0.1:$port/postgres"

# In a process group of its own, so that a signal reaches all of it and nothing else.
cd "$OLDPWD" || exit 1
set -m
"$@" &
CHILD=$!
set +m
code=0
wait "$CHILD" || code=$?
CHILD=
exit "$code"
