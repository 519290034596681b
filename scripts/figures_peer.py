#!/usr/bin/env python3
"""figures_peer.py CSV : asks DuckDB over Parquet what `residents.rs` asks, on one thread; prints milliseconds as JSON.

Needs `duckdb` from PyPI; used for measuring only.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

TODAY = "DATE '2026-11-26'"
ALONE = "list_contains(labels, 'living_alone')"
SEEN = f"(seen IS NULL OR seen <= {TODAY} - 30)"
QUESTIONS = {
    "all": "SELECT count(*) FROM p",
    "label": f"SELECT count(*) FROM p WHERE {ALONE}",
    "grid": "SELECT grid, count(*) FROM p GROUP BY grid",
    "grid_of_label": f"SELECT grid, count(*) FROM p WHERE {ALONE} GROUP BY grid",
    "pyramid": f"SELECT date_sub('year', born, {TODAY}) // 5 AS band, sex, count(*) FROM p GROUP BY band, sex",
    "dwellings": "SELECT count(DISTINCT dwelling) FROM p",
    "as_of": f"SELECT count(*) FROM p WHERE {SEEN}",
    "composed": f"""SELECT count(*) FROM p WHERE born <= {TODAY} - INTERVAL 80 YEAR AND {ALONE} AND {SEEN}
        AND NOT EXISTS (SELECT 1 FROM p q WHERE q.building = p.building AND list_contains(q.labels, 'talent:first_aid'))""",
}


def main() -> None:
    csv = Path(sys.argv[1])
    parquet = csv.with_suffix(".parquet")
    db = duckdb.connect()
    db.execute("SET threads = 1")
    db.execute(
        f"""COPY (SELECT id, grid, building, dwelling, born, sex,
              CASE WHEN labels IS NULL OR labels = '' THEN [] ELSE string_split(labels, ';') END AS labels, seen
            FROM read_csv('{csv}', header = true, types = {{'labels': 'VARCHAR', 'seen': 'DATE', 'born': 'DATE'}}))
            TO '{parquet}' (FORMAT parquet)"""
    )
    db.execute(f"CREATE VIEW p AS SELECT * FROM read_parquet('{parquet}')")
    answers = {}
    for name, question in QUESTIONS.items():
        times = []
        for _ in range(5):
            began = time.perf_counter()
            rows = db.execute(question).fetchall()
            times.append((time.perf_counter() - began) * 1000)
        total = rows[0][0] if len(rows) == 1 else sum(row[-1] for row in rows)
        answers[name] = {"ms": sorted(times)[2], "count": total}
    print(json.dumps(answers))


main()
