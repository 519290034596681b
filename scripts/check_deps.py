#!/usr/bin/env python3
"""Hold every Rust dependency to the licences, bans and sources written in deny.toml.

Stands in for `cargo deny check licenses bans sources` where cargo-deny is not installed (building it takes longer
than the whole test run). It reads the same deny.toml, so there is one list of rules. It knows no advisories:
those need cargo-deny and its database.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOKEN = re.compile(r"\(|\)|[A-Za-z0-9.+-]+")


class Expression:
    """A licence expression as crates write it: `A OR B`, `A AND (B OR C)`, `A WITH E`, and the old `A/B`."""

    def __init__(self, text):
        self.tokens = TOKEN.findall(text.replace("/", " OR "))
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self):
        token = self.peek()
        self.at += 1
        return token

    def allowed_by(self, allowed):
        """True when some choice the expression offers lies wholly in `allowed`; AND binds tighter than OR."""
        result = self.either(allowed)
        if self.peek() is not None:
            raise ValueError(f"unexpected {self.peek()!r}")
        return result

    def either(self, allowed):
        result = self.both(allowed)
        while self.peek() == "OR":
            self.take()
            other = self.both(allowed)
            result = result or other
        return result

    def both(self, allowed):
        result = self.single(allowed)
        while self.peek() == "AND":
            self.take()
            other = self.single(allowed)
            result = result and other
        return result

    def single(self, allowed):
        token = self.take()
        if token == "(":
            result = self.either(allowed)
            if self.take() != ")":
                raise ValueError("a bracket is not closed")
            return result
        if token is None or token in (")", "AND", "OR", "WITH"):
            raise ValueError(f"a licence is missing before {token!r}")
        if self.peek() == "WITH":
            self.take()
            token = f"{token} WITH {self.take()}"
        return token in allowed


def licence_fault(package, rules):
    """One sentence when the package's licence is not allowed, else None."""
    exceptions = {e.get("crate") or e.get("name"): e["allow"] for e in rules.get("exceptions", [])}
    allowed = set(rules["allow"]) | set(exceptions.get(package["name"], []))
    if not package["license"]:
        return "declares no licence (only a file): read it and add an exception to deny.toml"
    try:
        if Expression(package["license"]).allowed_by(allowed):
            return None
    except ValueError as error:
        return f"has a licence expression that cannot be read, {package['license']!r}: {error}"
    return f"is under {package['license']!r}, which deny.toml does not allow"


def source_fault(package, rules):
    """One sentence when the package comes from elsewhere than the allowed registries, else None."""
    source = package["source"]
    if source is None:
        inside = Path(package["manifest_path"]).is_relative_to(ROOT)
        return None if inside else f"is taken from outside this repository: {package['manifest_path']}"
    if any(source == f"registry+{registry}" for registry in rules["allow-registry"]):
        return None
    return f"comes from {source}, which is not an allowed registry"


def faults(metadata, rules):
    """Every broken rule as a sentence, in the order of the packages."""
    banned = {entry.get("crate") or entry.get("name") for entry in rules["bans"]["deny"]}
    for package in metadata["packages"]:
        name = f"{package['name']} {package['version']}"
        if package["name"] in banned:
            yield f"{name} is banned by deny.toml; `cargo tree -i {package['name']}` shows who brings it"
        for fault in (licence_fault(package, rules["licenses"]), source_fault(package, rules["sources"])):
            if fault:
                yield f"{name} {fault}"


def main():
    rules = tomllib.loads((ROOT / "deny.toml").read_text(encoding="utf-8"))
    command = ["cargo", "metadata", "--format-version", "1"]
    for target in rules["graph"]["targets"]:
        command += ["--filter-platform", target]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        sys.exit(f"cargo metadata failed:\n{answer.stderr}")
    metadata = json.loads(answer.stdout)
    found = list(faults(metadata, rules))
    for fault in found:
        print(fault)
    print(f"{len(metadata['packages'])} packages looked at, {len(found)} faults (advisories need cargo-deny)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
