use proptest::prelude::*;
use youlin_matching::{Candidate, CaseText, PlaceKeys, Position, SimilarReason, similar};

use crate::segmenter;

const HOUR: i64 = 3_600_000_000;

/// `east` and `north` in metres, roughly, from a point in Nantong.
fn at(text: &str, east: f64, north: f64, hours: i64) -> CaseText {
    CaseText {
        tokens: segmenter().tokens(text),
        position: Position::new(120.87 + east / 94_500.0, 32.01 + north / 111_200.0),
        places: PlaceKeys::default(),
        category: None,
        at_micros: hours * HOUR,
    }
}

fn ids(query: &CaseText, candidates: &[CaseText]) -> Vec<u128> {
    let candidates: Vec<Candidate> = (0..)
        .zip(candidates)
        .map(|(id, case)| Candidate {
            id,
            case: case.clone(),
        })
        .collect();
    similar(query, &candidates, 10)
        .iter()
        .map(|s| s.id)
        .collect()
}

#[test]
fn the_second_call_about_one_lamp_is_found() {
    let query = at("北门口路灯不亮，晚上看不见", 0.0, 0.0, 30);
    let others = [
        at("小区北门路灯坏了不亮", 40.0, 10.0, 5),
        at("楼下有人遛狗不牵绳", 5.0, 5.0, 29),
        at("垃圾桶满了没人清", 0.0, 0.0, 30),
        at("北门口路灯不亮，晚上看不见", 4_000.0, 0.0, 30),
    ];
    assert_eq!(ids(&query, &others), [0]);
}

#[test]
fn reasons_name_words_place_category_and_time() {
    let mut query = at("12号楼电梯停了", 0.0, 0.0, 10);
    query.category = Some("lift".into());
    query.places.neighbourhood = Some(7);
    let mut near = at("电梯停运，12号楼", 30.0, 0.0, 8);
    near.category = Some("lift".into());
    near.places.neighbourhood = Some(7);
    let mut door = near.clone();
    query.places.building = Some(3);
    door.places.building = Some(3);
    let candidates = [
        Candidate { id: 1, case: near },
        Candidate { id: 2, case: door },
    ];
    let found = similar(&query, &candidates, 5);
    assert_eq!(found.iter().map(|s| s.id).collect::<Vec<_>>(), [2, 1]);
    assert!(
        matches!(&found[0].reasons[0], SimilarReason::SameWords(w) if w.contains(&"电梯".to_owned()))
    );
    assert_eq!(
        found[0].reasons[1..],
        [
            SimilarReason::SameBuilding,
            SimilarReason::SameCategory,
            SimilarReason::WithinHours { hours: 2 }
        ]
    );
    assert_eq!(
        found[1].reasons[1..],
        [
            SimilarReason::Within { metres: 30 },
            SimilarReason::SameNeighbourhood,
            SimilarReason::SameCategory,
            SimilarReason::WithinHours { hours: 2 }
        ]
    );
}

#[test]
fn the_same_building_alone_makes_nothing_similar() {
    let mut query = at("电梯停了", 0.0, 0.0, 0);
    let mut other = at("楼上漏水", 0.0, 0.0, 0);
    query.places.building = Some(1);
    other.places.building = Some(1);
    (query.category, other.category) = (Some("x".into()), Some("x".into()));
    assert!(ids(&query, &[other]).is_empty());
    assert!(ids(&CaseText::default(), &[CaseText::default()]).is_empty());
}

#[test]
fn nearer_and_newer_come_first() {
    let query = at("河边有垃圾和漂浮物", 0.0, 0.0, 100);
    let far = at("河边垃圾", 350.0, 0.0, 100);
    let near = at("河边垃圾", 20.0, 0.0, 100);
    let old = at("河边垃圾", 20.0, 0.0, -300);
    assert_eq!(ids(&query, &[far, near, old])[0], 1);
}

