"""What is written by hand: names, places and houses, and the seed everything else grows from.

README.md tells which of these are from the newspaper page and which are invented.
"""
import random

RNG = random.Random(320613005018)
REF_YEAR = 2026          # birth years are chosen so that ages are right about this year
REF_WEEKDAY = 2          # the weekly rhythm of cases assumes the load day is a Wednesday (0 = Monday)
VALID_FROM = "2024-01-01"
NBS, OWN = ("nbs-12", "2023"), ("youlin-example", "1")

# code, scheme, name, English, short, seed lon, seed lat
SUBDISTRICTS = [
    ("320613005", NBS, "虹桥街道", "Hongqiao Subdistrict", "虹桥", 120.872, 31.997),
    ("YL-S02", OWN, "城东街道", "Chengdong Subdistrict", "城东", 120.897, 32.008),
    ("YL-S03", OWN, "和平桥街道", "Hepingqiao Subdistrict", "和平桥", 120.849, 32.009),
    ("YL-S04", OWN, "钟秀街道", "Zhongxiu Subdistrict", "钟秀", 120.903, 32.037),
    ("YL-S05", OWN, "陈桥街道", "Chenqiao Subdistrict", "陈桥", 120.830, 32.082),
    ("YL-S06", OWN, "天生港镇街道", "Tianshenggang Town Subdistrict", "天生港", 120.793, 32.043),
    ("YL-S07", OWN, "崇川经济开发区", "Chongchuan Economic Development Zone", "崇川经开区", 120.945, 31.990),
]
FILLERS = [(120.871, 31.968), (120.90, 31.93), (120.95, 31.945), (120.83, 31.975), (120.868, 32.055),
           (120.955, 32.06), (120.815, 32.01), (120.92, 31.975), (120.90, 32.09), (120.79, 32.0)]

# code, scheme, parent, name, English, short, tag used in keys and logins, lon, lat, half width, half height (degrees)
COMMUNITIES = [
    ("320613005018", NBS, "320613005", "跃龙社区", "Yuelong Community", "跃龙", "yl", 120.872, 31.998, .0064, .0052),
    ("YL-C-XQY", OWN, "YL-S02", "新桥苑社区", "Xinqiaoyuan Community", "新桥苑", "xqy", 120.899, 32.0145, .0055, .0044),
    ("YL-C-XSQ", OWN, "YL-S02", "小石桥社区", "Xiaoshiqiao Community", "小石桥", "xsq", 120.903, 32.0035, .0052, .0044),
    ("YL-C-GLT", OWN, "YL-S04", "郭里头村社区", "Guolitoucun Community", "郭里头村", "glt", 120.904, 32.037, .0057, .0047),
    ("YL-C-YH", OWN, "YL-S03", "颐和社区", "Yihe Community", "颐和", "yh", 120.848, 32.010, .0052, .0042),
    ("YL-C-LK", OWN, "YL-S05", "丽康社区", "Likang Community", "丽康", "lk", 120.830, 32.082, .0060, .0049),
    ("YL-C-LH", OWN, "YL-S06", "龙湖佳苑社区", "Longhu Jiayuan Community", "龙湖佳苑", "lh", 120.794, 32.043, .0057, .0047),
    ("YL-C-XTQ", OWN, "YL-S07", "学堂桥社区", "Xuetangqiao Community", "学堂桥", "xtq", 120.946, 31.991, .0060, .0047),
]

# community tag -> grids (name, English, neighbourhoods as (name, English, seed x, seed y)); seeds lie in [-1, 1]²
GRIDS = {
    "yl": [
        ("悦美网格", "Yuemei Grid", [("光明东村东邻里", "Guangming Dongcun East", -.30, .72), ("光明东村西邻里", "Guangming Dongcun West", -.75, .42), ("悦美花园邻里", "Yuemei Garden", -.22, .22)]),
        ("和美网格", "Hemei Grid", [("青年中路邻里", "Qingnian Middle Road", .30, .70), ("跃龙南路邻里", "Yuelong South Road", .36, .16), ("师范里邻里", "Shifanli", .78, .40)]),
        ("淳美网格", "Chunmei Grid", [("虹南新村邻里", "Hongnan New Village", -.72, -.28), ("银杏苑邻里", "Ginkgo Court", -.26, -.62)]),
        ("睦美网格", "Mumei Grid", [("友谊公寓邻里", "Friendship Apartments", .34, -.46), ("濠景雅居邻里", "Haojing Residence", .76, -.30)]),
    ],
    "xqy": [("新桥一网格", "Xinqiao Grid 1", [("新桥新村东邻里", "Xinqiao East", .5, .5), ("新桥新村西邻里", "Xinqiao West", -.5, .5)]),
            ("新桥二网格", "Xinqiao Grid 2", [("中心河南邻里", "South of the River", -.4, -.5), ("新桥北苑邻里", "Xinqiao North Court", .5, -.45)])],
    "xsq": [("石桥网格", "Shiqiao Grid", [("小石桥东邻里", "Shiqiao East", .5, .1), ("小石桥西邻里", "Shiqiao West", -.5, -.1)])],
    "glt": [("中原网格", "Zhongyuan Grid", [("中原市场邻里", "Zhongyuan Market", .5, .4), ("中原公寓邻里", "Zhongyuan Apartments", -.4, .5)]),
            ("郭里网格", "Guoli Grid", [("郭里前邻里", "Guoli Front", -.5, -.5), ("郭里后邻里", "Guoli Back", .5, -.5)])],
    "yh": [("颐和网格", "Yihe Grid", [("颐和东邻里", "Yihe East", .5, 0), ("颐和西邻里", "Yihe West", -.5, .1)])],
    "lk": [("丽康网格", "Likang Grid", [("丽康南邻里", "Likang South", .1, -.5), ("丽康北邻里", "Likang North", -.1, .5)])],
    "lh": [("龙湖网格", "Longhu Grid", [("龙湖佳苑东邻里", "Longhu East", .5, -.1), ("龙湖佳苑西邻里", "Longhu West", -.5, .1)])],
    "xtq": [("学堂桥一网格", "Xuetangqiao Grid 1", [("学堂桥南邻里", "Xuetangqiao South", -.4, -.5), ("观阳邻里", "Guanyang", .5, -.4)]),
            ("学堂桥二网格", "Xuetangqiao Grid 2", [("学堂桥北邻里", "Xuetangqiao North", -.4, .5), ("科创邻里", "Kechuang", .5, .5)])],
}

