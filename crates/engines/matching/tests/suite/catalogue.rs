//! A small invented catalogue, close in kind to a real one.

use youlin_matching::CategoryHint;

fn hint(key: &str, name: &str, keywords: &[&str], urgent: &[&str]) -> CategoryHint {
    let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect();
    CategoryHint {
        key: key.into(),
        name: name.into(),
        keywords: words(keywords),
        urgent_keywords: words(urgent),
    }
}

pub(crate) fn hints() -> Vec<CategoryHint> {
    vec![
        hint(
            "escort",
            "就医陪护与出行帮助",
            &["轮椅", "就医", "复诊", "陪护"],
            &["瘫痪"],
        ),
        hint(
            "road",
            "道路与路面",
            &["路面", "路面改造", "施工", "改造", "坑洼"],
            &["塌陷"],
        ),
        hint("light", "路灯照明", &["路灯", "灯不亮", "照明"], &[]),
        hint(
            "water",
            "供水管网",
            &["停水", "水管", "爆管", "漏水"],
            &["爆管"],
        ),
        hint("gas", "燃气安全", &["燃气", "煤气", "漏气"], &["漏气"]),
        hint(
            "noise",
            "噪声扰民",
            &["噪音", "扰民", "太吵", "广场舞"],
            &[],
        ),
        hint("rubbish", "垃圾清运", &["垃圾", "清运", "异味"], &[]),
        hint(
            "parking",
            "停车秩序",
            &["停车", "乱停", "占道", "车位"],
            &["消防通道"],
        ),
        hint("dog", "犬只管理", &["遛狗", "流浪狗", "狗绳"], &["咬人"]),
        hint("lift", "电梯", &["电梯", "停梯"], &["被困"]),
        hint("net", "网络", &["wifi", "宽带"], &[]),
    ]
}

pub(crate) fn past() -> Vec<(&'static str, &'static str)> {
    vec![
        ("楼下奶茶店的喇叭从早放到晚，孩子没法写作业", "noise"),
        ("隔壁半夜打麻将，喇叭声很大", "noise"),
        ("理发店门口的喇叭一直放歌", "noise"),
        ("北门的路灯又坏了，晚上看不清", "light"),
        ("三号楼前的路灯不亮", "light"),
        ("奶奶要去透析，想找人推轮椅", "escort"),
        ("大爷腿骨折出院，接不上楼", "escort"),
        ("纸箱和剩菜堆在楼梯口三天没人收", "rubbish"),
        ("楼梯口堆了纸箱和旧沙发", "rubbish"),
        ("不在目录里的事", "retired"),
    ]
}
