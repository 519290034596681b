//! Sentences as people say them, and what may be filled from them. The client of the field reads them in another language and
//! is held to the same (`web/tests/reading.test.mjs`): `UPDATE_VECTORS=1` writes `sentences.json` anew.
#![allow(clippy::unwrap_used, reason = "tests")]

mod dice;

use std::collections::BTreeMap;

use dice::{Dice, written_down};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use youlin_checklist::{Form, Reader, Span, Vocabulary, WhyUnsure, river_reading, shipped};

/// Texts that chance puts together from the known words.
const CHANCE: usize = 500;

fn reader() -> Reader {
    let form = Form::build(shipped("river-patrol").unwrap()).unwrap();
    Reader::new(&form, &river_reading().unwrap()).unwrap()
}

fn filled(text: &str) -> String {
    let reading = reader().read(text);
    let all: BTreeMap<_, _> = reading
        .filled
        .iter()
        .map(|one| (one.question.clone(), one.value.to_string()))
        .collect();
    all.iter()
        .map(|(question, value)| format!("{question}={value}"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_sentence_of_the_page() {
    let text =
        "河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。请安排相关人员进行现场处理。";
    let reading = reader().read(text);
    let all: Vec<(&str, String, String)> = reading
        .filled
        .iter()
        .map(|one| {
            (
                one.question.as_str(),
                one.value.to_string(),
                one.span.of(text),
            )
        })
        .collect();
    assert_eq!(
        all,
        [
            ("floating", "few".into(), "漂浮垃圾少许".into()),
            ("bank", "some".into(), "河道周边有一些垃圾".into()),
            ("outlets", "none".into(), "暂未发现排污口".into()),
            ("needs_action", "yes".into(), "请安排".into()),
        ]
    );
    assert!(reading.unsure.is_empty(), "{:?}", reading.unsure);
}

/// What people say, and what it fills.
const SAID: [(&str, &str); 22] = [
    ("没有漂浮物，但岸边有不少垃圾", "bank=many floating=none"),
    (
        "河面干净，岸边整洁，未发现排污口。",
        "bank=none floating=none outlets=none",
    ),
    (
        "未发现漂浮物、岸边垃圾、排污口",
        "bank=none floating=none outlets=none",
    ),
    (
        "漂浮物、岸边垃圾、排污口均未发现",
        "bank=none floating=none outlets=none",
    ),
    ("未发现漂浮垃圾和岸边垃圾", "bank=none floating=none"),
    ("河面没有垃圾，岸边也没有", "bank=none floating=none"),
    ("河面有少量垃圾岸边有大量垃圾", "bank=many floating=few"),
    ("河面没有漂浮物岸边也没有垃圾", "bank=none floating=none"),
    (
        "水面上有零星漂浮物；河岸未见垃圾；发现排污口一处，正在排水",
        "bank=none floating=few outlets=discharging",
    ),
    ("发现排污口正在出水。", "outlets=discharging"),
    ("发现一个排污口，正在出水", "outlets=discharging"),
    ("桥下有个管子在往外流黑水", "outlets=discharging"),
    ("发现一个排污口", "outlets=found"),
    (
        "排污口没有发现，水质清澈，无异味",
        "colour=normal outlets=none smell=no",
    ),
    ("河水发黑，有臭味", "colour=black smell=yes"),
    (
        "水体浑浊，没有异味。公示牌破损。",
        "colour=muddy sign=damaged smell=no",
    ),
    (
        "河里到处是塑料袋，驳岸上有几个饮料瓶",
        "bank=few floating=many",
    ),
    (
        "河道两侧有若干建筑垃圾，需要清理",
        "bank=some needs_action=yes",
    ),
    ("河长牌完好，不需要处理", "needs_action=no sign=good"),
    ("之前河面有大量垃圾，现在只有少许漂浮物", "floating=few"),
    ("河面漂浮垃圾少许，已清理", "floating=few"),
    ("岸边没有多少垃圾", "bank=few"),
];

#[test]
fn what_people_say_is_read() {
    for (text, expected) in SAID {
        assert_eq!(filled(text), expected, "{text}");
    }
}

/// What must fill nothing.
const TRAPS: [&str; 24] = [
    "不是没有漂浮物",
    "并不是没有排污口",
    "河面没有大量漂浮垃圾",
    "岸边可能有一些垃圾",
    "听说有排污口",
    "河面有没有漂浮垃圾？",
    "排污口发现了吗",
    "是否有排污口还不清楚",
    "上周岸边有一些垃圾，现在没有了",
    "如果岸边有垃圾，请及时打电话",
    "禁止在岸边堆放垃圾",
    "已将岸边垃圾清理干净",
    "小区里有大量垃圾",
    "楼道有一些杂物，马路边也有垃圾",
    "岸边垃圾桶有一些破了",
    "河边的垃圾分类宣传做得不错",
    "有一些垃圾",
    "河面漂浮垃圾",
    "岸边有垃圾",
    "无法看到排污口",
    "河面有少许漂浮物，又有大量漂浮物",
    "今天天气很好，一路顺利",
    "李大爷家的水管漏水",
    "",
];

#[test]
fn traps_fill_nothing() {
    for text in TRAPS {
        assert_eq!(filled(text), "", "{text}");
    }
}

#[test]
fn what_is_not_filled_says_why() {
    let why = |text: &str| -> Vec<(String, WhyUnsure)> {
        reader()
            .read(text)
            .unsure
            .into_iter()
            .map(|one| (one.question, one.why))
            .collect()
    };
    let one = |question: &str, why| vec![(question.to_owned(), why)];
    assert_eq!(why("不是没有漂浮物"), one("floating", WhyUnsure::Double));
    assert_eq!(why("岸边可能有一些垃圾"), one("bank", WhyUnsure::Hedged));
    assert_eq!(
        why("河面有没有漂浮垃圾？"),
        one("floating", WhyUnsure::Asked)
    );
    assert_eq!(
        why("河面没有大量漂浮垃圾"),
        one("floating", WhyUnsure::AmountDenied)
    );
    assert_eq!(why("岸边有垃圾"), one("bank", WhyUnsure::NoAmount));
    assert_eq!(why("上周岸边有一些垃圾"), one("bank", WhyUnsure::Past));
    assert_eq!(
        why("如果岸边有垃圾，请打电话"),
        one("bank", WhyUnsure::Condition)
    );
    assert_eq!(
        why("河面有少许漂浮物。桥下有大量漂浮物。"),
        one("floating", WhyUnsure::Conflict)
    );
    let text = "今天风大。河面干净。";
    let reading = reader().read(text);
    assert_eq!(
        reading
            .rest
            .iter()
            .map(|span| span.of(text))
            .collect::<Vec<_>>(),
        ["今天风大"]
    );
}

#[test]
fn amounts_in_every_order() {
    let amounts = [
        ("少许", "few"),
        ("零星", "few"),
        ("少量", "few"),
        ("一些", "some"),
        ("部分", "some"),
        ("大量", "many"),
        ("成片", "many"),
        ("较多", "many"),
    ];
    for (word, value) in amounts {
        for text in [
            format!("河面有{word}漂浮垃圾"),
            format!("河面漂浮垃圾{word}"),
            format!("发现{word}漂浮物"),
            format!("漂浮物{word}。"),
            format!("水面上看到{word}垃圾，其他正常"),
            format!("巡查发现河里有{word}塑料袋！"),
        ] {
            assert_eq!(filled(&text), format!("floating={value}"), "{text}");
        }
        for text in [
            format!("岸边有{word}垃圾"),
            format!("河道周边{word}垃圾堆放"),
            format!("岸坡垃圾{word}"),
        ] {
            assert_eq!(filled(&text), format!("bank={value}"), "{text}");
        }
    }
    for word in [
        "没有",
        "未发现",
        "暂未发现",
        "未见",
        "没看到",
        "没有发现",
        "不存在",
        "没发现",
    ] {
        assert_eq!(filled(&format!("{word}排污口")), "outlets=none", "{word}");
        assert_eq!(
            filled(&format!("河面{word}漂浮物、排污口")),
            "floating=none outlets=none",
            "{word}"
        );
    }
}

proptest! {
    #[test]
    fn spans_lie_in_the_text_and_nothing_breaks(parts in prop::collection::vec(prop::sample::select(vec![
        "河面", "岸边", "没有", "不是没有", "垃圾", "漂浮物", "、", "，", "。", "？", "一些", "大量", "排污口", "也", "均", "但", "可能", "和", "x", " ", "有",
    ]), 0..30)) {
        let text = parts.concat();
        let count = text.chars().count();
        let reading = reader().read(&text);
        for span in reading.filled.iter().map(|one| one.span).chain(reading.unsure.iter().map(|one| one.span)).chain(reading.rest.iter().copied()) {
            prop_assert!(span.from <= span.to && span.to <= count);
        }
        for one in &reading.filled {
            prop_assert!(!reading.unsure.iter().any(|other| other.question == one.question));
        }
    }
}

/// Every word the reader knows, and what stands between them.
fn words(vocabulary: &Vocabulary) -> Vec<String> {
    let mut all: Vec<String> = [
        "，", "、", "。", "；", "？", " ", "\n", "今天", "x", "𠮷", "有",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(vocabulary.classes.values().flatten().cloned());
    all.extend(vocabulary.unsure.values().flatten().cloned());
    for list in [
        &vocabulary.few,
        &vocabulary.some,
        &vocabulary.many,
        &vocabulary.negations,
        &vocabulary.doubles,
        &vocabulary.asserts,
        &vocabulary.alls,
        &vocabulary.alsos,
        &vocabulary.joins,
        &vocabulary.breaks,
        &vocabulary.ignored,
    ] {
        all.extend(list.iter().cloned());
    }
    all
}

/// Texts, with what this engine reads from each.
fn vectors() -> Json {
    let reader = reader();
    let rules = river_reading().unwrap();
    let words = words(&rules.vocabulary);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // What makes a sentence stands in it often, or chance would seldom say anything.
    let usual = [
        "河面",
        "岸边",
        "垃圾",
        "漂浮物",
        "排污口",
        "没有",
        "发现",
        "一些",
        "少许",
        "，",
        "、",
        "也",
        "均",
        "水",
        "但",
    ];
    let mut dice = Dice(20_261_127);
    let mut texts: Vec<String> = SAID
        .iter()
        .map(|(text, _)| *text)
        .chain(TRAPS)
        .map(str::to_owned)
        .collect();
    texts.push(
        "河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。请安排相关人员进行现场处理。"
            .into(),
    );
    texts.push("河面有大量垃圾，".repeat(600));
    for _ in 0..CHANCE {
        let parts = 1 + dice.roll(12);
        let text = (0..parts).map(|_| match dice.roll(3) {
            0 => dice.of(&words),
            _ => dice.of(&usual),
        });
        texts.push(text.collect());
    }
    let at = |span: Span| [span.from, span.to];
    let cases = texts.into_iter().map(|text| {
        let reading = reader.read(&text);
        let filled = reading.filled.iter();
        let filled = filled.map(|one| json!([one.question, one.value.to_string(), at(one.span)]));
        let unsure = reading.unsure.iter();
        let unsure = unsure.map(|one| json!([one.question, one.why, at(one.span)]));
        let rest = reading.rest.iter().map(|span| at(*span));
        json!({
            "text": text, "filled": filled.collect::<Vec<_>>(), "unsure": unsure.collect::<Vec<_>>(),
            "rest": rest.collect::<Vec<_>>(),
        })
    });
    let cases: Vec<Json> = cases.collect();
    json!({ "checklist": "river-patrol", "cases": cases })
}

#[test]
fn what_was_read_is_still_read() {
    let now = vectors();
    let held = written_down("sentences.json", &now);
    assert!(
        held == now,
        "the meaning of a sentence changed: UPDATE_VECTORS=1 writes it down, and the client has to follow (cd web && npm test)"
    );
    let filled = |one: &&Json| one["filled"].as_array().is_some_and(|all| !all.is_empty());
    let all = now["cases"].as_array().unwrap();
    assert!(
        all.iter().filter(filled).count() > CHANCE / 8,
        "chance says too little"
    );
}
