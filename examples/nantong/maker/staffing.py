"""Organisations, memberships and accounts: who works where and may do what."""
from collections import defaultdict

from .facts import COMMUNITIES, ESTATES, GRIDS, LINES, RNG, SCHOOLS, grid_code
from .people import VOLUNTEER

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
        if tag == "yl" and name in ("光明东村", "悦美花园", "银杏苑", "濠景雅居"):
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

    def account(self, login, display, person, *grants):
        self.accounts.append((login, display, person, ";".join(grants)))
        self.login_person[login] = person

    def staff(self, name, sex, born, note, labels=()):
        self.people.names.add(name)
        return self.people.add(name, sex, born, self.people.phone(), labels=labels, note=note)


STORY_NAMES = {"周建国", "缪秀珍", "顾卫东", "汤玉明", "季海燕", "葛文斌", "蔡丽萍", "陆振宇", "储德才"}
MICRO_ROLES = ["owners_committee_member", "branch_secretary", "party_group_leader", "property_staff", "party_member_in_service", "teacher"]


def fill_community(st, community):
    code, _, _, name, _, short, tag, *_ = community
    main = tag == "yl"
    p = st.people
    desk_login, boss_login = ("desk", "lead") if main else (f"desk-{tag}", f"desk-{tag}")
    desk = st.staff(p.name("female"), "female", RNG.randint(1980, 1998), f"{name}服务台")
    st.account(desk_login, f"{name}服务台", desk, *([f"community_desk@{code}"] if main else [f"community_desk@{code}", f"community_lead@{code}"]))
    if main:
        boss = st.staff(p.name("female"), "female", 1978, "跃龙社区负责人")
        st.account("lead", "跃龙社区负责人", boss, f"community_lead@{code}")
        st.member(boss, "branch_secretary", code, f"o-pb-{tag}")
    st.desk[code], st.boss[code] = desk_login, boss_login
    workers = [("shi", "施雨晴", "female", "小施"), ("gu", "顾晓东", "male", "小顾"), ("lu", "陆文静", "female", "小陆"), ("qu", "瞿磊", "male", "小瞿")]
    micro = 0
    for g, (gname, _, nbs) in enumerate(GRIDS[tag], 1):
        gcode = grid_code(tag, g)
        if main:
            login, wname, sex, display = workers[g - 1]
        else:
            login, sex = f"grid-{tag}-{g}", RNG.choice(("male", "female"))
            wname = p.name(sex)
            display = f"{gname}{wname[0]}{'师傅' if sex == 'male' else '姐'}"
        worker = st.staff(wname, sex, RNG.randint(1984, 1999), f"{gname}网格员，人称{display}" if main else f"{gname}网格员")
        st.account(login, f"{display}（{gname}）" if main else display, worker, f"grid_worker@{gcode}")
        st.member(worker, "grid_worker", gcode)
        st.grid_login[gcode] = login
        for n in range(1, len(nbs) + 1):
            ncode = grid_code(tag, g, n)
            pool = [r for r in st.residents[ncode] if 1950 <= r[3] <= 2003 and r[1] not in STORY_NAMES]
            wanted = "female" if main and micro == 1 else None
            r = next((x for x in pool if VOLUNTEER not in x[8].split(";") and wanted in (None, x[2])), pool[0])
            if not r[4]:
                r[4] = p.phone()
            if main and micro == 1:
                r[1], r[2], r[3] = "蒋玉芬", "female", 1960
                r[10] = "退休后在家门口老年大学学习，业委会委员"
                p.names.add(r[1])
            r[8] = ";".join(sorted({*filter(None, r[8].split(";")), "micro_grid_worker"}))
            st.member(r[0], "micro_grid_worker", ncode)
            role = MICRO_ROLES[(micro + 5) % 6] if main else MICRO_ROLES[(micro + g) % 6]
            org = {"owners_committee_member": "o-oc-gmdc" if main else "", "branch_secretary": f"o-pb-{tag}", "party_group_leader": f"o-pb-{tag}", "property_staff": f"o-pm-{tag}"}.get(role, "")
            st.member(r[0], role, ncode, org)
            micro += 1
            if main:
                st.micro_login[ncode] = f"micro{micro}"
                st.account(f"micro{micro}", f"{r[1]}（{nbs[n - 1][0]}微网格员）", r[0], f"micro_grid_worker@{ncode}")
    for ncode in [c for c in st.residents if c.startswith(f"YL-{tag.upper()}-")]:
        for r in st.residents[ncode]:
            if VOLUNTEER in r[8].split(";"):
                if not r[4] and RNG.random() < .8:
                    r[4] = p.phone()
                st.member(r[0], "volunteer", ncode, f"o-vt-{tag}", "2024-06-01")
            if "party_member" in r[8].split(";") and r[3] > 1965:
                st.member(r[0], "party_member_in_service", ncode)
    for k in range(3 if main else 1):
        sex = ("male", "male", "female")[k]
        s = st.staff(p.name(sex), sex, RNG.randint(1968, 1992), f"{short}物业{('项目经理', '维修', '客服')[k]}")
        st.member(s, "property_staff", code, f"o-pm-{tag}")
        if k == 0:
            login = "property" if main else f"property-{tag}"
            st.account(login, "悦邻物业" if main else f"{short}物业", s, f"partner@{code}#o-pm-{tag}")
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
    return st
