"""Invented persons and households."""
from collections import defaultdict

from .facts import REF_YEAR, RNG

SURNAMES = "王李张陈徐周吴朱陆顾季黄袁杨钱葛曹沈施严邵姚丁马蔡瞿倪成汤储许范孙赵薛缪俞高龚钟包陶秦蒋戴石冒镇"
MALE = "国强 建华 志明 海峰 卫东 永林 德才 文斌 俊杰 浩然 子轩 宇航 伟 军 磊 斌 涛 建平 玉明 学文 宏伟 晓东 春生 金泉 锦荣 维新 鹏飞 思远 一凡 立群 小兵 福根 祥云 振宇 天佑 嘉禾".split()
FEMALE = "秀英 桂兰 玉芳 美华 丽萍 晓燕 雪梅 佳怡 欣妍 梓涵 静 敏 芳 婷 燕 玲 红梅 凤珍 惠琴 淑芬 爱华 海燕 春花 月琴 思琪 雨桐 若曦 云霞 巧云 素珍 文静 晓岚 冬梅 琳 艳秋 锦绣".split()
PAGE_NAMES = {"江韩兰", "袁吟", "崔一国", "曹建兵", "安恬", "赵蕾", "陶菊红", "黄海娟", "韩正辉", "包志鹏", "张建鑫", "薛成晨", "严伟", "吴淑", "沈洁", "唐建国"}
TALENTS = ["talent:calligraphy", "talent:erhu", "talent:haircut", "talent:electrician", "talent:nurse", "talent:photography", "talent:cooking", "talent:english", "talent:chess", "talent:blue_calico"]
HOMES = ["如皋", "如东", "海安", "启东", "海门", "通州", "盐城", "泰州", "淮安", "安徽", "河南"]
VOLUNTEER = "volunteer"


class People:
    """Collects persons.csv; gives out names and telephone numbers that are never used twice."""

    def __init__(self):
        self.rows, self.names = [], set(PAGE_NAMES)
        self.numbers = [f"{p}{n:04d}" for p in ("1380000", "1390000") for n in range(2000, 9999)]
        RNG.shuffle(self.numbers)
        self.households = 0

    def name(self, sex, surname=None):
        while True:
            n = (surname or RNG.choice(SURNAMES)) + RNG.choice(MALE if sex == "male" else FEMALE)
            if surname:
                if n not in PAGE_NAMES:
                    return n
            elif n not in self.names:
                self.names.add(n)
                return n

    def add(self, name, sex, born, phones="", dwelling="", relation="", household="", labels=(), language="zh", note=""):
        key = f"p-{len(self.rows) + 1:04d}"
        self.rows.append([key, name, sex, born, phones, dwelling, relation, household, ";".join(sorted(set(labels))), language, note,
                          "help.match-home-town" if any(one.startswith("hometown:") for one in labels) else ""])
        return key

    def phone(self):
        return self.numbers.pop()

    def household(self):
        self.households += 1
        return f"h-{self.households:04d}"

    def get(self, key):
        return self.rows[int(key[2:]) - 1]


def adult_labels(born, household_size):
    age, labels = REF_YEAR - born, []
    if age >= 70:
        labels.append("elderly")
        if household_size == 1:
            labels.append("living_alone")
        if RNG.random() < .14:
            labels.append("mobility_impaired")
    elif age >= 22:
        if RNG.random() < .10:
            labels.append(VOLUNTEER)
        if RNG.random() < .09:
            labels.append("party_member")
    if age >= 30 and RNG.random() < .06:
        labels.append(RNG.choice(TALENTS))
        if labels[-1] == "talent:nurse":
            labels.append("talent:first_aid")
    if age >= 20 and RNG.random() < .10:
        labels.append("hometown:" + RNG.choice(HOMES))
    return labels