#[test]
fn without_a_place_the_words_decide() {
    let mut query = at("河边有垃圾和漂浮物", 0.0, 0.0, 0);
    query.position = None;
    let mut other = query.clone();
    assert_eq!(ids(&query, std::slice::from_ref(&other)), [0]);
    other.position = Position::new(120.0, 32.0);
    assert_eq!(ids(&query, &[other]), [0]);
    assert_eq!(Position::new(32.0, 120.0), None, "swapped");
    assert_eq!(Position::new(f64::NAN, 32.0), None);
}

fn cases() -> impl Strategy<Value = CaseText> {
    let word = prop::sample::select(vec![
        "路灯", "不亮", "电梯", "垃圾", "河边", "北门", "停水", "狗", "噪音", "楼道",
    ]);
    let key = || prop::option::of(0_u128..3);
    let position = prop::option::of((-600.0..600.0_f64, -600.0..600.0_f64));
    let category = prop::option::of(prop::sample::select(vec!["a", "b"]));
    (
        prop::collection::vec(word, 0..7),
        position,
        (key(), key(), key()),
        category,
        0_i64..200,
    )
        .prop_map(
            |(words, position, (building, neighbourhood, grid), category, hours)| CaseText {
                tokens: words.into_iter().map(str::to_owned).collect(),
                position: position
                    .and_then(|(e, n)| Position::new(120.87 + e / 94_500.0, 32.01 + n / 111_200.0)),
                places: PlaceKeys {
                    building,
                    neighbourhood,
                    grid,
                },
                category: category.map(str::to_owned),
                at_micros: hours * HOUR,
            },
        )
}

fn numbered() -> impl Strategy<Value = Vec<Candidate>> {
    prop::collection::vec(cases(), 0..20).prop_map(|cases| {
        (0..)
            .zip(cases)
            .map(|(id, case)| Candidate { id, case })
            .collect()
    })
}

proptest! {
    #[test]
    fn scores_are_in_range_sorted_and_reasoned(query in cases(), candidates in numbered(), limit in 0_usize..6) {
        let found = similar(&query, &candidates, limit);
        prop_assert!(found.len() <= limit);
        prop_assert!(found.windows(2).all(|p| p[0].score >= p[1].score));
        for one in found {
            prop_assert!(one.score > 0.0 && one.score <= 1.0);
            let SimilarReason::SameWords(words) = &one.reasons[0] else { panic!("words first") };
            let candidate = candidates.iter().find(|c| c.id == one.id).unwrap();
            prop_assert!(!words.is_empty());
            for word in words {
                prop_assert!(query.tokens.contains(word) && candidate.case.tokens.contains(word));
            }
        }
    }

    #[test]
    fn the_order_of_candidates_and_words_does_not_matter(
        (query, (candidates, shuffled)) in (cases(), numbered().prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())))
    ) {
        let mut turned = query.clone();
        turned.tokens.reverse();
        turned.tokens.extend(query.tokens.first().cloned());
        prop_assert_eq!(similar(&query, &candidates, 20), similar(&turned, &shuffled, 20));
    }

    #[test]
    fn an_exact_copy_at_the_same_place_is_found_with_the_top_score(query in cases(), mut candidates in numbered()) {
        prop_assume!(!query.tokens.is_empty());
        candidates.push(Candidate { id: 99, case: query.clone() });
        let found = similar(&query, &candidates, 30);
        let copy = found.iter().find(|s| s.id == 99).unwrap();
        prop_assert!(copy.score >= found[0].score, "{:?}", found);
        if query.position.is_some() || query.places.building.is_some() {
            prop_assert!((copy.score - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn without_a_common_word_nothing_is_similar(query in cases(), candidates in numbered()) {
        for one in similar(&query, &candidates, 30) {
            let case = &candidates.iter().find(|c| c.id == one.id).unwrap().case;
            prop_assert!(case.tokens.iter().any(|t| query.tokens.contains(t)));
        }
    }
}

#[test]
fn parts_of_a_word_already_named_are_not_named() {
    let query = at("窨井盖没了", 0.0, 0.0, 0);
    let found = similar(
        &query,
        &[Candidate {
            id: 1,
            case: at("路口窨井盖翻了", 9.0, 0.0, 0),
        }],
        1,
    );
    assert_eq!(
        found[0].reasons[0],
        SimilarReason::SameWords(vec!["窨井盖".into()])
    );
}
