"""Labelled lattices become polygons that share their edges exactly.

Each cell of a small jittered lattice belongs to the nearest seed. Borders are cut into arcs between the nodes
where three areas meet, every arc is simplified once and used by both of its sides: no gaps, no overlaps.
Distances use a local plane (1 degree of latitude = 111.2 km), good to a few metres over a community.
"""
import math
import random
from collections import Counter, defaultdict


def dp(points, tol):
    """Douglas-Peucker; the two ends stay, so arcs that meet in a node still meet."""
    if len(points) < 3:
        return points
    (ax, ay), (bx, by) = points[0], points[-1]
    length = math.hypot(bx - ax, by - ay)
    def off(p):
        if length == 0:
            return math.hypot(p[0] - ax, p[1] - ay)
        return abs((bx - ax) * (p[1] - ay) - (by - ay) * (p[0] - ax)) / length
    i = max(range(1, len(points) - 1), key=lambda k: off(points[k]))
    if off(points[i]) <= tol:
        return [points[0], points[-1]]
    return dp(points[:i + 1], tol)[:-1] + dp(points[i:], tol)


def smooth(points, passes=4):
    """Take the stairs of the lattice out of an arc; its ends stay."""
    for _ in range(passes):
        points = [points[0], *(tuple(round((a[k] + 2 * b[k] + c[k]) / 4, 6) for k in (0, 1))
                               for a, b, c in zip(points, points[1:], points[2:])), points[-1]]
    return points


def arcs_of(label, width, height, position, tol):
    """Borders between differently labelled cells as simplified arcs: [(left, right, points)]."""
    links = defaultdict(list)
    def at(i, j):
        return label.get((i, j))
    for i in range(width + 1):
        for j in range(height + 1):
            pair = frozenset((at(i - 1, j), at(i, j)))
            if j < height and len(pair) == 2:
                links[(i, j)].append(((i, j + 1), pair))
                links[(i, j + 1)].append(((i, j), pair))
            pair = frozenset((at(i, j - 1), at(i, j)))
            if i < width and len(pair) == 2:
                links[(i, j)].append(((i + 1, j), pair))
                links[(i + 1, j)].append(((i, j), pair))
    nodes = [v for v, l in links.items() if len(l) != 2 or l[0][1] != l[1][1]]
    seen, arcs = set(), []
    for start in sorted(nodes):
        for step, pair in links[start]:
            if frozenset((start, step)) in seen:
                continue
            path, prev, cur = [start], start, step
            seen.add(frozenset((start, step)))
            while cur not in nodes:
                path.append(cur)
                nxt = next(v for v, _ in links[cur] if v != prev)
                seen.add(frozenset((cur, nxt)))
                prev, cur = cur, nxt
            path.append(cur)
            arcs.append((pair, dp(smooth([position(*v) for v in path]), tol)))
    return arcs


def ring_of(arcs, group):
    """The one ring around all cells whose label is in `group` (counter-clockwise, closed)."""
    parts = [p for pair, p in arcs if len([x for x in pair if x in group]) == 1]
    ring = list(parts.pop(0))
    while ring[0] != ring[-1]:
        for k, p in enumerate(parts):
            if p[0] == ring[-1] or p[-1] == ring[-1]:
                parts.pop(k)
                ring += (p if p[0] == ring[-1] else p[::-1])[1:]
                break
        else:
            raise SystemExit(f"open border of {group}")
    if parts:
        raise SystemExit(f"{group} falls into several pieces")
    return ring if area(ring) > 0 else ring[::-1]


def area(ring):
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, ring[1:])) / 2


def nearest(seeds, x, y):
    return min(range(len(seeds)), key=lambda k: (x - seeds[k][0]) ** 2 + (y - seeds[k][1]) ** 2)


def without_islands(label):
    """Give small pieces that are cut off from their area to the neighbour they touch most."""
    pieces, seen = [], set()
    for start in sorted(label):
        if start in seen:
            continue
        piece, todo = {start}, [start]
        while todo:
            i, j = todo.pop()
            for v in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
                if v not in piece and label.get(v) == label[start]:
                    piece.add(v)
                    todo.append(v)
        seen |= piece
        pieces.append(piece)
    out = dict(label)
    for piece in pieces:
        mine = label[min(piece)]
        if any(len(p) > len(piece) and label[min(p)] == mine for p in pieces):
            around = Counter(label.get(v) for i, j in sorted(piece) for v in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)))
            around.pop(mine, None)
            around.pop(None, None)
            for cell in piece:
                out[cell] = around.most_common(1)[0][0]
    return out


def lattice(cx, cy, rx, ry, n, seeds, tol, phase):
    """Arcs of an irregular oval of half axes rx, ry (degrees), divided among seeds given in [-1, 1]²."""
    def warp(x, y):
        return (x + .07 * math.sin(5.1 * y + phase) + .03 * math.sin(11 * y + 2 * phase),
                y + .07 * math.sin(4.7 * x + 2.3 * phase) + .03 * math.sin(12 * x + phase))
    seeds = [warp(*s) for s in seeds]     # so that a seed stays in its own area
    label = {}
    for i in range(n):
        for j in range(n):
            x, y = (i + .5) / n * 2 - 1, (j + .5) / n * 2 - 1
            wx, wy = warp(x, y)
            if abs(wx / .93) ** 3.2 + abs(wy / .93) ** 3.2 <= 1:
                label[(i, j)] = nearest(seeds, wx, wy)
    label = without_islands(label)
    jitter = random.Random(int(phase * 1000))
    spot = {(i, j): (round(cx + rx * ((i + jitter.uniform(-.25, .25)) / n * 2 - 1), 6),
                     round(cy + ry * ((j + jitter.uniform(-.25, .25)) / n * 2 - 1), 6))
            for i in range(n + 1) for j in range(n + 1)}
    return arcs_of(label, n, n, lambda i, j: spot[(i, j)], tol)


def inside(p, ring):
    x, y = p
    hit = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:]):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            hit = not hit
    return hit


def metres(p, q):
    return math.hypot((p[0] - q[0]) * 94300, (p[1] - q[1]) * 111200)


def border_distance(p, ring):
    """Metres from p to the nearest edge."""
    best = 1e9
    for a, b in zip(ring, ring[1:]):
        ax, ay, bx, by = (a[0] - p[0]) * 94300, (a[1] - p[1]) * 111200, (b[0] - p[0]) * 94300, (b[1] - p[1]) * 111200
        dx, dy = bx - ax, by - ay
        t = max(0, min(1, -(ax * dx + ay * dy) / ((dx * dx + dy * dy) or 1)))
        best = min(best, math.hypot(ax + t * dx, ay + t * dy))
    return best
