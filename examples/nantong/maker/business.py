"""Premises, stalls, equipment and merchants. With a random source of its own, so that the other files stay as they are.

From the page: a wholesale market of 1997 with more than 20,000 m² (中原综合批发市场, 郭里头村社区) and the kindergartens' names.
Everything else is invented: sections and stalls, every merchant, shop and piece of equipment, all figures.
"""
import random
from collections import defaultdict

from .facts import COMMUNITIES, REF_YEAR, SCHOOLS, grid_code
from .staffing import ALPHABET

DICE = random.Random(19970101)
SECTIONS, PER_SECTION = "ABCDEFGHIJ", 30
MARKET, FOOD_HALL = "pr-zhongyuan", "pr-hqcc"
# trade -> last words of a name, goods, usual load in W per stall
TRADES = {
    "hardware": (("五金商行", "五金工具店"), ("螺丝、锁具、水暖件", "电动工具、手工具", "管件、阀门"), 3000),
    "textiles": (("布行", "家纺批发部"), ("蓝印花布、棉布", "床上用品", "窗帘布艺"), 2000),
    "clothing": (("服饰", "鞋业"), ("童装", "劳保鞋服", "针织内衣"), 2000),
    "household": (("日用百货", "塑料制品店"), ("塑料盆桶、收纳箱", "餐具、一次性用品", "清洁用品"), 1500),
    "grocery": (("副食品批发部", "商贸行"), ("粮油、调味品", "饮料、方便食品", "烟酒、炒货"), 6000),
    "building_materials": (("建材经营部", "装饰材料店"), ("板材、地板", "涂料、腻子粉", "灯具、开关"), 4000),
    "electronics": (("电器商行",), ("小家电、电风扇", "手机配件"), 5000),
    "stationery": (("文具批发部",), ("办公用品、作业本", "玩具、礼品"), 1200),
}
MIX = ("hardware",) * 5 + ("textiles",) * 5 + ("clothing",) * 4 + ("household",) * 5 + ("grocery",) * 4 + ("building_materials",) * 3 + ("electronics",) * 2 + ("stationery",) * 2
WORDS_1 = "顺永兴恒瑞鑫华盛宏祥丰嘉德荣昌泰润锦通裕"
WORDS_2 = "达源隆发和利康诚盈旺成顺安美茂来"
# key, building, kind, name, street, m², kW, merchant (trade, goods, employees, load in W, hours)
SHOPS = [
    ("pr-yl-01", "b-gmdc-1", "shop", "光明东村南门便利店", "青年中路光明东村1号", "46.5", 12, ("grocery", "日用品、饮料、文具", 2, 5500, "6:30–22:00")),
    ("pr-yl-02", "b-gmdc-2", "catering", "巷口面馆", "青年中路光明东村2号", "62", 25, ("catering", "面条、馄饨", 4, 18000, "5:30–13:30")),
    ("pr-yl-03", "b-ymhy-1", "shop", "悦美理发", "跃龙路61号-1", "38", 10, ("hairdressing", "理发", 2, 6000, "9:00–20:00")),
    ("pr-yl-04", "b-ymhy-2", "shop", "悦美大药房", "跃龙路61号-5", "85", 15, ("medicine", "药品、医疗器械", 5, 8000, "8:00–21:30")),
    ("pr-yl-05", "b-qnzl50-1", "shop", "青中修配铺", "青年中路50号", "24", 8, ("repair", "修车、修锁、配钥匙", 1, 2500, "7:30–18:00")),
    ("pr-yl-06", "b-ylnl28-1", "shop", "跃南水果店", "跃龙南路28号", "55", 12, ("food", "水果、干货", 3, 7000, "7:00–21:00")),
    ("pr-yl-07", "b-ylnl28-2", "catering", "跃南小吃", "跃龙南路28号-3", "48", 20, ("catering", "包子、豆浆", 3, 14000, "5:00–11:00")),
    ("pr-yl-08", "b-sfl-1", "shop", "师范里文印", "虹桥路17号", "30", 8, ("stationery", "复印、文具", 2, 3500, "8:00–19:00")),
    ("pr-yl-09", "b-hnxc-1", "shop", "虹南快递驿站", "跃龙南路96号", "70", 10, ("logistics", "快递收发", 3, 3000, "8:00–21:00")),
    ("pr-yl-10", "b-yygy-1", "office", "友谊公寓底层办公用房", "跃龙路118号", "160", 30, ("education", "书法、围棋培训", 6, 9000, "14:00–20:30")),
    ("pr-yl-11", "b-hjyj-1", "catering", "濠景茶餐厅", "跃龙路135号", "210", 80, ("catering", "茶点、简餐", 12, 52000, "10:00–21:30")),
]
# kind, name, spot, count, who maintains it, months between looks
MARKET_KIT = [
    ("fire_hydrant", "", "A 区至 J 区主通道两侧", 20, "市场管理办公室", 6), ("extinguisher", "", "每区通道口灭火器箱", 60, "市场管理办公室", 12),
    ("fire_alarm", "", "市场值班室", 1, "安澜消防设施维护部（示例）", 12), ("fire_pump", "1号泵", "市场西北角泵房", 1, "安澜消防设施维护部（示例）", 6),
    ("switch_room", "总配电间", "市场北门东侧", 1, "市场管理办公室", 3), ("camera", "", "各出入口和主通道", 32, "市场管理办公室", 12),
    ("emergency_light", "", "各安全出口", 24, "市场管理办公室", 6), ("charging_point", "", "南侧停车场", 16, "便民充电服务点（示例）", 3),
]
HALL_KIT = [("fire_hydrant", "", "进门左侧", 2, "菜场管理员", 6), ("extinguisher", "", "东西两侧通道", 8, "菜场管理员", 12), ("defibrillator", "", "菜场服务台旁", 1, "社区卫生服务中心", 12)]