# tag, key, name, aliases, road, address, year, neighbourhood indices (grid, neighbourhood), buildings, floors, flats per floor, entrances
ESTATES = [
    ("yl", "es-gmdc", "光明东村", "光明东;东村", "青年中路", "青年中路光明东村", 1986, [(1, 1), (1, 2)], 14, 6, 2, 1),
    ("yl", "es-ymhy", "悦美花园", "悦美;悦美小区", "跃龙路", "跃龙路61号", 2003, [(1, 3)], 6, 6, 2, 1),
    ("yl", "es-qnzl50", "青年中路50号", "青年中路50号零散楼幢;青中50号", "青年中路", "青年中路50号", 1992, [(2, 1)], 4, 5, 2, 1),
    ("yl", "es-ylnl28", "跃龙南路28号院", "跃龙南路28号;跃南28号", "跃龙南路", "跃龙南路28号", 1995, [(2, 2)], 5, 5, 2, 1),
    ("yl", "es-sfl", "师范里", "师范里小区", "虹桥路", "虹桥路17号", 1989, [(2, 3)], 3, 4, 2, 1),
    ("yl", "es-hnxc", "虹南新村", "虹南", "跃龙南路", "跃龙南路96号", 1991, [(3, 1)], 6, 5, 2, 1),
    ("yl", "es-yxy", "银杏苑", "银杏小区", "虹桥路", "虹桥路52号", 2009, [(3, 2)], 4, 8, 1, 1),
    ("yl", "es-yygy", "友谊公寓", "友谊", "跃龙路", "跃龙路118号", 2012, [(4, 1)], 3, 11, 1, 1),
    ("yl", "es-hjyj", "濠景雅居", "濠景", "跃龙路", "跃龙路135号", 2015, [(4, 2)], 4, 9, 1, 1),
    ("xqy", "es-xqxc", "新桥新村", "新桥", "新桥路", "新桥路8号", 1994, [(1, 1), (1, 2)], 3, 5, 2, 1),
    ("xqy", "es-xqby", "新桥北苑", "北苑", "新桥路", "新桥路31号", 2006, [(2, 1), (2, 2)], 3, 8, 1, 1),
    ("xsq", "es-sqxc", "石桥新村", "小石桥新村", "石桥路", "石桥路22号", 1996, [(1, 1), (1, 2)], 3, 5, 2, 1),
    ("glt", "es-zygy", "中原公寓", "中原", "中原路", "中原路19号", 1999, [(1, 1), (1, 2)], 3, 5, 2, 1),
    ("glt", "es-glxj", "郭里新居", "郭里", "中原路", "中原路77号", 2010, [(2, 1), (2, 2)], 3, 8, 1, 1),
    ("yh", "es-yhjy", "颐和家园", "颐和", "和平路", "和平路40号", 2007, [(1, 1), (1, 2)], 3, 8, 1, 1),
    ("lk", "es-lkhy", "丽康花苑", "丽康", "丽康路", "丽康路5号", 2011, [(1, 1), (1, 2)], 3, 6, 2, 1),
    ("lh", "es-lhjy", "龙湖佳苑", "龙湖", "龙湖路", "龙湖路66号", 2013, [(1, 1), (1, 2)], 3, 8, 1, 1),
    ("xtq", "es-xtxy", "学堂桥新苑", "学堂新苑", "学堂路", "学堂路12号", 2008, [(1, 1), (2, 1)], 3, 6, 2, 1),
    ("xtq", "es-kchy", "科创花园", "科创", "学堂路", "学堂路88号", 2016, [(1, 2), (2, 2)], 3, 9, 1, 1),
]

# short name used in texts.txt -> organisation key, kind, name
LINES = {
    "hw": ("o-line-sanitation", "line_department", "区环境卫生管理所"),
    "cg": ("o-line-urban", "line_department", "区城市管理局综合执法队"),
    "sz": ("o-line-roads", "line_department", "区市政设施养护所"),
    "lh": ("o-line-green", "line_department", "区园林绿化养护所"),
    "river": ("o-line-river", "line_department", "区河道养护所"),
    "water": ("o-line-water", "line_department", "自来水公司城区营业所"),
    "power": ("o-line-power", "line_department", "供电公司城区抢修班"),
    "gas": ("o-line-gas", "line_department", "燃气公司城区抢修站"),
    "telecom": ("o-line-telecom", "line_department", "通信线路维护中心"),
    "police": ("o-line-police", "line_department", "虹桥派出所社区警务室"),
    "fire": ("o-fire-hehx", "fire_station", "崇川区孩儿巷消防救援站"),
}
SCHOOLS = [("yh", "地步湾幼儿园"), ("lk", "五里树幼儿园"), ("lh", "龙湖佳苑幼儿园"), ("xtq", "观阳幼儿园"), ("xqy", "新桥第二幼儿园")]


def grid_code(tag, g, n=None):
    """Code of a grid, or of its n-th neighbourhood; invented, scheme youlin-example."""
    return f"YL-{tag.upper()}-G{g}" + (f"-N{n}" if n else "")
