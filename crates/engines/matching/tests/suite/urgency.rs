use proptest::prelude::*;
use youlin_matching::{Urgency, UrgencyKind, suggest_urgency};

use crate::CALL;

#[track_caller]
fn all(level: Urgency, texts: &[&str]) {
    for text in texts {
        let found = suggest_urgency(text);
        assert_eq!(found.level, level, "{text}: {:?}", found.reasons);
    }
}

#[test]
fn the_call_is_urgent_for_the_person_not_the_road() {
    let found = suggest_urgency(CALL);
    assert_eq!(found.level, Urgency::Urgent);
    let words: Vec<&str> = found.reasons.iter().map(|r| r.word.as_str()).collect();
    assert_eq!(words[..2], ["瘫痪", "老人"]);
    assert!(
        found
            .reasons
            .iter()
            .all(|r| r.kind == UrgencyKind::Vulnerable)
    );
}

#[test]
fn danger_to_life_is_an_emergency() {
    all(
        Urgency::Emergency,
        &[
            "三楼厨房着火了",
            "老人被困电梯里",
            "家里燃气泄漏，味道很大",
            "有人触电了",
            "一个大爷晕倒在门口",
            "小孩头上流血",
            "有没有人被困不清楚，烟很大，已经着火",
            "他没有呼吸了",
            "没有电梯，老人摔下来昏迷了",
            "没人管，线路漏电",
            "家里没人着火了",
            "曾大爷晕倒了",
            "吃饭之前晕倒了",
            "恐怕是着火了",
            "上次晕倒过，这次又晕倒了",
        ],
    );
}

#[test]
fn everyday_matters_are_normal() {
    all(
        Urgency::Normal,
        &[
            "",
            "路灯不亮",
            "今天发现垃圾没清",
            "燃气费怎么交",
            "老年大学什么时候报名",
            "儿童乐园的滑梯脏了",
            "不着急，有空来修一下",
            "轮胎漏气了，哪里能补",
            "慰问被困难压着的家庭",
        ],
    );
}

#[test]
fn haste_and_people_in_need_are_urgent() {
    all(
        Urgency::Urgent,
        &[
            "请马上派人来",
            "独居老人家里没人照看",
            "残疾人坡道被占",
            "今天停电到现在",
            "燃气停了，今天做不了饭",
            "孩子走丢了",
        ],
    );
}

#[test]
fn what_is_denied_does_not_count() {
    all(
        Urgency::Normal,
        &[
            "没有着火",
            "并没有人受伤",
            "没着火，只是灰尘",
            "无人被困",
            "没有发现漏气",
            "不是着火",
        ],
    );
    assert_eq!(suggest_urgency("没有着火").reasons, []);
}

#[test]
fn a_denial_ends_with_its_clause_and_a_question_denies_nothing() {
    all(
        Urgency::Emergency,
        &["没有水，着火了", "有没有着火看不清", "是不是着火了"],
    );
    all(Urgency::Urgent, &["没有电梯老人下不来"]);
}

#[test]
fn what_is_feared_or_over_counts_less() {
    all(
        Urgency::Urgent,
        &["电瓶车飞线充电，担心着火", "万一着火跑不出去"],
    );
    all(
        Urgency::Normal,
        &[
            "上个月着火烧坏的门还没修",
            "着火已经扑灭",
            "社区什么时候办火灾演练",
        ],
    );
    let feared = suggest_urgency("容易着火");
    assert_eq!(feared.reasons[0].kind, UrgencyKind::Risk);
}

#[test]
fn each_word_is_named_once() {
    let found = suggest_urgency("老人老人，燃气泄漏，燃气泄漏");
    let words: Vec<&str> = found.reasons.iter().map(|r| r.word.as_str()).collect();
    assert_eq!(words, ["老人", "燃气泄漏"]);
}

proptest! {
    #[test]
    fn any_text_is_answered_and_every_level_has_a_reason(text in "[没有着火老人今天马上,。燃气漏a ]{0,24}") {
        let found = suggest_urgency(&text);
        prop_assert!(found.level == Urgency::Normal || !found.reasons.is_empty());
        for reason in &found.reasons {
            prop_assert!(youlin_matching::normalise(&text).contains(&reason.word));
        }
    }

    #[test]
    fn a_danger_in_its_own_clause_is_never_talked_down(text in "\\PC{0,30}") {
        let more = format!("{text}。着火了");
        prop_assert_eq!(suggest_urgency(&more).level, Urgency::Emergency);
    }
}
