"""Half a year of believable cases, with every step relative to the day the example is loaded.

Time is counted in minutes from 00:00 of the load day, so all of it is negative. A case follows the one life cycle:
reported, accepted, dispatched, (started), handled, verified by somebody who did not handle it. What would happen
on or after the load day is simply not there yet: those cases are the open ones.
"""
import math

from .facts import COMMUNITIES, ESTATES, LINES, REF_WEEKDAY, REF_YEAR, RNG, grid_code
from .people import VOLUNTEER
from .shapes import inside
from .words import (ASKED, CALLED_BACK, CANCELLED, DECLINED, DEFERRED, ESCALATED, EXTENDED, FAILED, INSPECTED,
                    MERGED, NOTES, ORDERS, REASSIGNED, RETURNED, UNHAPPY)

DAY = 1440
SHARE = {"yl": 268, "xqy": 22, "xsq": 16, "glt": 20, "yh": 14, "lk": 14, "lh": 13, "xtq": 15}
LINE_ORG = {short: org for short, (org, _, _) in LINES.items()}


def weekday(t):
    return (REF_WEEKDAY + math.floor(t / DAY)) % 7


def office(t):
    """The first minute at or after t in which a desk works: Monday to Friday 8:30–17:30."""
    while True:
        day, minute = divmod(t, DAY)
        if weekday(t) >= 5 or minute >= 1050:
            t = (day + 1) * DAY + 510 + RNG.randint(0, 25)
        elif minute < 510:
            t = day * DAY + 510 + RNG.randint(0, 25)
        else:
            return t


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
        (age >= 18, True),
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


def choose_source(w, tag, text, reporter):
    """(source, reporter key or None)."""
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
    people = [r for r in w.homes[tag] if r[4] and REF_YEAR - r[3] >= 20 and r[9] == "zh"]
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
    if text["category"].startswith("S-01") or "搬" in text["report"]:
        near = [r[0] for r in w.homes[tag] if VOLUNTEER in r[8].split(";") and r[4] and r[0] != reporter]
        return RNG.sample(near, min(len(near), RNG.randint(1, 3)))
    org = f"o-pm-{tag}"
    if lead != org and text["category"][0] != "S" and RNG.random() < .18:
        return [org]
    return []


class Way:
    """Builds the steps of one case; a step later than the load day, or than `until`, ends the way."""

    def __init__(self, w, tag, text, t, until=0):
        self.cat, self.text, self.start, self.t, self.until = w.cat[text["category"]], text, t, t, until
        self.steps, self.over = [], False
        code = w.code[tag]
        self.desk, self.boss = w.staff.desk[code], w.staff.boss[code]
        self.hurry = text["urgency"] != "normal"

    def do(self, wait, verb, by, **more):
        """Add a step `wait` minutes on, in office hours unless the matter is pressing."""
        if self.over:
            return self
        t = self.t + max(1, round(wait))
        t = t if self.hurry and 7 * 60 < t % DAY < 21 * 60 or self.text["urgency"] == "emergency" else office(t)
        if t >= self.until:
            self.over = True
            return self
        self.t = t
        self.steps.append({"after_min": t - self.start, "do": verb, "by": by, **{k: v for k, v in more.items() if v not in (None, [])}})
        return self

    def work_minutes(self):
        """How long handling takes: mostly well inside the limit, sometimes beyond it."""
        limit = self.cat["limit"]
        minutes = limit["amount"] * {"hours": 60, "working_hours": 60, "days": DAY, "working_days": 500}[limit["unit"]]
        share = RNG.uniform(.12, .8) if RNG.random() > .07 else RNG.uniform(1.3, 2.4)
        days = limit["unit"] == "working_days"
        return minutes * share * (2.4 if days else 1)


def told(template, slots):
    out = template
    for k, v in slots.items():
        out = out.replace("{" + k + "}", v)
    return out


def opening(way, lead, supporting):
    way.do(RNG.randint(3, 18) if way.hurry else RNG.randint(8, 100), "accept", way.desk)
    return way.do(RNG.randint(2, 40), "dispatch", way.desk, lead=lead, supporting=supporting,
                  text=RNG.choice(ORDERS[way.cat["class"]]) if RNG.random() < .55 else None)


def verify(way, ok=True, wait=None):
    """Call-back where somebody asked, else a look on the spot; always by the desk, never by the lead."""
    happy = RNG.random() < .94
    words = (CALLED_BACK if happy else UNHAPPY) if RNG.random() < .65 else INSPECTED
    if not ok:
        words = FAILED
    elif words is INSPECTED:
        happy = True
    return way.do(wait or RNG.randint(30, 900), "verify", way.desk, result="passed" if ok else "failed", responded=True,
                  solved=ok, satisfied=ok and happy, text=RNG.choice(words))


