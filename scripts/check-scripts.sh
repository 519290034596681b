#!/usr/bin/env bash
# check-scripts.sh : every script parses, is executable when it is meant to be run, and only then.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - INT TERM HUP
faults=0
fault() {
  echo "$1: $2"
  faults=$((faults + 1))
}
cd "$ROOT" || exit 1
for script in scripts/*.sh scripts/*.py .ci/run e2e/*.sh; do
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
[ "$faults" -eq 0 ]
