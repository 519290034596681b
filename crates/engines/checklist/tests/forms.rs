//! Checklists asked, answered and judged.
#![allow(clippy::unwrap_used, reason = "tests")]

use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;
use youlin_checklist::{
    Answers, Checklist, DateTime, Decimal, Form, Item, JudgeFault, Kind, Now, Question, SHIPPED,
    State, Value, Verdict, Wrong, WrongForm, example_rules, read_answers, shipped, write_answers,
};

const NOW: Now = Now(DateTime {
    local: date(2026, 11, 26).at(9, 30, 0, 0),
    offset_minutes: 480,
});

fn form(id: &str) -> Form {
    Form::build(shipped(id).unwrap()).unwrap()
}

fn made(items: serde_json::Value) -> Result<Form, Vec<(String, WrongForm)>> {
    let checklist: Checklist = serde_json::from_value(json!({
        "id": "t", "version": "1", "languages": ["en"], "title": {"en": "T"}, "items": items,
        "choices": {"c": [{"name": "a", "label": {}}, {"name": "b", "label": {}}]},
    }))
    .unwrap();
    Form::build(checklist)
        .map_err(|faults| faults.into_iter().map(|one| (one.name, one.what)).collect())
}

fn filled(form: &Form, json: serde_json::Value) -> (Answers, State) {
    let (answers, faults) = read_answers(form, &json);
    assert!(faults.is_empty(), "{faults:?}");
    let state = form.evaluate(&answers, NOW);
    (answers, state)
}

fn text(form: &Form, state: &State, name: &str) -> String {
    state
        .value(form, name, &[])
        .map(Value::to_string)
        .unwrap_or_default()
}

/// One calculation over given answers.
fn worked(expression: &str) -> String {
    let form = made(json!([
        {"question": {"name": "n", "kind": {"type": "decimal"}}},
        {"question": {"name": "t", "kind": {"type": "text"}}},
        {"question": {"name": "e", "kind": {"type": "text"}}},
        {"question": {"name": "one", "kind": {"type": "one", "list": "c"}}},
        {"question": {"name": "many", "kind": {"type": "many", "list": "c"}}},
        {"question": {"name": "d", "kind": {"type": "date"}}},
        {"group": {"name": "rep", "repeat": {}, "items": [
            {"question": {"name": "x", "kind": {"type": "integer"}}},
            {"question": {"name": "twice", "kind": {"type": "calculate"}, "calculation": "${x} * 2 + position(..)"}},
        ]}},
        {"question": {"name": "out", "kind": {"type": "calculate"}, "calculation": expression}},
    ])).unwrap_or_else(|faults| panic!("{expression}: {faults:?}"));
    let (_, state) = filled(
        &form,
        json!({
            "n": 3.1, "t": "垃圾 here", "one": "a", "many": "a b", "d": "2026-11-20", "rep": [{"x": 1}, {"x": 5}, {}],
        }),
    );
    text(&form, &state, "out")
}

#[test]
fn expressions_mean_what_xpath_says() {
    for (expression, value) in [
        ("1 + 2 * 3", "7"),
        ("7 div 2", "3.5"),
        ("-7 mod 3", "-1"),
        ("${n} * 10", "31"),
        ("1 div 0", "Infinity"),
        ("${e} = ''", "true"),
        ("${e} > 0", "false"),
        ("${e} != 0", "true"),
        ("number(${e})", ""),
        ("'3' = 3", "true"),
        ("true() = 'x'", "true"),
        ("not('')", "true"),
        ("'b' > 'a'", "false"),
        ("if(${one} = 'a', 'yes', 'no')", "yes"),
        ("selected(${many}, 'b')", "true"),
        ("selected(${one}, 'b')", "false"),
        ("count-selected(${many})", "2"),
        ("selected-at(${many}, 1)", "b"),
        ("selected-at(${many}, 5)", ""),
        ("coalesce(${e}, ${t})", "垃圾 here"),
        ("string-length(${t})", "7"),
        ("substr(${t}, 0, 2)", "垃圾"),
        ("substr(${t}, -4)", "here"),
        ("concat('a', 1, true())", "a1true"),
        ("contains(${t}, '圾')", "true"),
        ("translate('abc', 'ab', 'x')", "xc"),
        ("regex('138', '[0-9]{3}')", "true"),
        ("regex('1380', '[0-9]{3}')", "false"),
        ("round(2.346, 2)", "2.35"),
        ("round(-2.5, 0)", "-2"),
        ("int(-2.7)", "-2"),
        ("min(3, 1, 2)", "1"),
        ("pow(2, 10)", "1024"),
        ("sum(${x})", "6"),
        ("count(${rep})", "3"),
        ("count-non-empty(${x})", "2"),
        ("max(${x})", "5"),
        ("sum(${twice})", "15"),
        ("join(', ', ${x})", "1, 5, "),
        ("indexed-repeat(${x}, ${rep}, 2)", "5"),
        ("indexed-repeat(${x}, ${rep}, 9)", ""),
        ("today() - ${d}", "6"),
        ("${d} < today()", "true"),
        ("format-date(${d}, '%Y年%n月%e日')", "2026年11月20日"),
        ("date('2026-11-26') = today()", "true"),
        ("format-date(now(), '%H:%M')", "09:30"),
        ("string(${d})", "2026-11-20"),
    ] {
        assert_eq!(worked(expression), value, "{expression}");
    }
}

