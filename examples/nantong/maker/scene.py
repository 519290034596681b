"""Where a matter is, who reports it, and who is asked to see to it."""
from .facts import COMMUNITIES, ESTATES, LINES, REF_YEAR, RNG
from .people import VOLUNTEER
from .shapes import inside

LINE_ORG = {short: org for short, (org, _, _) in LINES.items()}


class World:
    """Look-ups the stories need."""

    def __init__(self, catalogue, rings, houses, people, staff):
        self.cat = {c["code"]: c for c in catalogue["categories"]}
        self.rings, self.staff, self.people = rings, staff, people
        self.estates = {e[0]: e for e in houses[0]}
        self.buildings = {b[0]: b for b in houses[1]}
        self.dwellings = {d[0]: d for d in houses[2]}
        self.road = {e[1]: e[4] for e in ESTATES}
        self.code = {c[6]: c[0] for c in COMMUNITIES}
        self.tag = {c[0]: c[6] for c in COMMUNITIES}
        self.homes = {tag: [] for tag in self.code}
        for r in people.rows:
            if r[5]:
                self.homes[self.tag_of_building(self.dwellings[r[5]][1])].append(r)
        self.by_tag = {tag: [b for b in houses[1] if self.estates[b[1]][1] == code] for tag, code in self.code.items()}
        self.grids = {c: r for c, r in rings.items() if "-G" in c and "-N" not in c}

    def tag_of_building(self, b):
        return self.tag[self.estates[self.buildings[b][1]][1]]


def read_texts(source):
    out = []
    for line in source.splitlines():
        if line and not line.startswith("#"):
            category, urgency, lead, place, report, note = line.split("|")
            out.append({"category": category, "urgency": {"n": "normal", "u": "urgent", "e": "emergency"}[urgency],
                        "lead": lead, "place": place, "report": report, "note": note})
    return out


def believable(w, text, person):
    """Whether this person at this home could have said it."""
    said, floor = text["report"], w.dwellings[person[5]][4]
    floors = w.buildings[w.dwellings[person[5]][1]][4]
    age = REF_YEAR - person[3]
    labels = person[8].split(";")
    checks = [
        (age >= 18, True), (person[7] != "h-0001", True),     # the family of the story speaks for itself
        (floor == floors, "顶楼" in said), (floor < floors, "楼上" in said), (floor >= 2, "楼下" in said),
        (floors < 7 and floor >= 3, "没电梯" in said),
        (age >= 62, any(x in said for x in ("老伴", "老两口", "老头子", "自己拧不动", "只剩两天", "弄了半天"))),
        (30 <= age <= 64, any(x in said for x in ("母亲", "父亲", "我爸", "妈妈", "我妈", "奶奶"))),
        (25 <= age <= 48, any(x in said for x in ("宝宝", "幼儿园", "上小学", "我家孩子"))),
        (person[2] == "female", "就我一个女的" in said or "爱人抬" in said),
        (person[6] == "tenant", "租的房子" in said or "刚租" in said),
        ("en" == person[9], said.isascii()), (person[9] != "en", not said.isascii()),
        ("wheelchair_user" in labels or "mobility_impaired" in labels or age > 40, "坐轮椅" in said),
    ]
    return all(ok for ok, needed in checks if needed)


def building_fits(w, text, b):
    said = text["report"]
    if text["category"] == "P-0502" or "电梯" in said and "加装" not in said:
        return b[4] >= 7
    return b[4] >= 5 or "四楼" not in said


def place_case(w, tag, text):
    """(place, slots, reporter or None); None when nothing in this community fits the text."""
    kind, _, only = text["place"].partition("@")
    if only and tag not in {"river": ("xqy", "xsq"), "market": ("glt",)}[only]:
        return None
    if only == "river":
        p, spot = random_point(w, tag), RNG.choice(("中心河北段", "中心河小桥东侧", "中心河亲水平台", "中心河南岸步道"))
        return {"dwelling": None, "building": None, "lon": p[0], "lat": p[1], "text": "新桥新村" + spot}, {"es": "新桥新村", "rd": "新桥路"}, None
    if only == "market":
        p, spot = random_point(w, tag), RNG.choice(("东区三排", "西门内", "南区水产通道", "北区干货排"))
        return {"dwelling": None, "building": None, "lon": p[0], "lat": p[1], "text": "中原综合批发市场" + spot}, {"es": "中原市场", "rd": "中原路"}, None
    reporter = None
    if kind == "d":
        pool = [r for r in w.homes[tag] if r[4] and believable(w, text, r) and building_fits(w, text, w.buildings[w.dwellings[r[5]][1]])]
        if not pool:
            return None
        reporter = RNG.choice(pool)
        b = w.buildings[w.dwellings[reporter[5]][1]]
    else:
        pool = [b for b in w.by_tag[tag] if building_fits(w, text, b)]
        if not pool:
            return None
        b = RNG.choice(pool)
    return spell_out(w, b, kind, reporter, text) + (reporter,)


