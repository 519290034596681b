"""Checks of the finished files: every reference, every ring, every step. Prints what it counted."""
import csv
import json
import re
from collections import Counter, defaultdict

from .shapes import area, inside

LEVELS = ["province", "city", "district", "subdistrict", "community", "grid", "neighbourhood"]
ROLES = set("resident volunteer micro_grid_worker grid_worker community_desk community_lead partner subdistrict_supervisor district_operator auditor administrator".split())
MEMBER_ROLES = set("branch_secretary party_group_leader owners_committee_member property_staff party_member_in_service teacher micro_grid_worker grid_worker volunteer".split())
KINDS = set("property_company owners_committee fire_station residents_committee party_branch volunteer_team hospital line_department school".split())
# verb -> states it may start from, state it leads to (None: the state stays)
VERBS = {
    "accept": ({"reported"}, "accepted"), "decline": ({"reported"}, "declined"), "dispatch": ({"accepted"}, "dispatched"),
    "start": ({"dispatched", "rework"}, "started"), "return": ({"dispatched", "started"}, "accepted"),
    "reassign": ({"dispatched", "started"}, "dispatched"), "note": ({"dispatched", "started"}, None),
    "ask_extension": ({"dispatched", "started"}, None), "approve_extension": ({"dispatched", "started"}, None),
    "defer": ({"accepted", "dispatched", "started"}, "deferred"), "handled": ({"dispatched", "started", "rework"}, "handled"),
    "verify": ({"handled"}, "verified"), "rework": ({"failed"}, "rework"), "escalate": ({"accepted", "dispatched", "started"}, None),
    "cancel": ({"reported", "accepted", "dispatched", "started"}, "cancelled"), "merge": ({"reported", "accepted"}, "merged"),
}
NEEDS = {"decline": "reason", "dispatch": "lead", "return": "reason", "reassign": "lead", "note": "text", "ask_extension": "text", "defer": "reason",
         "handled": "text", "verify": "result", "rework": "reason", "escalate": "to", "cancel": "reason", "merge": "into"}


class Faults(list):
    def need(self, ok, message):
        if not ok:
            self.append(message)


