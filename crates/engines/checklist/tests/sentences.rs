//! Sentences as people say them, and what may be filled from them.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use youlin_checklist::{Form, Reader, WhyUnsure, river_reading, shipped};

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

#[test]
fn what_people_say_is_read() {
    for (text, expected) in [
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
            "bank=none floating=few outlets=found",
        ),
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
    ] {
        assert_eq!(filled(text), expected, "{text}");
    }
}

#[test]
fn traps_fill_nothing() {
    for text in [
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
    ] {
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