#[test]
fn faults_of_a_form_name_their_question() {
    let one = |question: serde_json::Value| {
        let faults = made(json!([
            {"question": {"name": "one", "kind": {"type": "one", "list": "c"}}},
            {"group": {"name": "rep", "repeat": {}, "items": [{"question": {"name": "x", "kind": {"type": "photo"}}}]}},
            {"question": question},
        ])).unwrap_err();
        assert_eq!(faults[0].0, "q", "{faults:?}");
        faults[0].1.to_string()
    };
    let relevant = |text: &str| one(json!({"name": "q", "relevant": text}));
    assert_eq!(
        relevant("pulldata('a', 'b')"),
        "relevant: no function is called pulldata"
    );
    assert_eq!(
        relevant("${nobody} = 1"),
        "relevant: no question is called nobody"
    );
    assert_eq!(
        relevant("${one} = 'z'"),
        "relevant: 'z' is no choice of one"
    );
    assert_eq!(
        relevant("${x} = ''"),
        "relevant: x stands many times here: use count, sum, min, max or join"
    );
    assert_eq!(relevant("sum(${x}) > 1"), "relevant: x is no number");
    assert_eq!(relevant(". > 1"), "relevant: '.' has no meaning here");
    assert_eq!(
        relevant("position(..) = 1"),
        "relevant: position(..) has no meaning outside a repeat"
    );
    assert_eq!(
        relevant("regex(${one}, '[')"),
        "relevant: not a regular expression: ["
    );
    assert_eq!(
        relevant("../a = 1"),
        "relevant: paths are not supported, use the name of a question: ../a = 1"
    );
    assert_eq!(
        one(json!({"name": "q", "kind": {"type": "one", "list": "nowhere"}})),
        "no list of choices is called nowhere"
    );
    assert_eq!(
        one(json!({"name": "q", "label": {"en": "${nobody}"}})),
        "label: no question is called nobody"
    );
    assert_eq!(
        one(json!({"name": "q", "kind": {"type": "integer"}, "default": "x"})),
        "the default is no answer to this question"
    );
    assert_eq!(
        one(json!({"name": "q", "kind": {"type": "calculate"}})),
        "a calculated value needs a calculation"
    );
    let twice = made(json!([{"question": {"name": "q"}}, {"question": {"name": "q"}}, {"question": {"name": "1x"}}])).unwrap_err();
    assert_eq!(
        twice,
        [
            ("1x".into(), WrongForm::BadName),
            ("q".into(), WrongForm::Twice)
        ]
    );
}

