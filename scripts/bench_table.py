#!/usr/bin/env python3
"""Print target/bench/results.json as a table, and fail when a figure misses its target."""

import json
import sys
from pathlib import Path

COLUMNS = ("name", "value", "unit", "size", "limit", "ratio", "target", "ok")


def cell(value):
    """One value as the table shows it: numbers short but never rounded below three digits, nothing as a dash."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def main():
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    rows = [COLUMNS] + [tuple(cell(result.get(column)) for column in COLUMNS) for result in results]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    missed = [result["name"] for result in results if result.get("ok") is False]
    if missed:
        print(f"\nmissed: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
