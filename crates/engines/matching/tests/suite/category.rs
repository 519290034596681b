use proptest::prelude::*;
use youlin_matching::{CategoryHint, CategoryModel, CategorySuggestion, Reason, Urgency};

use crate::catalogue::{hints, past};
use crate::{CALL, segmenter};

fn model() -> CategoryModel {
    CategoryModel::build(segmenter(), &hints(), past().into_iter())
}

fn bare() -> CategoryModel {
    CategoryModel::build(segmenter(), &hints(), std::iter::empty::<(&str, &str)>())
}

fn first(text: &str) -> Option<CategorySuggestion> {
    model().suggest(segmenter(), text, 5).into_iter().next()
}

#[test]
fn the_call_is_a_neighbourly_matter_not_a_road_matter() {
    for model in [bare(), model()] {
        let found = model.suggest(segmenter(), CALL, 5);
        let keys: Vec<&str> = found.iter().map(|s| s.key.as_str()).collect();
        assert_eq!(keys[..2], ["escort", "road"], "{found:#?}");
        assert!(found[0].score > found[1].score + 0.05, "{found:#?}");
        assert!(found[0].reasons.contains(&Reason::Keyword("轮椅".into())));
        assert!(found[0].reasons.contains(&Reason::Keyword("复诊".into())));
        let related = |r: &Reason| matches!(r, Reason::RelatedWord { word, .. } if word == "医院");
        assert!(found[0].reasons.iter().any(related), "{found:#?}");
        let urgency = model.suggest_urgency(CALL, Some(&found[0].key));
        assert_eq!(urgency.level, Urgency::Urgent);
    }
}

#[test]
fn a_longer_keyword_hides_the_shorter_ones_inside_it() {
    let found = bare().suggest(segmenter(), "路面改造", 3);
    let keywords: Vec<&Reason> = found[0]
        .reasons
        .iter()
        .filter(|r| matches!(r, Reason::Keyword(_)))
        .collect();
    assert_eq!(keywords, [&Reason::Keyword("路面改造".into())]);
}

#[test]
fn everyday_reports_find_their_category() {
    for (text, key) in [
        ("5号楼门口路灯不亮了", "light"),
        ("家里水管爆了，停水一天", "water"),
        ("楼道里有煤气味道", "gas"),
        ("广场舞音响声音太大", "noise"),
        ("有人遛狗不牵狗绳", "dog"),
        ("车子乱停，堵住出口", "parking"),
        ("ＷｉＦｉ连不上", "net"),
    ] {
        assert_eq!(first(text).map(|s| s.key).as_deref(), Some(key), "{text}");
    }
}

#[test]
fn closed_cases_teach_words_no_catalogue_lists() {
    assert_eq!(bare().suggest(segmenter(), "烟酒店的喇叭又在放", 3), []);
    let found = first("烟酒店的喇叭又在放").unwrap();
    assert_eq!(found.key, "noise");
    let reason = Reason::PastCases {
        count: 3,
        words: vec!["喇叭".into()],
    };
    assert!(found.reasons.contains(&reason), "{found:?}");
    assert_eq!(first("楼梯口堆着纸箱").unwrap().key, "rubbish");
}

#[test]
fn words_of_the_name_count() {
    let found = first("垃圾秩序太差").unwrap();
    assert_eq!(found.key, "rubbish");
    let found = model().suggest(segmenter(), "小区秩序太差", 3);
    assert_eq!(found[0].key, "parking");
    assert!(found[0].reasons.contains(&Reason::NameWord("秩序".into())));
}

#[test]
fn a_word_across_a_seam_is_not_a_keyword() {
    // 水管 is in the letters of 自来水管理, but not among its words.
    let keyword = |s: &CategorySuggestion| s.reasons.contains(&Reason::Keyword("水管".into()));
    let found = bare().suggest(segmenter(), "咨询自来水管理办法", 5);
    assert!(!found.iter().any(keyword), "{found:?}");
    let found = bare().suggest(segmenter(), "水管裂了", 5);
    assert!(found.iter().any(keyword), "{found:?}");
}

#[test]
fn nothing_is_suggested_for_nothing() {
    for text in [
        "",
        "   ",
        "你好，请问一下",
        "，。！",
        "\u{0}\u{1}",
        "asdf qwer",
        "🌧️",
    ] {
        assert_eq!(model().suggest(segmenter(), text, 5), [], "{text:?}");
    }
    assert_eq!(model().suggest(segmenter(), CALL, 0), []);
    let empty = CategoryModel::build(segmenter(), &[], past().into_iter());
    assert_eq!(empty.suggest(segmenter(), CALL, 5), []);
}

#[test]
fn a_book_is_read_only_so_far() {
    let text = "哈".repeat(youlin_matching::MAX_CHARS) + "路灯";
    assert_eq!(model().suggest(segmenter(), &text, 5), []);
}

#[test]
fn urgent_keywords_count_for_their_category_only() {
    let text = "车子停在消防通道";
    assert_eq!(
        model().suggest_urgency(text, Some("parking")).level,
        Urgency::Urgent
    );
    for other in [None, Some("light"), Some("no-such")] {
        assert_eq!(model().suggest_urgency(text, other).level, Urgency::Normal);
    }
}