#[test]
fn questions_that_wait_for_one_another_are_named() {
    let cycle = |items: serde_json::Value| match made(items).unwrap_err().pop().unwrap().1 {
        WrongForm::Cycle(mut names) => {
            names.sort();
            names.join(" ")
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(
        cycle(json!([
            {"question": {"name": "a", "relevant": "${b} = 1"}}, {"question": {"name": "b", "relevant": "${c} = 1"}},
            {"question": {"name": "c", "calculation": "${a}"}}, {"question": {"name": "d", "relevant": "${a} = 1"}},
        ])),
        "a b c"
    );
    assert_eq!(
        cycle(json!([{"question": {"name": "a", "calculation": "${a} + 1"}}])),
        "a"
    );
    // A group that stands only if its own question says so.
    assert_eq!(
        cycle(
            json!([{"group": {"name": "g", "relevant": "${a} = 1", "items": [{"question": {"name": "a"}}]}}])
        ),
        "a g"
    );
    // Every circle at once, and nobody who only waits for one.
    let circles: Vec<String> = made(json!([
        {"question": {"name": "a", "relevant": "${b} = 1"}}, {"question": {"name": "b", "relevant": "${a} = 1"}},
        {"question": {"name": "c", "relevant": "${a} = 1 and ${d} = 1"}}, {"question": {"name": "d", "relevant": "${c} = 1"}},
        {"question": {"name": "e", "relevant": "${d} = 1"}},
    ]))
    .unwrap_err()
    .into_iter()
    .filter_map(|(_, wrong)| match wrong {
        WrongForm::Cycle(names) => Some(names.join(" ")),
        _ => None,
    })
    .collect();
    assert_eq!(circles, ["a b", "c d"]);
    // Two circles over one question are two.
    let circles = made(json!([
        {"question": {"name": "a", "relevant": "${b} = 1"}},
        {"question": {"name": "b", "relevant": "${a} = 1 and ${c} = 1"}},
        {"question": {"name": "c", "relevant": "${b} = 1"}},
    ]));
    assert_eq!(circles.unwrap_err().len(), 2);
}

#[test]
fn five_thousand_questions_in_one_chain_are_no_trouble() {
    let chain = |last: &str| -> serde_json::Value {
        (0..5_000)
            .map(|n| {
                json!({"question": {"name": format!("q{n}"), "kind": {"type": "integer"},
            "calculation": if n == 0 { last.to_owned() } else { format!("${{q{}}} + 1", n - 1) }}})
            })
            .collect()
    };
    let form = made(chain("1")).unwrap();
    let (answers, state) = filled(&form, json!({}));
    assert_eq!(text(&form, &state, "q4999"), "5000");
    assert!(form.validate(&answers, &state).is_empty());
    let faults = made(chain("${q4999}")).unwrap_err();
    assert!(matches!(&faults[0].1, WrongForm::Cycle(names) if names.len() == 5_000));
    // Two in a circle, and as many as there may be that only wait for them: looked at once, not from each anew.
    let tail: serde_json::Value = (0..10_000)
        .map(|n| {
            let on = if n == 0 { 1 } else { n - 1 };
            json!({"question": {"name": format!("q{n}"), "kind": {"type": "integer"}, "calculation": format!("${{q{on}}} + 1")}})
        })
        .collect();
    let faults = made(tail).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(matches!(&faults[0].1, WrongForm::Cycle(names) if names == &["q0", "q1"]));
    let many: serde_json::Value = (0..20_000)
        .map(|n| json!({"question": {"name": format!("q{n}")}}))
        .collect();
    assert!(matches!(
        made(many).unwrap_err()[0].1,
        WrongForm::TooMany { .. }
    ));
}

#[test]
fn what_does_not_stand_counts_as_unanswered() {
    let form = form("door-visit");
    let (answers, state) = filled(
        &form,
        json!({"met": "nobody", "try_again": "weekend", "needs": ["meal"], "come_back": "2026-11-25"}),
    );
    assert!(!state.stands(&form, "needs", &[]) && state.value(&form, "needs", &[]).is_none());
    let faults = form.validate(&answers, &state);
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].question.as_str(), faults[0].what.code()),
        ("come_back", "constraint")
    );
    assert!(form.findings(&state, None).0.is_empty());
    let stored = state.answers(&form);
    assert!(!stored.values.contains_key("needs") && stored.values.contains_key("met"));
    let (answers, state) = filled(
        &form,
        json!({"met": "yes", "needs": "meal other", "safety": "gas leak"}),
    );
    let faults = form.validate(&answers, &state);
    assert_eq!(
        (faults[0].question.as_str(), &faults[0].what),
        ("need_note", &Wrong::Missing)
    );
    let codes: Vec<_> = form
        .findings(&state, None)
        .0
        .into_iter()
        .map(|one| one.code)
        .collect();
    assert_eq!(codes, ["safety", "gas", "need"]);
}

#[test]
fn answers_that_are_none_are_named() {
    let form = form("market-fire");
    let (_, faults) = read_answers(
        &form,
        &json!({
            "market_name": "老市场", "lane_width": "wide", "nowhere": "x", "stalls": [{"stall": "1"}, 7, {"lane_height": "4"}], "circuits": "x",
            "inspected_on": "2026-02-30", "signature": "../../etc/passwd",
        }),
    );
    let mut codes: Vec<String> = faults
        .iter()
        .map(|one| format!("{}{:?} {}", one.question, one.place, one.what.code()))
        .collect();
    codes.sort();
    assert_eq!(
        codes,
        [
            "circuits[] wrong-place",
            "inspected_on[] no-such-time",
            "lane_height[3] wrong-place",
            "lane_width[] not-a-number",
            "nowhere[] unknown-question",
            "signature[] not-a-file",
            "stalls[2] not-an-object"
        ]
    );
    let mut answers =
        Answers::default().with("exits", Value::Choices(vec!["clear".into(), "void".into()]));
    answers
        .values
        .insert("lane_width".into(), Value::Text("3".into()));
    let state = form.evaluate(&answers, NOW);
    let mut codes: Vec<String> = form
        .validate(&answers, &state)
        .iter()
        .map(|one| format!("{} {}", one.question, one.what.code()))
        .collect();
    codes.sort();
    assert_eq!(
        codes,
        [
            "exits no-such-choice",
            "inspected_on missing",
            "lane_width other-kind",
            "market_name missing"
        ]
    );
}

