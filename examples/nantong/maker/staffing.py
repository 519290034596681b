"""Organisations, memberships and accounts: who works where and may do what."""
from collections import defaultdict

from .facts import COMMUNITIES, ESTATES, GRIDS, LINES, RNG, SCHOOLS, grid_code
from .people import VOLUNTEER

WITH_COMMITTEE = ("光明东村", "悦美花园", "银杏苑", "濠景雅居")      # estates in 跃龙 whose owners have elected a committee
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(serial):
    """A unified social credit code with right check characters (GB 11714, GB 32100) around an obviously invented serial."""
    body = f"000000{serial:02d}"
    c = 11 - sum(int(ch) * w for ch, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    code = "91320613" + body + ("0" if c == 11 else "X" if c == 10 else str(c))
    total = sum(ALPHABET.index(ch) * pow(3, i, 31) for i, ch in enumerate(code))
    return code + ALPHABET[(31 - total % 31) % 31]


def make_organisations():
    rows, serial = [], [0]
    def add(key, kind, name, area_code, code=False):
        serial[0] += 1
        rows.append((key, kind, name, area_code, f"0513-0000{serial[0]:04d}", uscc(serial[0]) if code else ""))
    for key, kind, name in LINES.values():
        add(key, kind, name, "320613")
    add("o-hospital-1", "hospital", "崇川区友邻康复医院", "320613")
    add("o-hospital-2", "hospital", "虹桥街道社区卫生服务中心", "320613005")
    for code, _, _, name, _, short, tag, *_ in COMMUNITIES:
        add(f"o-rc-{tag}", "residents_committee", f"{name}居民委员会", code)
        add(f"o-pb-{tag}", "party_branch", f"{name}党支部" if tag != "yl" else "跃龙社区悦美网格党支部", code if tag != "yl" else grid_code("yl", 1))
        add(f"o-pm-{tag}", "property_company", {"yl": "悦邻物业服务有限公司"}.get(tag, f"{short}安居物业服务有限公司"), code, True)
        add(f"o-vt-{tag}", "volunteer_team", {"yl": "友邻帮扶团", "xqy": "新桥苑护河小分队", "xsq": "“绿如蓝”保卫队"}.get(tag, f"{short}邻里志愿队"), code)
    for tag, key, name, *_ in ESTATES:
        if tag == "yl" and name in WITH_COMMITTEE:
            add(f"o-oc-{key[3:]}", "owners_committee", f"{name}业主委员会", "320613005018")
    for n, (tag, name) in enumerate(SCHOOLS, 1):
        add(f"o-school-{n}", "school", name, next(c[0] for c in COMMUNITIES if c[6] == tag))
    return rows


class Staffing:
    """Memberships and accounts, and who may lead a case in which area."""

    def __init__(self, people, houses):
        self.people, self.memberships, self.accounts = people, [], []
        self.grid_login, self.micro_login, self.partner_login, self.desk, self.boss = {}, {}, {}, {}, {}
        self.login_person = {}
        self.nb_of = {b[0]: b[7] for b in houses[1]}
        self.b_of = {d[0]: d[1] for d in houses[2]}
        self.residents = defaultdict(list)
        for r in people.rows:
            if r[5]:
                self.residents[self.nb_of[self.b_of[r[5]]]].append(r)

    def member(self, person, role, area_code, organisation="", since="2024-03-01"):
        self.memberships.append((person, organisation, role, area_code, since))

    def memberships_on_duty(self):
        """With the telephone that goes with the duty of a grid. Asked for last, so that everybody else keeps their number."""
        return [(*one, self.people.phone() if one[2] == "grid_worker" else "") for one in self.memberships]

    def account(self, login, display, person, *grants):
        self.accounts.append((login, display, person, ";".join(grants)))
        self.login_person[login] = person

    def staff(self, name, sex, born, note, labels=()):
        self.people.names.add(name)
        return self.people.add(name, sex, born, self.people.phone(), labels=labels, note=note)


STORY_HOUSEHOLDS = "h-0008"      # the first eight households belong to the story and stay as written
MICRO_ROLES = ["owners_committee_member", "branch_secretary", "party_group_leader", "property_staff", "party_member_in_service", "teacher"]


def fill_community(st, community):
    """Everybody who works in one community."""
    desk_and_lead(st, community)
    for g, (gname, _, nbs) in enumerate(GRIDS[community[6]], 1):
        grid_worker(st, community[6], g, gname)
        for n, nb in enumerate(nbs, 1):
            micro_grid_worker(st, community[6], g, n, nb[0])
    helpers(st, community[6])
    property_staff(st, community)


def desk_and_lead(st, community):
    code, _, _, name, _, _, tag, *_ = community
    main = tag == "yl"
    st.desk[code], st.boss[code] = ("desk", "lead") if main else (f"desk-{tag}", f"desk-{tag}")
    desk = st.staff(st.people.name("female"), "female", RNG.randint(1980, 1998), f"{name}服务台")
    st.account(st.desk[code], f"{name}服务台", desk, *([f"community_desk@{code}"] if main else [f"community_desk@{code}", f"community_lead@{code}"]))
    if main:
        boss = st.staff(st.people.name("female"), "female", 1978, "跃龙社区负责人")
        st.account("lead", "跃龙社区负责人", boss, f"community_lead@{code}")
        st.member(boss, "branch_secretary", code, f"o-pb-{tag}")


# grid workers of 跃龙: login, name, sex, what people call them
WORKERS = [("shi", "施雨晴", "female", "小施"), ("gu", "顾晓东", "male", "小顾"), ("lu", "陆文静", "female", "小陆"), ("qu", "瞿磊", "male", "小瞿")]


def grid_worker(st, tag, g, gname):
    gcode = grid_code(tag, g)
    if tag == "yl":
        login, name, sex, called = WORKERS[g - 1]
        display, note = f"{called}（{gname}）", f"{gname}网格员，人称{called}"
    else:
        login, sex = f"grid-{tag}-{g}", RNG.choice(("male", "female"))
        name = st.people.name(sex)
        display, note = f"{gname}{name[0]}{'师傅' if sex == 'male' else '姐'}", f"{gname}网格员"
    worker = st.staff(name, sex, RNG.randint(1984, 1999), note)
    st.account(login, display, worker, f"grid_worker@{gcode}")
    st.member(worker, "grid_worker", gcode)
    st.grid_login[gcode] = login


def micro_grid_worker(st, tag, g, n, name):
    """One resident of the neighbourhood, who also stands in one of the roles the page lists."""
    main, code = tag == "yl", grid_code(tag, g, n)
    nth = len(st.micro_login) if main else g
    retired = main and nth == 1           # 蒋阿姨 of the page, under an invented name
    pool = [r for r in st.residents[code] if 1950 <= r[3] <= 2003 and r[7] > STORY_HOUSEHOLDS]
    r = next((x for x in pool if VOLUNTEER not in x[8].split(";") and (not retired or x[2] == "female")), pool[0])
    if not r[4]:
        r[4] = st.people.phone()
    if retired:
        r[1], r[3], r[10] = "蒋玉芬", 1960, "退休后在家门口老年大学学习，业委会委员"
        st.people.names.add(r[1])
    r[8] = ";".join(sorted({*filter(None, r[8].split(";")), "micro_grid_worker"}))
    role = MICRO_ROLES[(nth + 5) % 6]
    committee = next((f"o-oc-{e[1][3:]}" for e in ESTATES if e[0] == tag and (g, n) in e[7] and e[2] in WITH_COMMITTEE), "")
    if main and role == "owners_committee_member" and not committee:
        role = "teacher"
    organisation = {"owners_committee_member": committee, "branch_secretary": f"o-pb-{tag}", "party_group_leader": f"o-pb-{tag}", "property_staff": f"o-pm-{tag}"}.get(role, "")
    st.member(r[0], "micro_grid_worker", code)
    st.member(r[0], role, code, organisation)
    if main:
        st.micro_login[code] = f"micro{nth + 1}"
        st.account(f"micro{nth + 1}", f"{r[1]}（{name}微网格员）", r[0], f"micro_grid_worker@{code}")


def helpers(st, tag):
    for code in [c for c in st.residents if c.startswith(f"YL-{tag.upper()}-")]:
        for r in st.residents[code]:
            if VOLUNTEER in r[8].split(";"):
                if not r[4] and RNG.random() < .8:
                    r[4] = st.people.phone()
                st.member(r[0], "volunteer", code, f"o-vt-{tag}", "2024-06-01")
            if "party_member" in r[8].split(";") and r[3] > 1965:
                st.member(r[0], "party_member_in_service", code)


def property_staff(st, community):
    code, _, _, _, _, short, tag, *_ = community
    for k in range(3 if tag == "yl" else 1):
        sex = ("male", "male", "female")[k]
        person = st.staff(st.people.name(sex), sex, RNG.randint(1968, 1992), f"{short}物业{('项目经理', '维修', '客服')[k]}")
        st.member(person, "property_staff", code, f"o-pm-{tag}")
        if k == 0:
            login = "property" if tag == "yl" else f"property-{tag}"
            st.account(login, "悦邻物业" if tag == "yl" else f"{short}物业", person, f"partner@{code}#o-pm-{tag}")
            st.partner_login[f"o-pm-{tag}"] = login


def make_staffing(people, houses):
    st = Staffing(people, houses)
    for community in COMMUNITIES:
        fill_community(st, community)
    for short, (org, _, name) in LINES.items():
        person = st.staff(people.name("male"), "male", RNG.randint(1975, 1995), f"{name}联系人")
        st.account(short, name, person, f"partner@320613#{org}")
        st.partner_login[org] = short
    st.account("supervisor", "虹桥街道督办员", "", "subdistrict_supervisor@320613005")
    st.account("district", "崇川区运行值班", "", "district_operator@320613")
    st.account("auditor", "审计员", "", "auditor@320613")
    st.account("admin", "系统管理员", "", "administrator@320613")
    son = next(r for r in people.rows if r[1] == "周建国")
    helper = next(r for r in people.rows if r[1] == "顾卫东")
    st.account("resident", "周建国（居民）", son[0], "resident@320613005018")
    st.account("volunteer", "顾卫东（志愿者）", helper[0], "volunteer@320613005018")
    for tag in ("xqy", "glt"):
        code = next(c[0] for c in COMMUNITIES if c[6] == tag)
        r = next(r for n, rs in st.residents.items() if n.startswith(f"YL-{tag.upper()}-") for r in rs if r[4] and r[3] < 2000)
        st.account(f"resident-{tag}", f"{r[1]}（居民）", r[0], f"resident@{code}")
    river_people(st)
    return st


def river_people(st):
    """Who walks the river besides the cleaners: the volunteers, and the chiefs of reaches.csv, known to their policies by name."""
    member = next(m[0] for m in st.memberships if m[1] == "o-vt-xsq")
    st.account("green", "“绿如蓝”保卫队", member, "partner@YL-C-XSQ#o-vt-xsq")
    st.account("chief-xqy", "曹建林（新桥苑村级河长）", "", "community_lead@YL-C-XQY")
    st.account("chief-xsq", "安志远（小石桥村级河长）", "", "community_lead@YL-C-XSQ")
    st.account("chief-cd", "陆晓东（城东镇级河长）", "", "subdistrict_supervisor@YL-S02")
