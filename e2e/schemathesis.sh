#!/usr/bin/env bash
# schemathesis.sh : the REST interface against its own description (see contract.mjs).
# `make test` puts its own virtual environment first in PATH; alone, any installed schemathesis does.
set -u
if ! command -v schemathesis >/dev/null; then
  echo "Schemathesis is missing: \`make test\` installs it under target/venv, or use \`pip install -r e2e/requirements.txt\`." >&2
  exit 1
fi
exec node "$(dirname "${BASH_SOURCE[0]}")/contract.mjs"