def code_of(serial, prefix):
    """A unified social credit code with right check characters around an obviously invented serial."""
    body = f"0000{serial:04d}"
    c = 11 - sum(int(ch) * w for ch, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    code = prefix + "320613" + body + ("0" if c == 11 else "X" if c == 10 else str(c))
    total = sum(ALPHABET.index(ch) * pow(3, i, 31) for i, ch in enumerate(code))
    return code + ALPHABET[(31 - total % 31) % 31]


class Business:
    def __init__(self, houses, people, rings):
        self.premises, self.stalls, self.equipment, self.merchants = [], [], [], []
        self.buildings, self.rings, self.serial, self.names = {b[0]: b for b in houses[1]}, rings, 1000, set()
        estate_home = {e[0]: e[1] for e in houses[0]}
        home = {d[0]: estate_home[self.buildings[d[1]][1]] for d in houses[2]}
        self.adults = defaultdict(list)
        for r in people.rows:
            if r[5] and r[3] and 24 <= REF_YEAR - int(r[3]) <= 68 and r[6] != "other":
                self.adults[home[r[5]]].append(r[0])
        for keys in self.adults.values():
            DICE.shuffle(keys)

    def code(self, prefix="92"):
        self.serial += 1
        return code_of(self.serial, prefix)

    def person(self, community):
        return self.adults[community].pop() if self.adults[community] else ""

    def name(self, trade):
        while True:
            name = DICE.choice(WORDS_1) + DICE.choice(WORDS_2) + DICE.choice(TRADES[trade][0])
            if name not in self.names:
                self.names.add(name)
                return name

    def merchant(self, key, premises, stall, name, kind, trade, goods, employees, area, load_w, hours, opened, owner, safety=""):
        coded = DICE.random() < .86
        kind = kind if coded else "unknown"
        phone = f"1390001{len(self.merchants):04d}" if DICE.random() < .9 else ""
        code = self.code("91" if kind == "company" else "92") if coded else ""
        self.merchants.append((key, premises, stall, name, kind, code, trade, goods, employees, area, f"{load_w / 1000:g}", hours, opened, phone, "2024-03-01", owner, "", safety))

    def kit(self, premises, kit):
        for n, (kind, name, spot, count, who, months) in enumerate(kit, 1):
            month = DICE.randint(1, 3)
            due = month + months
            self.equipment.append((f"eq-{premises[3:]}-{n}", "", premises, kind, name, spot, count, "working", who, f"2024-{month:02d}-15",
                                   f"{2024 + (due - 1) // 12}-{(due - 1) % 12 + 1:02d}-15", ""))


def middle(ring):
    xs, ys = [p[0] for p in ring[:-1]], [p[1] for p in ring[:-1]]
    return round(sum(xs) / len(xs), 6), round(sum(ys) / len(ys), 6)


def make_business(houses, people, rings):
    b = Business(houses, people, rings)
    glt, yl = "YL-C-GLT", "320613005018"
    nb = grid_code("glt", 1, 1)
    b.premises.append((MARKET, glt, "market", "中原综合批发市场", "", "中原路8号", *middle(rings[nb]), nb, "20000", 1, 1997, 1600, "主通道 3 条；消防车通道在北门和南门"))
    first = True
    for section in SECTIONS:
        for number in range(1, PER_SECTION + 1):
            key, area = f"st-zy-{section}{number:02d}", DICE.choice((18, 24, 24, 30))
            taken = first or DICE.random() < .84
            b.stalls.append((key, MARKET, section, f"{number:02d}", area, "selling" if taken or DICE.random() < .5 else "empty"))
            if taken:
                trade = "textiles" if first else DICE.choice(MIX)
                words, goods, load = TRADES[trade]
                owner = b.person(glt) if first or DICE.random() < .6 else ""
                b.merchant(f"m-zy-{section}{number:02d}", MARKET, key, b.name(trade), "company" if DICE.random() < .06 else "individual", trade, DICE.choice(goods),
                           DICE.choice((1, 2, 2, 2, 3, 3, 4, 6)), area, int(load * DICE.uniform(.5, 1.6)) // 100 * 100, "6:30–17:30",
                           f"{DICE.randint(1998, 2023)}-{DICE.randint(1, 12):02d}-{DICE.randint(1, 28):02d}", owner, owner if DICE.random() < .3 else "")
                first = False
    b.kit(MARKET, MARKET_KIT)

    nb = grid_code("yl", 3, 2)
    b.premises.append((FOOD_HALL, yl, "market", "虹桥路菜场", "", "虹桥路48号", *middle(rings[nb]), nb, "860", 1, 2004, 120, ""))
    for section, trade, goods in (("A", "food", ("蔬菜", "水果", "豆制品")), ("B", "food", ("猪肉", "水产", "禽蛋"))):
        for number in range(1, 13):
            key = f"st-hq-{section}{number:02d}"
            taken = DICE.random() < .8
            b.stalls.append((key, FOOD_HALL, section, f"{number:02d}", 9, "selling" if taken else "empty"))
            if taken:
                what = DICE.choice(goods)
                b.merchant(f"m-hq-{section}{number:02d}", FOOD_HALL, key, f"{section}{number:02d} {what}摊", "individual", trade, what, DICE.choice((1, 2, 2)), 9,
                           DICE.choice((800, 1500, 3000)), "5:00–18:00", f"{DICE.randint(2005, 2023)}-05-01", b.person(yl) if DICE.random() < .7 else "")
    b.kit(FOOD_HALL, HALL_KIT)

    for key, building, kind, name, street, area, kw, (trade, goods, employees, load, hours) in SHOPS:
        nb = b.buildings[building][7]
        b.premises.append((key, yl, kind, name, building, street, "", "", nb, area, 1, "", kw, ""))
        owner = b.person(yl)
        b.merchant(f"m-{key[3:]}", key, "", name, "individual", trade, goods, employees, area, load, hours, f"{DICE.randint(2006, 2023)}-09-01", owner, owner)
        b.kit(key, [("extinguisher", "", "收银台旁", 2, name, 12)])
    for n, (tag, name) in enumerate(SCHOOLS, 1):
        home = next(c[0] for c in COMMUNITIES if c[6] == tag)
        nb = grid_code(tag, 1, 1)
        b.premises.append((f"pr-school-{n}", home, "kindergarten", name, "", "", *middle(rings[nb]), nb, "", "", "", "", ""))
        b.kit(f"pr-school-{n}", [("extinguisher", "", "各班级门口", 12, name, 12), ("fire_alarm", "", "门卫室", 1, name, 12)])

    for bkey, _, _, _, floors, *_ in houses[1]:
        if floors >= 8:
            b.equipment.append((f"eq-{bkey[2:]}-lift", bkey, "", "lift", "1号梯", "1单元大厅", 1, DICE.choices(("working", "faulty", "out_of_service"), (90, 7, 3))[0], "电梯维保单位（示例）", "2024-03-10", "2024-03-25", ""))
        if bkey.endswith("-1"):
            b.equipment.append((f"eq-{bkey[2:]}-hydrant", bkey, "", "fire_hydrant", "", "楼前道路北侧", 1, "working", "物业公司", "2024-02-20", "2024-08-20", ""))
            if DICE.random() < .5:
                b.equipment.append((f"eq-{bkey[2:]}-charge", bkey, "", "charging_point", "", "车棚内", 10, "working", "便民充电服务点（示例）", "2024-03-01", "2024-06-01", ""))
    return b
