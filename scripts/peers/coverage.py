#!/usr/bin/env python3
"""coverage.py JSON : asks shapely what the engine `coverage` said of walks (its example `coverage_peer`).

Ends with `N passed, M failed`.
"""

import json
import math
import sys
from pathlib import Path

from shapely import LineString, Point, union_all

A, E2 = 6_378_137.0, 0.006_694_379_990_14
CORRIDOR_M, WALK, GAP_MS = 50.0, 3.0, 180_000
PLAIN_S, FAR, STRAY = 60.0, 4.0, 2.5


def plane(line):
    """Metres around the middle of the line's box."""
    lons, lats = [p[0] for p in line], [p[1] for p in line]
    lon, lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    phi = math.radians(lat)
    w2 = 1 - E2 * math.sin(phi) ** 2
    x = math.radians(1) * A / math.sqrt(w2) * math.cos(phi)
    y = math.radians(1) * A * (1 - E2) / w2**1.5
    return lambda p: ((p[0] - lon) * x, (p[1] - lat) * y)


def walkable(fixes, i, j):
    """At 3 m/s at most from the i-th fix to the j-th; of less than a minute as seen from the fixes around."""
    (a, t, one), (b, u, other) = fixes[i], fixes[j]
    seconds = (u - t) / 1000
    if seconds <= 0 or seconds >= PLAIN_S:
        return seconds > 0 and a.distance(b) <= WALK * seconds
    if a.distance(b) - FAR * math.hypot(one, other) > WALK * seconds:
        return False
    begin, end = ((t + u) / 2000 + half for half in (-PLAIN_S / 2, PLAIN_S / 2))
    low = max((k for k in range(i + 1) if fixes[k][1] / 1000 <= begin), default=0)
    high = min((k for k in range(j, len(fixes)) if fixes[k][1] / 1000 >= end), default=len(fixes) - 1)
    way = fixes[low][0].distance(a) + a.distance(fixes[high][0])
    return way <= WALK * (fixes[high][1] - fixes[low][1]) / 1000


def covered(reach, corridor, fixes):
    """Metres of the reach, as the rule says it. Fixes lie 30 s apart at least."""
    inside = [corridor.contains(fix[0]) for fix in fixes]
    pairs = [(i, i + 1) for i in range(len(fixes) - 1) if inside[i] and inside[i + 1]]
    # One alone outside, as far as its radius explains, is left out.
    for i in range(len(fixes) - 2):
        stray, _, radius = fixes[i + 1]
        alone = inside[i] and not inside[i + 1] and inside[i + 2]
        if alone and corridor.distance(stray) <= STRAY * radius:
            pairs.append((i, i + 2))
    pieces = []
    for i, j in pairs:
        ends = sorted((reach.project(fixes[i][0]), reach.project(fixes[j][0])))
        if fixes[j][1] - fixes[i][1] <= GAP_MS and ends[1] > ends[0] and walkable(fixes, i, j):
            pieces.append(LineString([(ends[0], 0), (ends[1], 0)]))
    if not pieces:
        return 0.0
    walked = union_all(pieces)
    # Who strays no farther than two fixes of one place may seem apart, and a half more for many of them, stands.
    radii = [radius for (_, _, radius), inner in zip(fixes, inside) if inner]
    strays = STRAY * STRAY * math.sqrt(2) * sum(radii) / len(radii)
    from_m, _, to_m, _ = walked.bounds
    return 0.0 if to_m - from_m <= min(strays, reach.length / 2) else walked.length


def main():
    data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    metres = plane(data["line"])
    reach = LineString([metres(p) for p in data["line"]])
    half = data["half_width_m"] + CORRIDOR_M
    # A circle of many corners: shapely's own has so few that the corridor would lack a metre at bends.
    corridor = reach.buffer(half, quad_segs=256)
    passed, faults = 0, []
    for at, case in enumerate(data["cases"]):
        fixes = [(Point(metres(f)), f[2], f[3]) for f in case["fixes"]]
        want = covered(reach, corridor, fixes)
        if abs(want - case["covered_m"]) <= 0.001 * reach.length:
            passed += 1
        else:
            faults.append(f"walk {at}: shapely {want:.1f} m, engine {case['covered_m']:.1f} m")
    for point in data["points"]:
        spot, place = Point(metres((point["lon"], point["lat"]))), point["place"]
        same = abs(reach.distance(spot) - place["offset_m"]) < 0.01
        # On the inner side of a bend two places are equally near.
        there = reach.interpolate(place["at_m"]).distance(spot)
        same = same and abs(there - place["offset_m"]) < 0.01
        if same and place["in_corridor"] == (reach.distance(spot) <= half):
            passed += 1
        else:
            faults.append(f"point {point}: shapely {reach.project(spot):.2f} m, {reach.distance(spot):.2f} m beside")
    print("\n".join(faults))
    print(f"{passed} passed, {len(faults)} failed")
    return 1 if faults else 0


sys.exit(main())