def spell_out(w, b, kind, reporter, text):
    estate = w.estates[b[1]]
    d = w.dwellings[reporter[5]] if reporter else None
    gate = d[2] if d else f"{1 if estate[0] != 'es-qnzl50' else RNG.randint(1, 2)}单元"
    floor = d[4] if d else RNG.randint(2, b[4])
    road = w.road[estate[0]]
    slots = {"b": estate[2] + b[2], "n": b[2], "es": estate[2], "u": gate, "f": str(floor), "rd": road}
    lon, lat = b[5], b[6]
    if d:
        where = f"{estate[2]}{b[2]}{gate}{d[3]}"
    elif kind == "b":
        where = f"{estate[2]}{b[2]}" + (gate if "{u}" in text["report"] else "") + (f"{floor}楼" if "{f}" in text["report"] else "")
    else:
        lon, lat = round(lon + RNG.uniform(-.0002, .0002), 6), round(lat + RNG.uniform(-.0002, .0002), 6)
        where = f"{road}（{estate[2]}附近）" if "{rd}" in text["report"] else estate[2] + RNG.choice(("东门内", "西门口", "小广场旁", "北侧围墙边", "中间花坛", "南门外"))
    return {"dwelling": d[0] if d else None, "building": None if kind == "p" else b[0], "lon": lon, "lat": lat, "text": where}, slots


def random_point(w, tag):
    ring = w.rings[w.code[tag]]
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    while True:
        p = (round(RNG.uniform(min(xs), max(xs)), 6), round(RNG.uniform(min(ys), max(ys)), 6))
        if inside(p, ring):
            return p


def choose_source(w, tag, text, reporter, place):
    """(source, reporter key or None); who reports lives in the house, else in the estate, else in the community."""
    if reporter:
        return RNG.choices(("phone", "desk", "resident"), (55, 20, 25))[0], reporter[0]
    source = RNG.choices(("phone", "desk", "worker", "resident", "partner", "open311"), (30, 12, 26, 20, 4, 8))[0]
    personal = "我" in text["report"]
    if source == "open311" and not personal:
        return source, None
    if source in ("worker", "partner") and not personal:
        logins = list(w.staff.grid_login.items()) + list(w.staff.micro_login.items())
        mine = [l for c, l in logins if c.startswith(f"YL-{tag.upper()}-")]
        if source == "partner":
            mine = [w.staff.partner_login[f"o-pm-{tag}"]]
        return source, w.staff.login_person[RNG.choice(mine)]
    people = [r for r in w.homes[tag] if r[4] and REF_YEAR - r[3] >= 20 and r[9] == "zh" and r[7] != "h-0001"]
    house = [r for r in people if w.dwellings[r[5]][1] == place["building"]]
    estate = [r for r in people if place["text"].startswith(w.estates[w.buildings[w.dwellings[r[5]][1]][1]][2])]
    people = house or estate or people
    return (source if source in ("phone", "desk", "resident") else "phone"), RNG.choice(people)[0]


def grid_at(w, tag, place):
    p = (place["lon"], place["lat"])
    mine = [c for c in w.grids if c.startswith(f"YL-{tag.upper()}-")]
    return next((c for c in mine if inside(p, w.rings[c])), mine[0])


def choose_lead(w, tag, text, place):
    """(what `lead` says, login that acts for it)."""
    kind = text["lead"]
    worker = w.staff.grid_login[grid_at(w, tag, place)]
    if kind == "p":
        org = f"o-pm-{tag}"
        return org, w.staff.partner_login[org]
    if kind in LINE_ORG:
        return LINE_ORG[kind], w.staff.partner_login[LINE_ORG[kind]]
    if kind == "m" and tag == "yl":
        p = (place["lon"], place["lat"])
        login = next((l for c, l in w.staff.micro_login.items() if inside(p, w.rings[c])), worker)
        return login, login
    return worker, worker


def choose_supporting(w, tag, text, lead, reporter):
    """Neighbours for services; now and then the property company or the grid worker beside a line department."""
    if text["category"] in ("S-0101", "S-0102"):
        near = [r[0] for r in w.homes[tag] if VOLUNTEER in r[8].split(";") and r[4] and r[0] != reporter]
        return RNG.sample(near, min(len(near), RNG.randint(1, 3)))
    org = f"o-pm-{tag}"
    if lead != org and text["category"][0] != "S" and RNG.random() < .18:
        return [org]
    return []
