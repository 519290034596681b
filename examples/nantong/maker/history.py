"""Half a year of believable cases, with every step relative to the day the example is loaded.

Time is counted in minutes from 00:00 of the load day, so all of it is negative. A case follows the one life cycle:
reported, accepted, dispatched, (started), handled, verified by somebody who did not handle it. What would happen
on or after the load day is simply not there yet: those cases are the open ones.
"""
import math

from .facts import REF_WEEKDAY, REF_YEAR, RNG
from .scene import World, choose_lead, choose_source, choose_supporting, grid_at, place_case, read_texts, spell_out
from .words import (ASKED, CALLED_BACK, CANCELLED, DEFERRED, ESCALATED, EXTENDED, FAILED, INSPECTED,
                    MERGED, NOTES, ORDERS, REASSIGNED, RETURNED, UNHAPPY, theme)

DAY = 1440
SHARE = {"yl": 268, "xqy": 22, "xsq": 16, "glt": 20, "yh": 14, "lk": 14, "lh": 13, "xtq": 15}


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


class Way:
    """Builds the steps of one case; a step later than the load day, or than `until`, ends the way."""

    def __init__(self, w, tag, text, t, until=0):
        self.cat, self.text, self.start, self.t, self.until = w.cat[text["category"]], text, t, t, until
        self.steps, self.over = [], False
        code = w.code[tag]
        self.desk, self.boss = w.staff.desk[code], w.staff.boss[code]
        self.theme = theme(text["category"])
        self.hurry = text["urgency"] != "normal"

    def do(self, wait, verb, by, **more):
        """Add a step `wait` minutes on: in office hours, or when pressing from early to late, or in an emergency at once."""
        if self.over:
            return self
        t = self.t + max(1, round(wait))
        if not self.hurry:
            t = office(t)
        elif self.text["urgency"] == "urgent" and not 420 <= t % DAY <= 1290:
            t += (430 - t) % DAY + RNG.randint(0, 40)     # people are out from early to late, not at night
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
        return minutes * share * (2.4 if days else 1) * {"normal": 1, "urgent": .45, "emergency": .3}[self.text["urgency"]]


def told(template, slots):
    out = template
    for k, v in slots.items():
        out = out.replace("{" + k + "}", v)
    return out


def opening(way, lead, supporting):
    way.do(RNG.randint(3, 18) if way.hurry else RNG.randint(8, 100), "accept", way.desk)
    return way.do(RNG.randint(2, 40), "dispatch", way.desk, lead=lead, supporting=supporting,
                  text=RNG.choice(ORDERS[way.theme]) if RNG.random() < .55 else None)


def verify(way, ok=True, wait=None):
    """Call-back where somebody asked, else a look on the spot; always by the desk, never by the lead."""
    happy, seen = RNG.random() < .94, way.theme in INSPECTED and RNG.random() < .35
    if not ok:
        words = FAILED[way.theme]
    elif seen:
        words, happy = INSPECTED[way.theme], True
    else:
        words = CALLED_BACK[way.theme] if happy else UNHAPPY
    return way.do(wait or RNG.randint(30, 900), "verify", way.desk, result="passed" if ok else "failed", responded=True,
                  solved=ok, satisfied=ok and happy, text=RNG.choice(words))


def live(w, tag, text, slots, way, lead, actor, supporting, fate):
    """Play one fate; unknown fates are the straight way. Returns when the fate ends before the verified end."""
    colleagues = [l for c, l in w.staff.grid_login.items() if c.startswith(f"YL-{tag.upper()}-") and l != lead]
    if fate == "waiting":
        return
    if fate == "accepted":
        way.do(RNG.randint(10, 100), "accept", way.desk)
    elif fate == "declined":
        way.do(RNG.randint(20, 150), "decline", way.desk, reason=told(text["note"], slots))
    elif fate == "cancelled":
        if RNG.random() < .5:
            opening(way, lead, supporting)
        way.do(RNG.randint(30, 400), "cancel", way.desk, reason=RNG.choice(CANCELLED[way.theme]))
    else:
        if fate == "returned":
            company = f"o-pm-{tag}"
            way.do(RNG.randint(8, 60), "accept", way.desk).do(RNG.randint(5, 40), "dispatch", way.desk, lead=company)
            way.do(RNG.randint(30, 240), "return", w.staff.partner_login[company], reason=RNG.choice(RETURNED[way.theme]))
            way.do(RNG.randint(10, 60), "dispatch", way.desk, lead=lead, supporting=supporting)
        else:
            opening(way, lead, supporting)
        if fate == "reassigned" and colleagues:
            actor = RNG.choice(colleagues)
            way.do(RNG.randint(60, 300), "reassign", way.desk, lead=actor, reason=RNG.choice(REASSIGNED))
        if fate != "dispatched":
            work_on(way, actor, told(text["note"], slots), fate)


