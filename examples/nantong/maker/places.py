"""Areas, boundaries, estates, buildings and dwellings."""
from .facts import COMMUNITIES, ESTATES, FILLERS, GRIDS, NBS, OWN, RNG, SUBDISTRICTS, grid_code
from .shapes import border_distance, inside, lattice, metres, ring_of


def make_areas():
    """Rows of areas.csv and the rings by code."""
    rows = [("32", *NBS, "province", "", "江苏省", "Jiangsu Province", "江苏"),
            ("3206", *NBS, "city", "32", "南通市", "Nantong City", "南通"),
            ("320613", *NBS, "district", "3206", "崇川区", "Chongchuan District", "崇川")]
    rings = {}
    cx, cy, rx, ry = 120.874, 32.0, .134, .13
    seeds = [((s[5] - cx) / rx, (s[6] - cy) / ry) for s in SUBDISTRICTS] + [((x - cx) / rx, (y - cy) / ry) for x, y in FILLERS]
    arcs = lattice(cx, cy, rx, ry, 72, seeds, .0007, 1.3)
    rings["320613"] = ring_of(arcs, set(range(len(seeds))))
    for k, (code, scheme, name, en, short, *_xy) in enumerate(SUBDISTRICTS):
        rows.append((code, *scheme, "subdistrict", "320613", name, en, short))
        rings[code] = ring_of(arcs, {k})
    for n, (code, scheme, parent, name, en, short, tag, x, y, w, h) in enumerate(COMMUNITIES):
        rows.append((code, *scheme, "community", parent, name, en, short))
        cells = [(g, k, nb) for g, (_, _, nbs) in enumerate(GRIDS[tag], 1) for k, nb in enumerate(nbs, 1)]
        arcs = lattice(x, y, w, h, 40, [(nb[2], nb[3]) for _, _, nb in cells], w / 60, 2.1 + .7 * n)
        rings[code] = ring_of(arcs, set(range(len(cells))))
        for g, (gname, gen, _) in enumerate(GRIDS[tag], 1):
            gcode = grid_code(tag, g)
            rows.append((gcode, *OWN, "grid", code, gname, gen, gname.removesuffix("网格")))
            rings[gcode] = ring_of(arcs, {i for i, c in enumerate(cells) if c[0] == g})
            for i, (cg, k, nb) in enumerate(cells):
                if cg == g:
                    ncode = grid_code(tag, g, k)
                    rows.append((ncode, *OWN, "neighbourhood", gcode, nb[0], nb[1], nb[0].removesuffix("邻里")))
                    rings[ncode] = ring_of(arcs, {i})
    return rows, rings


def spread(ring, count):
    """Points for `count` buildings: rows of slabs with about 28 m between them, well inside the ring."""
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    centre = (sum(xs[:-1]) / len(xs[:-1]), sum(ys[:-1]) / len(ys[:-1]))
    spots = []
    for step in (48, 40, 33, 27):
        spots = []
        y = min(ys)
        while y < max(ys):
            x = min(xs)
            while x < max(xs):
                p = (round(x + RNG.uniform(-.00004, .00004), 6), round(y + RNG.uniform(-.00003, .00003), 6))
                if inside(p, ring) and border_distance(p, ring) > 14:
                    spots.append(p)
                x += step * 1.2 / 94300
            y += step / 111200
        if len(spots) >= count:
            break
    if len(spots) < count:
        raise SystemExit("no room for the buildings")
    spots = sorted(spots, key=lambda p: metres(p, centre))[:count]
    return sorted(spots, key=lambda p: (-round(p[1], 4), p[0]))


def make_houses(rings):
    estates, buildings, dwellings = [], [], []
    for tag, key, name, aliases, road, address, year, nbs, count, floors, flats, entrances in ESTATES:
        community = next(c[0] for c in COMMUNITIES if c[6] == tag)
        codes = [grid_code(tag, g, n) for g, n in nbs]
        share = [count // len(codes) + (1 if i < count % len(codes) else 0) for i in range(len(codes))]
        spots = [(p, code) for code, n in zip(codes, share) for p in spread(rings[code], n)]
        estates.append((key, community, name, aliases, address, year, *spots[0][0], codes[0]))
        for number, (p, code) in enumerate(spots, 1):
            bkey = f"b-{key[3:]}-{number}"
            extra = f"{number}幢;{number}栋" + (f";{number}号" if "号" not in name else "")
            buildings.append((bkey, key, f"{number}号楼", extra, floors, *p, code))
            per_floor, gates = (4, 1) if bkey == "b-gmdc-12" else (flats, entrances)
            if key == "es-qnzl50":
                gates, per_floor = 2, 1
            for gate in range(1, gates + 1):
                for floor in range(1, floors + 1):
                    for flat in range(1, per_floor + 1):
                        room = f"{floor}{flat:02d}"
                        # the home of the story has to be lived in by its owner, whatever the dice say
                        use = RNG.choices(("owned", "let", "empty"), (70, 21, 9))[0]
                        if (bkey, room) == ("b-gmdc-12", "304"):
                            use = "owned"
                        dwellings.append((f"d-{key[3:]}-{number}-{gate}-{room}", bkey, f"{gate}单元", room, floor, use))
    return estates, buildings, dwellings