def make_household(people, dwelling, use):
    """One invented household: who lives together follows the age of the couple and whether the flat is let."""
    hh = people.household()
    relation = "tenant" if use == "let" else "owner"
    kind = RNG.choices(("elders", "lone", "couple", "family", "three"), (22, 13, 14, 38, 13) if use != "let" else (2, 15, 38, 38, 7))[0]
    heads = {"elders": (1940, 1958), "lone": (1936, 1956) if use != "let" else (1985, 2003), "couple": (1965, 2000), "family": (1976, 1995), "three": (1974, 1990)}[kind]
    born = RNG.randint(*heads)
    members = [("male" if RNG.random() < .5 or kind != "lone" else "female", born, relation)]
    if kind != "lone":
        members.append(("female", born + RNG.randint(-2, 3), "family"))
    surname = RNG.choice(SURNAMES)
    if kind in ("family", "three"):
        for _ in range(RNG.choice((1, 1, 1, 2))):
            members.append((RNG.choice(("male", "female")), min(REF_YEAR - 1, born + RNG.randint(25, 33)), "family"))
    if kind == "three":
        members.append((RNG.choice(("male", "female")), born - RNG.randint(24, 30), "family"))
    for n, (sex, year, rel) in enumerate(members):
        age = REF_YEAR - year
        own = surname if n == 0 or age < 30 and n >= 2 else None
        phone = people.phone() if age >= 18 and RNG.random() < (.62 if n == 0 else .2) else ""
        if phone and RNG.random() < .05:
            phone += ";" + people.phone()
        labels = adult_labels(year, len(members)) if age >= 18 else []
        language = "en" if use == "let" and n == 0 and RNG.random() < .05 else "zh"
        note = RNG.choice(("白天上班，晚上七点后在家", "耳背，请多敲几下门", "养了一只小狗", "门口有两级台阶", "习惯早起，上午容易找到", "子女在外地")) if RNG.random() < .08 else ""
        people.add(people.name(sex, own), sex, year, phone, dwelling, rel, hh, labels, language, note)


def make_people(buildings, dwellings):
    people = People()
    # The family of the story: the father cannot walk, the son telephones.
    home = "d-gmdc-12-1-304"
    hh = people.household()
    people.add("周福生", "male", REF_YEAR - 84, "", home, "owner", hh, ["elderly", "mobility_impaired", "wheelchair_user"], "zh", "中风后行动不便，出门坐轮椅；去医院前请先电话联系儿子")
    people.add("周建国", "male", 1969, "13800001234", home, "family", hh, [], "zh", "白天在单位，打手机")
    people.add("缪秀珍", "female", 1970, "13800001235", home, "family", hh)
    story = [("d-gmdc-12-1-302", "顾卫东", "male", 1975, "13800001301", [VOLUNTEER, "party_member"], "面包车一辆，晚上和周末有空"),
             ("d-gmdc-12-1-104", "汤玉明", "male", 1968, "13800001302", [VOLUNTEER], "退休钳工，力气大，白天在家"),
             ("d-gmdc-11-1-201", "季海燕", "female", 1979, "13800001303", [VOLUNTEER, "talent:nurse", "talent:first_aid"], "社区医院护士，轮休"),
             ("d-gmdc-10-1-302", "葛文斌", "male", 1988, "13800001304", [VOLUNTEER, "talent:lawyer"], "在家办公，随叫随到"),
             ("d-gmdc-12-1-501", "蔡丽萍", "female", 1972, "13800001305", [VOLUNTEER, "hometown:如皋"], ""),
             ("d-gmdc-9-1-402", "陆振宇", "male", 1991, "13800001306", [VOLUNTEER, "party_member"], "消防志愿者，会用担架"),
             ("d-gmdc-13-1-101", "储德才", "male", 1961, "13800001307", [VOLUNTEER, "talent:electrician"], "家里有铝合金坡道板可借")]
    use = {d[0]: d[5] for d in dwellings}
    for k, d in enumerate(dwellings):
        if d[0] in {s[0] for s in story}:
            dwellings[k] = (*d[:5], "owned")
    for dwelling, name, sex, born, phone, labels, note in story:
        hh = people.household()
        people.names.add(name)
        people.add(name, sex, born, phone, dwelling, "owner", hh, labels, "zh", note)
        people.add(people.name("female" if sex == "male" else "male"), "female" if sex == "male" else "male", born + 2, "", dwelling, "family", hh)
    taken = {home, *(s[0] for s in story)}
    by_neighbourhood = defaultdict(list)
    nb_of = {b[0]: b[7] for b in buildings}
    for d in dwellings:
        if d[0] not in taken and use[d[0]] != "empty":
            by_neighbourhood[nb_of[d[1]]].append(d)
    for code, homes in by_neighbourhood.items():
        # Registers are never complete: a share of the homes has nobody written down yet.
        share = .62 if code in ("YL-YL-G1-N1", "YL-YL-G1-N2") else .44 if code.startswith("YL-YL") else .28
        chosen = set(RNG.sample(range(len(homes)), max(4, round(len(homes) * share))))
        for k, d in enumerate(homes):
            if k in chosen:
                make_household(people, d[0], d[5])
    return people
