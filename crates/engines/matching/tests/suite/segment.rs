use proptest::prelude::*;
use youlin_matching::{MAX_CHARS, Segmenter, normalise};

use crate::{CALL, segmenter};

#[test]
fn the_call_keeps_what_it_is_about() {
    let tokens = segmenter().tokens(CALL);
    for word in [
        "瘫痪", "老人", "医院", "复诊", "小区", "路面", "改造", "轮椅",
    ] {
        assert!(tokens.iter().any(|t| t == word), "{word} in {tokens:?}");
    }
    for word in ["的", "需要", "能不能", "帮忙", "，", "办法"] {
        assert!(!tokens.iter().any(|t| t == word), "{word} in {tokens:?}");
    }
}

#[test]
fn single_characters_that_mean_something_stay() {
    assert_eq!(segmenter().tokens("灯 坏 了"), ["灯", "坏"]);
}

#[test]
fn spelling_is_made_one() {
    assert_eq!(normalise("ＡＢＣ，１２\t号"), "abc,12 号");
    assert_eq!(segmenter().tokens("ＷＩＦＩ"), segmenter().tokens("wifi"));
    assert_eq!(
        normalise(&"字".repeat(MAX_CHARS + 9)).chars().count(),
        MAX_CHARS
    );
}

#[test]
fn telephone_and_identity_numbers_are_no_words() {
    let tokens = segmenter().tokens("请打13800001234或85551234找王师傅，12号楼");
    assert!(!tokens.iter().any(|t| t.contains("1234")), "{tokens:?}");
    assert!(tokens.iter().any(|t| t.contains("12")), "{tokens:?}");
    // What somebody looks for is another matter.
    let index = youlin_matching::index_terms("打13800001234");
    assert!(index.iter().any(|t| t == "13800001234"), "{index:?}");
}

#[test]
fn names_can_be_taught() {
    let mut taught = Segmenter::new();
    assert!(
        !taught
            .tokens("光明东村门口")
            .contains(&"光明东村".to_owned())
    );
    taught.add_words(["光明东村", " ", "水", "门口"]);
    assert!(
        taught
            .tokens("光明东村门口")
            .contains(&"光明东村".to_owned())
    );
}

#[test]
fn it_can_be_shared_between_threads() {
    let here = segmenter().tokens(CALL);
    std::thread::scope(|scope| {
        let there: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| segmenter().tokens(CALL)))
            .collect();
        for thread in there {
            assert_eq!(thread.join().unwrap(), here);
        }
    });
}

#[test]
fn house_numbers_stay_with_their_unit() {
    assert_eq!(
        segmenter().tokens("3号楼2单元304漏水"),
        ["3号楼", "2单元", "304", "漏水"]
    );
}

#[test]
fn the_lamp_is_not_cut_in_two() {
    for text in ["北门口路灯不亮", "路灯不亮", "路灯坏了"] {
        let tokens = segmenter().tokens(text);
        assert!(tokens.contains(&"路灯".to_owned()), "{tokens:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tokens_are_pieces_of_the_normalised_text(text in "(\\PC|[0-9号楼单元路灯水 ]){0,40}") {
        let normal = normalise(&text);
        for token in segmenter().tokens(&text) {
            prop_assert!(!token.trim().is_empty());
            prop_assert!(normal.contains(&token));
        }
    }
}