#[test]
fn hints_of_one_key_are_taken_together() {
    let split: Vec<CategoryHint> = hints()
        .into_iter()
        .flat_map(|h| {
            h.keywords.clone().into_iter().map(move |k| CategoryHint {
                keywords: vec![k],
                ..h.clone()
            })
        })
        .collect();
    let split = CategoryModel::build(segmenter(), &split, past().into_iter());
    assert_eq!(
        split.suggest(segmenter(), CALL, 5),
        model().suggest(segmenter(), CALL, 5)
    );
}

/// Text made of words that mean something to the catalogue, and of noise.
fn texts() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "路灯",
        "轮椅",
        "路面",
        "改造",
        "老人",
        "医院",
        "喇叭",
        "纸箱",
        "燃气",
        "漏气",
        "停车",
        "的",
        "，",
        "没有",
        "着火",
        "楼",
        "3",
        "a",
        "水管",
        "自来水管理",
        "狗",
    ]);
    let words = prop::collection::vec(word, 0..14).prop_map(|w| w.concat());
    prop_oneof![words, "\\PC{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scores_are_in_range_sorted_and_reasoned(text in texts(), limit in 0_usize..8) {
        let found = shared().suggest(segmenter(), &text, limit);
        prop_assert!(found.len() <= limit);
        for suggestion in &found {
            prop_assert!(suggestion.score > 0.0 && suggestion.score <= 1.0);
            prop_assert!(!suggestion.reasons.is_empty());
        }
        prop_assert!(found.windows(2).all(|p| p[0].score >= p[1].score));
    }

    #[test]
    fn the_order_of_catalogue_and_cases_does_not_matter(
        text in texts(),
        hints in Just(hints()).prop_shuffle(),
        past in Just(past()).prop_shuffle(),
    ) {
        let shuffled = CategoryModel::build(segmenter(), &hints, past.into_iter());
        prop_assert_eq!(shuffled.suggest(segmenter(), &text, 9), shared().suggest(segmenter(), &text, 9));
    }

    #[test]
    fn one_more_keyword_in_the_text_never_lowers_its_category(text in texts()) {
        let score = |text: &str| {
            let found = bare_shared().suggest(segmenter(), text, 20);
            found.iter().find(|s| s.key == "dog").map_or(0.0, |s| s.score)
        };
        let more = format!("{text}。狗绳");
        prop_assert!(score(&more) > 0.0);
        prop_assert!(score(&more) >= score(&text));
    }
}

fn shared() -> &'static CategoryModel {
    static MODEL: std::sync::OnceLock<CategoryModel> = std::sync::OnceLock::new();
    MODEL.get_or_init(model)
}

fn bare_shared() -> &'static CategoryModel {
    static MODEL: std::sync::OnceLock<CategoryModel> = std::sync::OnceLock::new();
    MODEL.get_or_init(bare)
}

fn hint(key: &str, name: &str, keywords: &[&str], urgent: &[&str]) -> CategoryHint {
    let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect();
    CategoryHint {
        key: key.into(),
        name: name.into(),
        keywords: words(keywords),
        urgent_keywords: words(urgent),
    }
}

#[test]
fn people_and_politeness_do_not_outweigh_the_matter() {
    let hints = [
        hint("childcare", "看护孩子", &["孩子", "帮忙"], &[]),
        hint("dog", "犬只", &["遛狗"], &[]),
        hint("pest", "虫害", &[], &["马蜂窝"]),
    ];
    let model = CategoryModel::build(segmenter(), &hints, std::iter::empty::<(&str, &str)>());
    for (text, key) in [
        ("遛狗不牵绳，把孩子吓哭了", "dog"),
        ("有马蜂窝，孩子害怕，请帮忙", "pest"),
    ] {
        assert_eq!(model.suggest(segmenter(), text, 1)[0].key, key, "{text}");
    }
    assert_eq!(
        model.suggest(segmenter(), "能不能帮忙看孩子", 1)[0].key,
        "childcare"
    );
}

#[test]
fn a_longer_keyword_of_another_category_takes_the_word_over() {
    let hints = [
        hint("a-indoors", "进楼入户", &["楼道"], &[]),
        hint("b-lamp", "灯具", &["楼道灯"], &[]),
    ];
    let model = CategoryModel::build(segmenter(), &hints, std::iter::empty::<(&str, &str)>());
    let found = model.suggest(segmenter(), "楼道灯坏了", 2);
    assert_eq!(found[0].key, "b-lamp");
    assert!(
        found[0].score > found.get(1).map_or(0.0, |s| s.score) + 0.2,
        "{found:?}"
    );
}

#[test]
fn the_category_that_bears_the_word_in_its_name_comes_first() {
    let hints = [
        hint("a", "加压供水", &["停水"], &[]),
        hint("b", "停水停电", &["停水"], &[]),
    ];
    let model = CategoryModel::build(segmenter(), &hints, std::iter::empty::<(&str, &str)>());
    assert_eq!(model.suggest(segmenter(), "又停水了", 1)[0].key, "b");
}