#[test]
fn the_market_of_1997_is_judged_by_measured_values() {
    let form = form("market-fire");
    let stalls: Vec<_> = (1..=300).map(|n| json!({"stall": format!("C{n}"), "extinguisher": if n % 100 == 0 { "no" } else { "yes" }})).collect();
    let (answers, state) = filled(
        &form,
        json!({
            "market_name": "老市场", "inspected_on": "2026-11-26", "lane_width": 3.1, "lane_height": 4, "main_aisle": "3.00", "exit_distance": "30.01",
            "exits": ["clear"], "stalls": stalls,
            "sections": [{"section": "a", "panel": "rock_wool"}, {"section": "c", "panel": "foam_b3", "panel_area": 860}, {"section": "b", "panel": "unknown"}],
            "circuits": [{"circuit": "C-7", "circuit_stalls": 11, "circuit_rating": 63, "circuit_load": "63.5"}, {"circuit": "C-8", "circuit_rating": 63, "circuit_load": 63}],
        }),
    );
    assert_eq!(form.validate(&answers, &state), []);
    assert_eq!(text(&form, &state, "stalls_seen"), "300");
    let rules = example_rules().unwrap();
    let (found, faults) = form.findings(&state, Some(&rules));
    assert_eq!(faults, []);
    let codes: Vec<String> = found
        .iter()
        .map(|one| format!("{}{:?}", one.code, one.place))
        .collect();
    assert_eq!(
        codes,
        [
            "lane-width[]",
            "exit-distance[]",
            "foam-panel[2]",
            "overload[1]",
            "extinguisher[100]",
            "extinguisher[200]",
            "extinguisher[300]"
        ]
    );
    let lane = found[0].judgement.clone().unwrap();
    assert_eq!(
        (
            lane.verdict,
            lane.again(),
            lane.clause.as_str(),
            lane.version.as_str()
        ),
        (
            Verdict::Fails,
            Ok(Verdict::Fails),
            "示例第 1 条 消防车道",
            "1"
        )
    );
    assert_eq!(
        found[2].evidence["panel_area"],
        Value::Number(Decimal::whole(860))
    );
    // Kept and read back it is the same judgement.
    let kept = serde_json::to_string(&lane).unwrap();
    assert_eq!(
        serde_json::from_str::<youlin_checklist::Judgement>(&kept).unwrap(),
        lane
    );
    assert_eq!(form.judgements(&state, &rules).len(), 8);
    assert!(matches!(
        form.findings(&state, None).1[0].2,
        JudgeFault::NoSuchRule(_)
    ));
}

#[test]
fn the_river_patrol_of_the_page_has_two_findings() {
    let form = form("river-patrol");
    let (answers, state) = filled(
        &form,
        json!({"floating": "few", "bank": "some", "outlets": "none", "needs_action": true,
        "points": [{"point": "32.01 120.86 0 8", "point_photo": "a.jpg"}, {"point_photo": "b.jpg"}]}),
    );
    assert_eq!(form.validate(&answers, &state), []);
    let (found, _) = form.findings(&state, None);
    let codes: Vec<_> = found
        .iter()
        .map(|one| (one.code.as_str(), one.is_case))
        .collect();
    assert_eq!(codes, [("floating", true), ("bank", true)]);
    assert_eq!(text(&form, &state, "problems"), "2");
    assert_eq!(answers.files(), ["a.jpg", "b.jpg"]);
    let (_, state) = filled(
        &form,
        json!({"floating": "few", "floating_removed": "yes", "bank": "none", "outlets": "none"}),
    );
    let codes: Vec<_> = form
        .findings(&state, None)
        .0
        .into_iter()
        .map(|one| (one.code, one.is_case))
        .collect();
    assert_eq!(codes, [("floating-removed".to_owned(), false)]);
}

