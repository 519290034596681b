#!/usr/bin/env bash
# need.sh WHAT… : makes sure the named things are there, or says in one sentence what to install and fails.
# cargo, node and python are only looked for; chromium, postgres, java and Python's venv module are installed
# from Debian's packages when root.
set -u

missing() {
  echo "$1" >&2
  exit 1
}

# The newest PostgreSQL program folder of Debian, else where initdb lies in PATH; nothing when there is none.
postgres_bin() {
  local dir
  dir="$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)"
  if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
    echo "$dir"
  elif command -v initdb >/dev/null && command -v postgres >/dev/null; then
    dirname "$(readlink -f "$(command -v initdb)")"
  fi
}

# The shell is the same engine without the windows around it: pages take a third less of the processor in it.
chromium_bin() {
  local name
  for name in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name"; then return 0; fi
  done
}

# Chinese text without a font is empty boxes: widths and screenshots would prove nothing.
has_chinese_font() {
  command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family | head -n 1)" ]
}

# apt PACKAGE… : refreshes the package lists first when there are none, again when the packages are not found. One at a time:
# two that read the lists at once would both fail.
apt() {
  (flock 9 && apt_alone "$@" 9>&-) 9>/tmp/youlin-apt.lock
}

apt_alone() {
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=180)
  export DEBIAN_FRONTEND=noninteractive
  if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then apt-get update -q || return 1; fi
  apt-get install "${options[@]}" "$@" && return 0
  apt-get update -q && apt-get install "${options[@]}" "$@"
}

install() {
  local what="$1"
  shift
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    missing "$what is missing: install it with \`sudo apt-get install $*\` and run this again."
  fi
  echo "installing $* from Debian's packages"
  apt "$@" </dev/null || missing "$what could not be installed: \`apt-get install $*\` failed, its messages are above."
}

need() {
  case "$1" in
    cargo)
      command -v cargo >/dev/null ||
        missing "Rust is missing: install it from https://rustup.rs (the tool chain named in Cargo.toml) and run this again." ;;
    node)
      if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        missing "Node is missing: install Node 20 or newer with npm (https://nodejs.org) and run this again."
      fi
      [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] ||
        missing "Node $(node --version) is too old: install Node 20 or newer (https://nodejs.org) and run this again." ;;
    python)
      command -v python3 >/dev/null && python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        missing "Python 3.11 or newer is missing: install it with \`sudo apt-get install python3 python3-venv\` and run this again."
      # Debian cuts the module that fills virtual environments out of its python3.
      python3 -c 'import ensurepip, venv' 2>/dev/null || install "Python's venv module" python3-venv ;;
    chromium)
      # Not every Debian has the shell by itself: any Chromium will do.
      if ! command -v "${CHROMIUM:-chromium-headless-shell}" >/dev/null && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        apt chromium-headless-shell </dev/null >/dev/null 2>&1
      fi
      if [ -z "$(chromium_bin)" ] || ! has_chinese_font; then
        install "Chromium with Chinese fonts" chromium fonts-noto-cjk fontconfig
      fi ;;
    postgres)
      if [ -z "$(postgres_bin)" ]; then install PostgreSQL postgresql; fi ;;
    java)
      if ! command -v java >/dev/null; then install Java default-jre-headless; fi ;;
    *) missing "need.sh knows cargo, node, python, chromium, postgres and java, not $1." ;;
  esac
}

# `need.sh --print chromium|postgres` prints where it is, for other scripts.
if [ "${1:-}" = --print ]; then
  case "${2:-}" in
    chromium) chromium_bin ;;
    postgres) postgres_bin ;;
    *) missing "need.sh --print knows chromium and postgres." ;;
  esac
  exit
fi
for what in "$@"; do need "$what"; done