def work_on(way, actor, note, fate):
    """From the first hand laid on it to the verified end, or to where this fate stops."""
    work = way.work_minutes()
    if fate in ("started", "started_long", "rework", "rework_open", "extended", "deferred", "escalated", "escalated_open", "asked") or RNG.random() < .7:
        way.do(work * RNG.uniform(.05, .25), "start", actor)
    if fate in ("started", "started_long", "asked", "escalated", "escalated_open") or RNG.random() < .3:
        way.do(RNG.randint(20, 200), "note", actor, text=RNG.choice(NOTES[way.theme]))
    if fate in ("started", "started_long"):
        return
    if fate in ("extended", "asked"):
        way.do(RNG.randint(40, 200), "ask_extension", actor, text=RNG.choice(ASKED[way.theme]), days=RNG.choice((2, 3, 5)))
        if fate == "asked":
            return
        way.do(RNG.randint(20, 200), "approve_extension", way.boss, text=RNG.choice(EXTENDED))
    if fate == "deferred":
        way.do(RNG.randint(60, 500), "defer", way.boss, reason=RNG.choice(DEFERRED), review_after_days=RNG.randint(28, 50))
        return
    if fate in ("escalated", "escalated_open"):
        line = way.cat["line_department"]
        way.do(RNG.randint(60, 400), "escalate", way.desk, to="parent", reason=RNG.choice(ESCALATED) + (f"（涉及{line}）" if line else ""))
        if fate == "escalated_open":
            return
    evidence = 2 if way.cat["evidence"] == "required" else None
    way.do(work * RNG.uniform(.6, 1), "handled", actor, text=note, evidence=evidence)
    if fate in ("rework", "rework_open"):
        verify(way, ok=False).do(3, "rework", way.desk, reason="核查未通过，请把剩下的部分做完。")
        if fate == "rework_open":
            return
        way.do(RNG.randint(200, 900), "handled", actor, text="返工完成：" + note, evidence=evidence)
    if fate != "handled":
        verify(way)


# What may happen to anything; services are neither returned by the property company nor put off.
FOR_ALL = {"closed", "waiting", "accepted", "dispatched", "started", "handled", "cancelled", "reassigned"}
WAITS_LONG = {"P-0201", "P-0207", "P-0401", "P-0504", "P-0506", "E-0304"}


def suits(fate, text):
    """Whether such a fate makes sense for such a matter. What presses is neither given up nor left lying."""
    if (fate == "declined") != (text["lead"] == "x"):
        return False
    if fate == "deferred":
        return text["category"] in WAITS_LONG and text["urgency"] == "normal"
    if fate in FOR_ALL:
        return text["urgency"] == "normal" or fate == "closed"
    return fate == "declined" or theme(text["category"]) in ("repair", "clean", "order") and text["urgency"] == "normal"


FATES = {"closed": 797, "declined": 30, "cancelled": 27, "rework": 42, "extended": 28, "returned": 26, "reassigned": 20, "escalated": 18}
# fate -> ages in days of cases that are still open on the load day; the older ones are overdue
OPEN = [("waiting", 1), ("waiting", 1), ("waiting", 2), ("accepted", 1), ("accepted", 1), ("accepted", 4), ("dispatched", 1), ("dispatched", 1), ("dispatched", 2),
        ("dispatched", 2), ("dispatched", 7), ("started", 1), ("started", 2), ("started", 2), ("started", 3), ("started_long", 9), ("started_long", 14),
        ("asked", 5), ("asked", 3), ("deferred", 19), ("deferred", 12), ("deferred", 26), ("escalated_open", 16), ("escalated_open", 30),
        ("rework_open", 6), ("handled", 1), ("handled", 2), ("started_long", 22)]


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
    if text["urgency"] == "normal" and not 390 <= t % DAY <= 1350:
        t += 390 - t % DAY + RNG.randint(0, 840)     # at night people call about what cannot wait
    source, reporter = choose_source(w, tag, text, resident, place)
    if source in ("desk", "partner") and (weekday(t) >= 5 or not 510 <= t % DAY <= 1050):
        source = "phone"
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
    for first in RNG.sample(pool, len(pool)):
        if len(out) == count:
            break
        handled = next(s["after_min"] for s in first["steps"] if s["do"] == "handled")
        t = first["t"] + max(5, round(handled * RNG.uniform(.1, .5)))
        who = RNG.choice([r for r in w.homes["yl"] if r[4] and r[0] != first["reporter"] and REF_YEAR - r[3] > 20 and r[9] == "zh"])
        accept = RNG.randint(5, max(6, min(30, round(handled * .3))))
        if t + accept >= first["t"] + handled or weekday(t) >= 5 or not 520 <= t % DAY <= 1020:
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
    cases = story_cases(w, texts)
    decks = {True: [], False: []}      # reports that are declined are a deck of their own

    def next_case(tag, t, fate):
        """Deal the texts like cards: each is told once before any is told again."""
        misfits, declined = [], fate == "declined"
        deck, cards = decks[declined], [t for t in texts if (t["lead"] == "x") == declined]
        while True:
            if not deck:
                deck.extend(RNG.sample(cards, len(cards)))
            card = deck.pop()
            case = build(w, tag, card, t(), fate) if suits(fate, card) else None
            if case:
                deck.extend(m for m in misfits if m not in deck)
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