def live(w, tag, text, slots, way, lead, actor, supporting, fate):
    """Play one fate; unknown fates are the straight way."""
    work, note = way.work_minutes(), told(text["note"], slots)
    kind = way.cat["class"]
    colleagues = [l for c, l in w.staff.grid_login.items() if c.startswith(f"YL-{tag.upper()}-") and l != lead]
    if fate == "reassigned" and not colleagues:
        fate = "closed"
    if fate == "waiting":
        return way
    if fate == "declined":
        return way.do(RNG.randint(20, 150), "decline", way.desk, reason=RNG.choice(DECLINED))
    if fate == "cancelled":
        if RNG.random() < .5:
            opening(way, lead, supporting)
        return way.do(RNG.randint(30, 400), "cancel", way.desk, reason=RNG.choice(CANCELLED))
    if fate == "accepted":
        return way.do(RNG.randint(10, 100), "accept", way.desk)
    if fate == "returned":
        way.do(RNG.randint(8, 60), "accept", way.desk).do(RNG.randint(5, 40), "dispatch", way.desk, lead=f"o-pm-{tag}")
        way.do(RNG.randint(30, 240), "return", w.staff.partner_login[f"o-pm-{tag}"], reason=RNG.choice(RETURNED))
        way.do(RNG.randint(10, 60), "dispatch", way.desk, lead=lead, supporting=supporting)
    else:
        opening(way, lead, supporting)
    if fate == "dispatched":
        return way
    if fate == "reassigned":
        other = RNG.choice(colleagues)
        way.do(RNG.randint(60, 300), "reassign", way.desk, lead=other, reason=RNG.choice(REASSIGNED))
        actor = other
    if fate in ("started", "rework", "extended", "deferred", "escalated", "asked") or RNG.random() < .7:
        way.do(work * RNG.uniform(.05, .25), "start", actor)
    if fate in ("started", "asked", "escalated") or RNG.random() < .3:
        way.do(RNG.randint(20, 200), "note", actor, text=RNG.choice(NOTES[kind]))
    if fate == "started":
        return way
    if fate in ("extended", "asked"):
        way.do(RNG.randint(40, 200), "ask_extension", actor, text=RNG.choice(ASKED), days=RNG.choice((2, 3, 5)))
        if fate == "asked":
            return way
        way.do(RNG.randint(20, 200), "approve_extension", way.boss, text=RNG.choice(EXTENDED))
    if fate == "deferred":
        days = RNG.randint(20, 45)
        return way.do(RNG.randint(60, 500), "defer", way.boss, reason=RNG.choice(DEFERRED), review_after_days=days)
    if fate in ("escalated", "escalated_open"):
        line = way.cat["line_department"]
        way.do(RNG.randint(60, 400), "escalate", way.desk, to="parent", reason=RNG.choice(ESCALATED) + (f"（涉及{line}）" if line else ""))
        if fate == "escalated_open":
            return way
    way.do(work * RNG.uniform(.6, 1), "handled", actor, text=note)
    if fate == "handled":
        return way
    if fate in ("rework", "rework_open"):
        verify(way, ok=False).do(3, "rework", way.desk, reason="核查未通过，请把剩下的部分做完。")
        if fate == "rework_open":
            return way
        way.do(RNG.randint(200, 900), "handled", actor, text="返工完成：" + note)
    return verify(way)


FATES = {"closed": 797, "declined": 30, "cancelled": 27, "rework": 42, "extended": 28, "returned": 26, "reassigned": 20, "escalated": 18}
# fate -> ages in days of cases that are still open on the load day; the older ones are overdue
OPEN = [("waiting", 1), ("waiting", 1), ("waiting", 2), ("accepted", 1), ("accepted", 1), ("accepted", 4), ("dispatched", 1), ("dispatched", 1), ("dispatched", 2),
        ("dispatched", 2), ("dispatched", 7), ("started", 1), ("started", 2), ("started", 2), ("started", 3), ("started", 9), ("started", 14),
        ("asked", 5), ("asked", 3), ("deferred", 19), ("deferred", 12), ("deferred", 26), ("escalated_open", 16), ("escalated_open", 30),
        ("rework_open", 6), ("handled", 1), ("handled", 2), ("started", 22)]


def moment(age=None):
    """A time of report with the rhythm of a week and of a day."""
    while True:
        day = -age if age else -RNG.randint(2, 180)
        t = day * DAY + round(RNG.choices((RNG.gauss(9.4 * 60, 70), RNG.gauss(15 * 60, 85), RNG.gauss(19.3 * 60, 75), RNG.uniform(0, DAY)), (45, 32, 19, 4))[0])
        if math.floor(t / DAY) != day or not -180 * DAY <= t < 0:
            continue
        if age or RNG.random() < (1.0, .92, .88, .9, .95, .5, .42)[weekday(t)]:
            return t