#[test]
fn shipped_checklists_are_sound_in_both_languages() {
    for (id, _) in SHIPPED {
        let form = form(id);
        assert_eq!(form.checklist().id, id);
        for node in form.nodes() {
            if let youlin_checklist::NodeKind::Field(field) = &node.kind
                && field.kind != Kind::Calculate
            {
                for language in ["zh-CN", "en"] {
                    assert!(
                        field.question.label.contains_key(language),
                        "{id} {} {language}",
                        node.name
                    );
                }
            }
        }
        let json = serde_json::to_value(form.checklist()).unwrap();
        assert_eq!(
            &serde_json::from_value::<Checklist>(json).unwrap(),
            form.checklist()
        );
    }
}

fn question(name: &str, kind: Kind) -> Item {
    Item::Question(Question {
        name: name.into(),
        kind,
        ..Question::default()
    })
}

proptest! {
    #[test]
    fn answers_come_back_from_json(
        number in -9_000_000_000i64..9_000_000_000, words in "[ -~一-龥]{1,20}", yes in any::<bool>(),
        days in 0i64..40_000, lat in -90.0..90.0f64, lon in -180.0..180.0f64,
    ) {
        let checklist = Checklist {
            id: "t".into(), languages: vec!["en".into()], items: vec![
                question("n", Kind::Decimal), question("t", Kind::Text), question("y", Kind::YesNo),
                question("d", Kind::Date), question("p", Kind::Position),
            ], ..Checklist::default()
        };
        let form = Form::build(checklist).unwrap();
        prop_assume!(!words.trim().is_empty());
        let day = date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let answers = Answers::default()
            .with("n", Value::Number(Decimal::from_millionths(number)))
            .with("t", Value::Text(words))
            .with("y", Value::YesNo(yes))
            .with("d", Value::Date(day))
            .with("p", Value::Position(youlin_checklist::Position { lat, lon, altitude_m: 0.0, accuracy_m: 5.5 }));
        let (read, faults) = read_answers(&form, &write_answers(&answers));
        prop_assert!(faults.is_empty());
        prop_assert_eq!(&read, &answers);
        let state = form.evaluate(&answers, NOW);
        prop_assert_eq!(state.answers(&form), answers);
    }
}

/// A version of the checklist that still had "none": what it meant is for people to read.
#[test]
fn an_answer_that_is_none_of_the_choices_finds_nothing() {
    let form = form("river-patrol");
    let codes = |encroachment: &str| {
        let (_, state) = filled(
            &form,
            json!({"floating": "none", "encroachment": encroachment}),
        );
        let found = form.findings(&state, None).0;
        found.into_iter().map(|one| one.code).collect::<Vec<_>>()
    };
    let choices = &form.checklist().choices["encroach"];
    assert_eq!(codes(&choices[0].name), ["encroachment"]);
    assert_eq!(codes("none"), [""; 0]);
    assert_eq!(codes(&format!("{} none", choices[0].name)), [""; 0]);
}

#[test]
fn one_answer_is_looked_at_by_itself() {
    let market = form("market-fire");
    let number = |text: &str| Value::Number(text.parse().unwrap());
    assert_eq!(market.alone("lane_width", &number("3.4"), NOW), None);
    let words = match market.alone("lane_width", &number("51"), NOW) {
        Some(Wrong::Constraint(words)) => words,
        other => panic!("{other:?}"),
    };
    assert_eq!(words["zh-CN"], "宽度在 0 到 50 米之间");
    // In a repeat, and where the question is not relevant by itself.
    assert_eq!(market.alone("circuit_load", &number("39"), NOW), None);
    assert!(market.alone("panel_area", &number("0"), NOW).is_some());
    assert_eq!(
        market.alone("circuit_stalls", &number("1.5"), NOW),
        Some(Wrong::OtherKind)
    );
    assert_eq!(market.alone("nobody_asks", &number("1"), NOW), None);
    // Cut out, it says the same of an answer.
    for name in ["lane_width", "panel_area", "circuit_load", "circuit_stalls"] {
        let own = market.by_itself(name).expect("a question");
        let cut = made(json!([{ "question": own }])).unwrap();
        for text in ["-1", "0", "1.5", "3.4", "51", "501"] {
            let (whole, alone) = (market.alone(name, &number(text), NOW), &number(text));
            assert_eq!(cut.alone(name, alone, NOW), whole, "{name} {text}");
        }
    }
    let both = made(json!([
        {"question": {"name": "rating", "kind": {"type": "decimal"}}},
        {"question": {"name": "load", "kind": {"type": "decimal"}, "constraint": ". <= ${rating}"}},
    ]))
    .unwrap();
    assert_eq!(both.alone("load", &number("9"), NOW), None);
    assert_eq!(both.by_itself("load").unwrap().constraint, "");
}