def table(folder, name):
    with open(folder / name, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def cross(a, b, c, d):
    """Whether segments ab and cd cross in their interiors."""
    def side(p, q, r):
        v = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
        return 0 if abs(v) < 1e-15 else 1 if v > 0 else -1
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def crossings(r1, r2):
    return sum(cross(a, b, c, d) for a, b in zip(r1, r1[1:]) for c, d in zip(r2, r2[1:]))


def inner_point(ring):
    """A point surely inside: halfway between two crossings of a horizontal line."""
    ys = sorted({p[1] for p in ring})
    for lo, hi in zip(ys[len(ys) // 2:], ys[len(ys) // 2 + 1:]):
        y = (lo + hi) / 2
        xs = sorted((bx - ax) * (y - ay) / (by - ay) + ax for (ax, ay), (bx, by) in zip(ring, ring[1:]) if (ay > y) != (by > y))
        if xs[1] - xs[0] > 1e-5:
            return ((xs[0] + xs[1]) / 2, y)
    raise SystemExit("degenerate ring")


def check_areas(areas, rings, bad):
    by_code = {a["code"]: a for a in areas}
    bad.need(len(by_code) == len(areas), "areas: a code is used twice")
    levels = Counter(a["level"] for a in areas if a["code"].startswith("YL-YL"))
    bad.need((levels["grid"], levels["neighbourhood"]) == (4, 10), "跃龙 has 4 grids and 10 neighbourhoods")
    children = defaultdict(list)
    for a in areas:
        parent = by_code.get(a["parent_code"])
        bad.need(a["level"] in LEVELS, f"areas {a['code']}: level")
        bad.need(a["level"] == "province" or parent and LEVELS.index(parent["level"]) == LEVELS.index(a["level"]) - 1, f"areas {a['code']}: parent")
        bad.need(a["scheme"] != "nbs-12" or a["code"].isdigit(), f"areas {a['code']}: scheme")
        children[a["parent_code"]].append(a["code"])
        if LEVELS.index(a["level"]) >= 2:
            bad.need(a["code"] in rings, f"areas {a['code']}: no boundary")
    tiled = 0
    for code, ring in rings.items():
        bad.need(code in by_code, f"boundary {code}: no such area")
        bad.need(ring[0] == ring[-1] and len(ring) > 4 and area(ring) > 0, f"boundary {code}: not a closed counter-clockwise ring")
        bad.need(len(set(ring)) == len(ring) - 1, f"boundary {code}: a vertex is used twice")
        bad.need(crossings(ring, ring) == 0, f"boundary {code}: crosses itself")
        kids = [k for k in children[code] if k in rings]
        for n, k in enumerate(kids):
            edge = set(ring)
            bad.need(crossings(rings[k], ring) == 0 and all(p in edge or inside(p, ring) for p in rings[k]) and inside(inner_point(rings[k]), ring),
                     f"boundary {k}: leaves its parent")
            for other in kids[n + 1:]:
                bad.need(crossings(rings[k], rings[other]) == 0 and not inside(inner_point(rings[k]), rings[other]) and not inside(inner_point(rings[other]), rings[k]),
                         f"boundaries {k} and {other} overlap")
        if by_code[code]["level"] in ("community", "grid"):
            tiled += 1
            bad.need(abs(sum(area(rings[k]) for k in kids) - area(ring)) < 1e-12, f"boundary {code}: its parts leave gaps")
    if bad:
        print(f"boundaries: {len(bad)} faults in {len(rings)} rings")
        return by_code
    print(f"boundaries: {len(rings)} rings closed, simple, inside their parents; no siblings overlap; {tiled} communities and grids tiled exactly")
    return by_code


def check_registers(folder, by_code, rings, bad):
    estates = {r["key"]: r for r in table(folder, "estates.csv")}
    buildings = {r["key"]: r for r in table(folder, "buildings.csv")}
    dwellings = {r["key"]: r for r in table(folder, "dwellings.csv")}
    persons = {r["key"]: r for r in table(folder, "persons.csv")}
    for r in estates.values():
        bad.need(by_code[r["community_code"]]["level"] == "community", f"{r['key']}: community")
    for r in buildings.values():
        estate, p = estates[r["estate_key"]], (float(r["lon"]), float(r["lat"]))
        bad.need(inside(p, rings[r["neighbourhood_code"]]), f"{r['key']}: outside its neighbourhood")
        grid = by_code[by_code[r["neighbourhood_code"]]["parent_code"]]
        bad.need(grid["parent_code"] == estate["community_code"], f"{r['key']}: community")
    doors = Counter((d["building_key"], d["entrance"], d["room"]) for d in dwellings.values())
    bad.need(max(doors.values()) == 1, "dwellings: a door twice")
    for d in dwellings.values():
        bad.need(int(d["floor"]) <= int(buildings[d["building_key"]]["floors"]) and d["use"] in ("owned", "let", "empty"), f"{d['key']}: floor or use")
    phones = Counter(n for r in persons.values() for n in r["phones"].split(";") if n)
    bad.need(max(phones.values()) == 1, "persons: a telephone number twice")
    bad.need(all(re.fullmatch(r"13[89]0000\d{4}", n) for n in phones), "persons: a number outside the invented range")
    household_at = {}
    for r in persons.values():
        bad.need(bool(r["dwelling_key"]) == bool(r["household_key"]) == bool(r["relation"]), f"{r['key']}: dwelling, household and relation go together")
        if r["dwelling_key"]:
            bad.need(dwellings[r["dwelling_key"]]["use"] != "empty", f"{r['key']}: lives in an empty flat")
            bad.need(household_at.setdefault(r["household_key"], r["dwelling_key"]) == r["dwelling_key"], f"{r['key']}: household in two flats")
    son = next((r for r in persons.values() if r["name"] == "周建国" and r["phones"] == "13800001234"), None)
    home = dwellings[son["dwelling_key"]]
    bad.need((estates[buildings[home["building_key"]]["estate_key"]]["name"], buildings[home["building_key"]]["name"], home["room"]) == ("光明东村", "12号楼", "304"), "the story's home")
    bad.need(by_code[by_code[buildings[home["building_key"]]["neighbourhood_code"]]["parent_code"]]["name"] == "悦美网格", "the story's grid")
    helpers = [r for r in persons.values() if "volunteer" in r["labels"].split(";") and r["phones"] and r["dwelling_key"].startswith("d-gmdc-")]
    bad.need(len(helpers) >= 6, "too few helpers in the story's estate")
    print(f"registers: {len(estates)} estates, {len(buildings)} buildings, {len(dwellings)} dwellings, {len(household_at)} households, {len(persons)} persons, {len(phones)} telephone numbers, {len(helpers)} helpers near the story")
    return buildings, dwellings, persons


def check_offices(folder, by_code, persons, bad):
    organisations = {r["key"]: r for r in table(folder, "organisations.csv")}
    for r in organisations.values():
        bad.need(r["kind"] in KINDS and r["area_code"] in by_code, f"{r['key']}: kind or area")
    memberships = table(folder, "memberships.csv")
    for m in memberships:
        bad.need(m["person_key"] in persons and m["area_code"] in by_code and m["role"] in MEMBER_ROLES
                 and (not m["organisation_key"] or m["organisation_key"] in organisations), f"membership {m}")
    for role, level in (("grid_worker", "grid"), ("micro_grid_worker", "neighbourhood")):
        served = Counter(m["area_code"] for m in memberships if m["role"] == role)
        for a in by_code.values():
            bad.need(a["level"] != level or served[a["code"]] == 1, f"{a['name']}: not exactly one {role}")
    accounts = {}
    for a in table(folder, "accounts.csv"):
        bad.need(a["login"] not in accounts, f"login {a['login']} twice")
        bad.need(not a["person_key"] or a["person_key"] in persons, f"login {a['login']}: person")
        orgs = set()
        for grant in a["grants"].split(";"):
            role, _, rest = grant.partition("@")
            code, _, org = rest.partition("#")
            bad.need(role in ROLES and code in by_code and (role == "partner") == bool(org) and (not org or org in organisations), f"login {a['login']}: {grant}")
            orgs.add(org)
        accounts[a["login"]] = orgs
    print(f"offices: {len(organisations)} organisations, {len(memberships)} memberships, {len(accounts)} accounts")
    return organisations, accounts


def check_steps(c, known, evidence, bad):
    """Walk one case through the life cycle; returns the state it ends in."""
    persons, organisations, accounts, cases = known
    state, lead, before = "reported", None, 0
    start = c["day"] * 1440 + int(c["time"][:2]) * 60 + int(c["time"][3:])
    for s in c["steps"]:
        name = f"{c['key']} {s['do']}"
        allowed, to = VERBS[s["do"]]
        bad.need(state in allowed, f"{name}: not from {state}")
        bad.need(s["after_min"] > before and start + s["after_min"] < 0, f"{name}: time")
        bad.need(s["by"] in accounts and s.get(NEEDS.get(s["do"]), True), f"{name}: by or {NEEDS.get(s['do'])}")
        before = s["after_min"]
        if s["do"] in ("dispatch", "reassign"):
            lead = s["lead"]
            bad.need(lead in accounts or lead in organisations, f"{name}: lead {lead}")
            bad.need(all(x in accounts or x in organisations or x in persons for x in s.get("supporting", [])), f"{name}: supporting")
        acting = s["by"] == lead or lead in accounts.get(s["by"], ())
        if s["do"] in ("start", "handled", "return", "ask_extension"):
            bad.need(acting, f"{name}: {s['by']} is not the lead {lead}")
        if s["do"] == "verify":
            bad.need(not acting, f"{name}: verified by the one who handled it")
            to = "closed" if s["result"] == "passed" else "failed"
        if s["do"] == "handled":
            bad.need(s.get("evidence", 0) > 0 or not evidence, f"{name}: evidence is required")
        if s["do"] == "merge":
            first = cases[s["into"]]
            bad.need(first["key"] != c["key"] and first["day"] <= c["day"] and first["community"] == c["community"], f"{name}: into")
        state = to or state
    return state


def check_cases(folder, catalogue, by_code, rings, registers, offices, bad):
    buildings, dwellings, persons = registers
    categories = {c["code"]: c for c in catalogue["categories"]}
    cases = {}
    for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        c = json.loads(line)
        cases[c["key"]] = c
    states = Counter()
    for c in cases.values():
        p = c["place"]
        bad.need(c["category"] in categories, f"{c['key']}: category")
        bad.need(not any(q["required"] for q in categories[c["category"]]["questions"]), f"{c['key']}: category asks for answers")
        bad.need(c["reporter"] in persons or c["source"] == "open311" and c["reporter"] is None, f"{c['key']}: reporter")
        bad.need(p["dwelling"] is None or dwellings[p["dwelling"]]["building_key"] == p["building"], f"{c['key']}: dwelling")
        bad.need(p["building"] is None or p["building"] in buildings, f"{c['key']}: building")
        bad.need(inside((p["lon"], p["lat"]), rings[c["community"]]), f"{c['key']}: outside its community")
        bad.need("{" not in c["text"] and -181 <= c["day"] < 0, f"{c['key']}: text or day")
        bad.need(all("{" not in s.get("text", "") for s in c["steps"]), f"{c['key']}: a slot is left in a step")
        states[check_steps(c, (persons, *offices, cases), categories[c["category"]]["evidence"] == "required", bad)] += 1
    ends = {"closed", "declined", "cancelled", "merged"}
    verbs = Counter(s["do"] for c in cases.values() for s in c["steps"])
    still = sum(n for s, n in states.items() if s not in ends)
    per = Counter(by_code[c["community"]]["short"] for c in cases.values())
    print(f"cases: {len(cases)}, open {still}, {dict(states)}")
    print(f"       {len({c['text'] for c in cases.values()})} texts in {len({c['category'] for c in cases.values()})} categories, {dict(verbs)}, {dict(per)}")


def check_business(folder, by_code, registers, bad):
    persons = {p["key"] for p in table(folder, "persons.csv")}
    buildings = {b["key"] for b in table(folder, "buildings.csv")}
    premises = {p["key"]: p for p in table(folder, "premises.csv")}
    stalls = {s["key"]: s for s in table(folder, "stalls.csv")}
    merchants, equipment = table(folder, "merchants.csv"), table(folder, "equipment.csv")
    for p in premises.values():
        bad.need(by_code[p["community_code"]]["level"] == "community", f"premises {p['key']}: community")
        bad.need(p["building_key"] in buildings or not p["building_key"], f"premises {p['key']}: building")
    bad.need(len({(s["premises_key"], s["section"], s["number"]) for s in stalls.values()}) == len(stalls), "stalls: a number is used twice")
    bad.need(all(s["premises_key"] in premises for s in stalls.values()), "stalls: premises")
    taken = [m["stall_key"] for m in merchants if m["stall_key"]]
    bad.need(len(set(taken)) == len(taken) and set(taken) <= set(stalls), "merchants: a stall is used twice or unknown")
    codes = [m["credit_code"] for m in merchants if m["credit_code"]]
    bad.need(len(set(codes)) == len(codes), "merchants: a code is used twice")
    for m in merchants:
        bad.need(m["premises_key"] in premises, f"merchants {m['key']}: premises")
        bad.need(all(m[c] in persons for c in ("owner_key", "operator_key", "safety_key") if m[c]), f"merchants {m['key']}: person")
    for e in equipment:
        bad.need((e["building_key"] in buildings) != (e["premises_key"] in premises), f"equipment {e['key']}: where")
    print(f"business: {len(premises)} premises, {len(stalls)} stalls, {len(merchants)} merchants, {len(equipment)} pieces of equipment")


def check_catalogue(catalogue, bad):
    for c in catalogue["categories"]:
        bad.need(c["class"] in ("part", "event", "service") and c["evidence"] in ("none", "optional", "required"), f"category {c['code']}")
        bad.need(c["evidence"] != "required" or c["evidence_basis"], f"category {c['code']}: evidence without legal basis")
        for q in c["questions"]:
            bad.need(q["type"].endswith("valuelist") == bool(q["values"]), f"category {c['code']} question {q['code']}")
    print(f"catalogue: {len(catalogue['categories'])} categories {dict(Counter(c['class'] for c in catalogue['categories']))}, evidence required in {sum(c['evidence'] == 'required' for c in catalogue['categories'])}")


def run(folder, catalogue_path):
    bad = Faults()
    catalogue = json.loads(catalogue_path.read_text(encoding="utf-8"))
    shapes = json.loads((folder / "boundaries.geojson").read_text(encoding="utf-8"))
    rings = {f["properties"]["code"]: [tuple(p) for p in f["geometry"]["coordinates"][0]] for f in shapes["features"]}
    by_code = check_areas(table(folder, "areas.csv"), rings, bad)
    check_catalogue(catalogue, bad)
    registers = check_registers(folder, by_code, rings, bad)
    offices = check_offices(folder, by_code, registers[2], bad)
    check_business(folder, by_code, registers, bad)
    check_cases(folder, catalogue, by_code, rings, registers, offices, bad)
    for fault in bad:
        print("FAULT", fault)
    print("ok" if not bad else f"{len(bad)} faults")
    return 1 if bad else 0