def build(w, tag, text, t, fate, fixed=None):
    """One case as written to cases.jsonl, or None when the text has no place in this community."""
    found = fixed or place_case(w, tag, text)
    if not found:
        return None
    place, slots, resident = found
    source, reporter = choose_source(w, tag, text, resident)
    if fate == "cancelled" and source not in ("phone", "desk", "resident"):
        fate = "closed"
    lead, actor = choose_lead(w, tag, text, place)
    if fate == "returned" and lead.startswith("o-pm-"):
        lead = actor = w.staff.grid_login[grid_at(w, tag, place)]
    way = Way(w, tag, text, t)
    live(w, tag, text, slots, way, lead, actor, choose_supporting(w, tag, text, lead, reporter), fate)
    return {"t": t, "tag": tag, "source": source, "reporter": reporter, "community": w.code[tag], "place": place,
            "category": text["category"], "urgency": text["urgency"], "text": told(text["report"], slots), "steps": way.steps}


def duplicates(w, cases, count):
    """Second reports of something already reported, merged into the first while that is still open."""
    out = []
    pool = [c for c in cases if c["tag"] == "yl" and not c["place"]["dwelling"] and c["steps"] and c["steps"][-1]["do"] == "verify" and c["category"][0] != "S"
            and all(s["do"] not in ("rework", "decline", "cancel") for s in c["steps"]) and "我" not in c["text"]]
    for first in RNG.sample(pool, count):
        handled = next(s["after_min"] for s in first["steps"] if s["do"] == "handled")
        t = first["t"] + max(5, round(handled * RNG.uniform(.1, .5)))
        who = RNG.choice([r for r in w.homes["yl"] if r[4] and r[0] != first["reporter"] and REF_YEAR - r[3] > 20 and r[9] == "zh"])
        accept = RNG.randint(5, max(6, min(30, round(handled * .3))))
        if t + accept >= first["t"] + handled:
            continue
        lead_in = RNG.choice(("我也来说一下这件事：", "邻居们都在讲，", "昨天路过也看到了，", "不知道有没有人报过，", "再反映一次，"))
        out.append({**first, "t": t, "source": RNG.choice(("phone", "resident", "desk")), "reporter": who[0], "text": lead_in + first["text"],
                    "steps": [{"after_min": accept, "do": "merge", "by": "desk", "into": first, "reason": RNG.choice(MERGED)}]})
    return out


def story_cases(w, texts):
    """What the family of the story has already asked for, and the works before its door."""
    father = next(r for r in w.people.rows if r[1] == "周建国")
    b = w.buildings["b-gmdc-12"]
    def text(start):
        return next(t for t in texts if t["report"].startswith(start))
    out = []
    for start, age, minute, fate, kind in (("{b}{u}{f}楼的楼道灯", 151, 548, "closed", "b"), ("楼道窄，担架", 96, 495, "closed", "d"),
                                           ("{b}{u}门口只有台阶", 20, 610, "deferred", "b"), ("{b}门口路面挖开", 1, 1010, "started", "b")):
        t = text(start)
        place, slots = spell_out(w, b, kind, father if kind == "d" else None, t)
        case = build(w, "yl", t, -age * DAY + minute, fate, (place, slots, father))
        case["reporter"], case["source"] = father[0], "phone"
        if start.startswith("{b}门口路面"):
            case["reporter"] = next(r[0] for r in w.people.rows if r[1] == "蔡丽萍")
        if start.startswith("楼道窄"):
            case["text"] = "楼道窄，担架转不过弯，想请人一起把我父亲抬到楼下车上，去医院看腿。"
        out.append(case)
    return out


def make_cases(source, catalogue, rings, houses, people, staff):
    w, texts = World(catalogue, rings, houses, people, staff), read_texts(source)
    deck, cases = [], story_cases(w, texts)

    def next_case(tag, t, fate):
        """Deal the texts like cards: each is told once before any is told again."""
        misfits = []
        while True:
            if not deck:
                deck.extend(RNG.sample(texts, len(texts)))
            card = deck.pop()
            case = build(w, tag, card, t() if callable(t) else t, fate)
            if case:
                deck.extend(misfits)
                return case
            misfits.insert(0, card)

    for k, (fate, age) in enumerate(OPEN):
        tag = "yl" if k % 4 else RNG.choice(("xqy", "glt", "yh", "lk"))
        cases.append(next_case(tag, lambda age=age: moment(age), fate))
    for tag in reversed(SHARE):   # small communities first: river and market texts find their place
        for _ in range(SHARE[tag]):
            cases.append(next_case(tag, moment, RNG.choices(list(FATES), list(FATES.values()))[0]))
    cases += duplicates(w, cases, 11)
    cases.sort(key=lambda c: c["t"])
    for n, c in enumerate(cases, 1):
        c["key"] = f"c-{n:04d}"
    return [finished(c) for c in cases]


def finished(c):
    day, minute = divmod(c["t"], DAY)
    steps = [{**s, "into": s["into"]["key"]} if s["do"] == "merge" else s for s in c["steps"]]
    return {"key": c["key"], "day": day, "time": f"{minute // 60:02d}:{minute % 60:02d}",
            **{k: c[k] for k in ("source", "reporter", "community", "place", "category", "urgency", "text")}, "steps": steps}
