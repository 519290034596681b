//! What checklists mean, written down: expressions, answers, faults and findings with what this engine makes of them. The
//! client of the field works them out in another language and is held to the same (`web/tests/checklist.test.mjs`).
//!
//! `UPDATE_VECTORS=1` writes the file anew.
#![allow(clippy::unwrap_used, reason = "tests")]

mod dice;

use dice::{Dice, written_down};
use jiff::civil::date;
use serde_json::{Map, Value as Json, json};
use youlin_checklist::{
    Checklist, DateTime, FUNCTIONS, Form, Item, Kind, NodeKind, Now, Question, SHIPPED,
    example_rules, read_answers, shipped, write_answers,
};

const NOW: Now = Now(DateTime {
    local: date(2026, 11, 26).at(9, 30, 0, 0),
    offset_minutes: 480,
});
/// Forms of random expressions, expressions of each, and answers to each.
const FORMS: usize = 24;
const CALCULATIONS: usize = 40;
const ANSWERS: usize = 3;
/// Random answers to each shipped checklist.
const FILLED: usize = 24;

/// What chance seldom meets: halves, edges of the calendar, texts without end.
const EDGES: [&str; 30] = [
    "round(2.5, 0)",
    "round(-2.5, 0)",
    "round(1.005, 2)",
    "round(0.125, 2)",
    "round(1234.5, -2)",
    "round(-0.5, 0)",
    "0.1 + 0.2",
    "1 div 3",
    "1000000 * 1000000 * 1000000 * 1000000",
    "1 div 1000000000",
    "-1 div 0",
    "0 div 0 = 0",
    "concat(0 div 0, '')",
    "5 mod -3",
    "-5.5 mod 2",
    "date(2932896)",
    "date(2932897)",
    "date(-719528)",
    "format-date(date('2024-02-29'), '%y%')",
    "substr('é😀x', 1, 2)",
    "string-length('é😀x')",
    "translate('é😀x', 'é😀', '😀')",
    "selected-at('a b', 0.9)",
    "pow(2, 0.5)",
    "sqrt(-1) = 1",
    "min('2024-01-01', '2025-01-01')",
    "now() > date('2026-11-26')",
    "today() = date(now())",
    "regex('王小明', '\\w+')",
    "decimal-date-time('1970-01-02T00:00:00Z')",
];
const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "2",
    "3.1",
    "10",
    "0.5",
    "100",
    "1.005",
    "7",
    "20240229",
    "0.1",
    "1000000",
    "1234567.891",
    "-4",
];
const TEXTS: [&str; 16] = [
    "''",
    "'a'",
    "'b'",
    "'a b'",
    "'垃圾 here'",
    "'  two  words '",
    "'2024-02-29'",
    "'2024-02-30'",
    "'3.10'",
    "'-2'",
    "'é😀x'",
    "'2026-11-26T08:00:00+08:00'",
    "'20241231'",
    "'yes'",
    "'1e3'",
    "\"it's\"",
];

fn number(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return match dice.roll(5) {
            0 => "${n}".into(),
            1 => "${i}".into(),
            2 => "count(${rep})".into(),
            _ => dice.of(&NUMBERS).into(),
        };
    }
    let d = depth - 1;
    match dice.roll(20) {
        0..=4 => {
            let sign = dice.of(&["+", "-", "*", "div", "mod"]);
            format!("({} {sign} {})", number(dice, d), number(dice, d))
        }
        5 => format!("-{}", number(dice, 0)),
        6 => format!(
            "round({}, {})",
            number(dice, d),
            dice.of(&["0", "1", "2", "-1", "-2"])
        ),
        7 => format!("int({})", number(dice, d)),
        8 => format!("abs({})", number(dice, d)),
        9 => format!(
            "pow({}, {})",
            dice.of(&["2", "3", "10", "-2", "0.5"]),
            dice.of(&["0", "1", "2", "3", "5"])
        ),
        10 => format!("sqrt({})", dice.of(&["2", "9", "0.25", "${n}", "1000"])),
        11 => format!(
            "{}(${{x}})",
            dice.of(&["sum", "min", "max", "count", "count-non-empty"])
        ),
        12 => format!(
            "{}({}, {})",
            dice.of(&["min", "max"]),
            number(dice, d),
            any(dice, d)
        ),
        13 => format!("string-length({})", text(dice, d)),
        14 => format!(
            "count-selected({})",
            dice.of(&["${many}", "${one}", "'a  b'"])
        ),
        15 => format!("number({})", any(dice, d)),
        16 => format!("decimal-date-time({})", day(dice, d)),
        17 => format!("{}(${{y}})", dice.of(&["sum", "max", "count-non-empty"])),
        18 => format!(
            "if({}, {}, {})",
            truth(dice, d),
            number(dice, d),
            number(dice, d)
        ),
        _ => format!(
            "coalesce({}, {})",
            dice.of(&["${n}", "${i}"]),
            number(dice, d)
        ),
    }
}

fn text(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return match dice.roll(4) {
            0 => dice
                .of(&["${t}", "${e}", "${one}", "${many}", "${yn}"])
                .into(),
            _ => dice.of(&TEXTS).into(),
        };
    }
    let d = depth - 1;
    let at = |dice: &mut Dice| {
        dice.of(&["0", "1", "2", "-1", "-3", "1.5", "99"])
            .to_owned()
    };
    match dice.roll(16) {
        0..=1 => format!("concat({}, {})", any(dice, d), any(dice, d)),
        2 => format!(
            "join({}, ${{{}}})",
            dice.of(&["','", "' '", "''"]),
            dice.of(&["x", "s", "y"])
        ),
        3 => format!("string({})", any(dice, d)),
        4 => format!("substr({}, {})", text(dice, d), at(dice)),
        5 => format!("substr({}, {}, {})", text(dice, d), at(dice), at(dice)),
        6 => format!(
            "substring-before({}, {})",
            text(dice, d),
            dice.of(&["' '", "'-'", "''", "'a'"])
        ),
        7 => format!(
            "substring-after({}, {})",
            text(dice, d),
            dice.of(&["' '", "'-'", "''", "'a'"])
        ),
        8 => format!("normalize-space({})", text(dice, d)),
        9 => format!(
            "translate({}, {}, {})",
            text(dice, d),
            dice.of(&["'ab'", "'-'", "'é😀'", "'0123'"]),
            dice.of(&["'xy'", "''", "'z'"])
        ),
        10 => format!(
            "selected-at({}, {})",
            dice.of(&["${many}", "'p q r'"]),
            at(dice)
        ),
        11 => format!(
            "format-date({}, {})",
            day(dice, d),
            dice.of(&["'%Y-%m-%d'", "'%e/%n/%y'", "'%H:%M:%S'", "'%d日%%'"])
        ),
        12 => format!(
            "indexed-repeat(${{{}}}, ${{rep}}, {})",
            dice.of(&["x", "s"]),
            at(dice)
        ),
        13 => format!(
            "if({}, {}, {})",
            truth(dice, d),
            text(dice, d),
            text(dice, d)
        ),
        14 => format!("coalesce({}, {})", text(dice, d), text(dice, d)),
        _ => format!("string({})", number(dice, d)),
    }
}

fn truth(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return dice
            .of(&[
                "true()",
                "false()",
                "${yn} = 'yes'",
                "selected(${many}, 'a')",
                "${one} = 'b'",
                "boolean(${e})",
                "selected(${one}, 'a')",
            ])
            .into();
    }
    let d = depth - 1;
    match dice.roll(14) {
        0..=2 => format!(
            "({} {} {})",
            truth(dice, d),
            dice.of(&["and", "or"]),
            truth(dice, d)
        ),
        3..=5 => format!(
            "({} {} {})",
            number(dice, d),
            dice.of(&["<", "<=", ">", ">=", "=", "!="]),
            number(dice, d)
        ),
        6..=7 => format!(
            "({} {} {})",
            any(dice, d),
            dice.of(&["=", "!="]),
            any(dice, d)
        ),
        8 => format!("not({})", truth(dice, d)),
        9 => format!("boolean({})", any(dice, d)),
        10 => format!(
            "{}({}, {})",
            dice.of(&["contains", "starts-with", "ends-with"]),
            text(dice, d),
            dice.of(&["'a'", "''", "' '", "'垃'"])
        ),
        11 => format!(
            "regex({}, {})",
            text(dice, d),
            dice.of(&[
                "'[a-z ]+'",
                "'\\d{4}-\\d\\d-\\d\\d'",
                "'.*'",
                "'\\w+\\s\\w+'",
                "'(a|b)*'",
                "'\\S+'",
                "'1[3-9]\\d{9}'"
            ])
        ),
        12 => format!(
            "({} {} {})",
            day(dice, d),
            dice.of(&["<", ">=", "=", "!="]),
            day(dice, d)
        ),
        _ => format!(
            "selected({}, {})",
            dice.of(&["${many}", "${t}", "'a b'"]),
            dice.of(&["'a'", "' b '", "''"])
        ),
    }
}

fn day(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return dice
            .of(&[
                "today()",
                "now()",
                "${d}",
                "${dt}",
                "date('2025-01-31')",
                "date('2024-02-29')",
            ])
            .into();
    }
    let d = depth - 1;
    match dice.roll(4) {
        0 => format!("date({})", number(dice, d)),
        1 => format!("date({})", text(dice, d)),
        2 => format!(
            "date({} + {})",
            day(dice, 0),
            dice.of(&["1", "30", "0.5", "-400"])
        ),
        _ => day(dice, 0),
    }
}

fn any(dice: &mut Dice, depth: usize) -> String {
    match dice.roll(4) {
        0 => number(dice, depth),
        1 => text(dice, depth),
        2 => truth(dice, depth),
        _ => day(dice, depth),
    }
}

/// One question of each kind expressions speak of, repeats in repeats, and the calculations.
fn checklist(calculations: &[(String, String)], inside: &[(String, String)]) -> Json {
    let calculate = |(name, expression): &(String, String)| json!({"question": {"name": name, "kind": {"type": "calculate"}, "calculation": expression}});
    let mut within = vec![
        json!({"question": {"name": "x", "kind": {"type": "integer"}, "constraint": ". < 50 and . != ${n}"}}),
        json!({"question": {"name": "s", "kind": {"type": "text"}, "relevant": "${x} > 2", "required": "${x} > 9"}}),
        json!({"group": {"name": "deep", "repeat": {"count": "${x}"}, "relevant": "${x} < 4", "items": [
            {"question": {"name": "y", "kind": {"type": "decimal"}, "required": "position(..) = 1"}},
        ]}}),
    ];
    within.extend(inside.iter().map(calculate));
    let mut items = vec![
        json!({"question": {"name": "n", "kind": {"type": "decimal"}, "constraint": ". >= 0 and . <= 1000"}}),
        json!({"question": {"name": "i", "kind": {"type": "integer"}, "required": "true()"}}),
        json!({"question": {"name": "t", "kind": {"type": "text"}, "constraint": "string-length(.) < 20"}}),
        json!({"question": {"name": "e", "kind": {"type": "text"}}}),
        json!({"question": {"name": "one", "kind": {"type": "one", "list": "c"}}}),
        json!({"question": {"name": "many", "kind": {"type": "many", "list": "c"}}}),
        json!({"question": {"name": "yn", "kind": {"type": "yes_no"}, "required": "${one} = 'a'"}}),
        json!({"group": {"name": "dates", "relevant": "${yn} != 'no'", "items": [
            {"question": {"name": "d", "kind": {"type": "date"}, "constraint": ". <= today()"}},
            {"question": {"name": "dt", "kind": {"type": "date_time"}}},
            {"question": {"name": "tm", "kind": {"type": "time"}}},
        ]}}),
        json!({"question": {"name": "place", "kind": {"type": "position"}}}),
        json!({"question": {"name": "file", "kind": {"type": "photo"}}}),
        json!({"group": {"name": "rep", "repeat": {}, "items": within}}),
    ];
    items.extend(calculations.iter().map(calculate));
    json!({
        "id": "t", "version": "1", "languages": ["en"], "title": {"en": "T"}, "items": items,
        "choices": {"c": [{"name": "a", "label": {}}, {"name": "b", "label": {}}]},
        "findings": [
            {"code": "f1", "label": {}, "when": "${n} > 3 or selected(${many}, 'b')", "category": "E-0104", "evidence": ["n", "file"], "is_case": true},
            {"code": "f2", "label": {}, "within": "rep", "when": "${x} > ${i}", "category": "E-0105", "evidence": ["x", "t"]},
        ],
    })
}

fn built(json: &Json) -> Option<Form> {
    let checklist: Checklist = serde_json::from_value(json.clone()).unwrap();
    Form::build(checklist).ok()
}

/// Expressions that mean something, by name; `inside` a repeat they may speak of their own instance.
fn calculations(dice: &mut Dice, inside: bool, count: usize) -> Vec<(String, String)> {
    let mut all = Vec::new();
    while all.len() < count {
        let depth = 1 + dice.roll(3);
        let mut expression = any(dice, depth);
        if inside {
            let own = dice.of(&[
                "position(..)",
                "${x}",
                "${s}",
                "sum(${y})",
                "count(${deep})",
                "indexed-repeat(${x}, ${rep}, position(..) - 1)",
            ]);
            expression = format!("concat({own}, '/', {expression})");
        }
        let name = format!("{}{}", if inside { "k" } else { "c" }, all.len());
        let one = vec![(name.clone(), expression.clone())];
        let made = if inside {
            checklist(&[], &one)
        } else {
            checklist(&one, &[])
        };
        if expression.chars().count() < 400 && built(&made).is_some() {
            all.push((name, expression));
        }
    }
    all
}

/// Something to answer a question with, mostly of its kind.
fn answer(dice: &mut Dice, form: &Form, kind: &Kind) -> String {
    if dice.roll(25) == 0 {
        return dice
            .of(&[
                "?",
                "1.5",
                "2024-02-30",
                "a a b",
                "../x",
                " ",
                "99999999999999",
            ])
            .into();
    }
    let choices = form.choices(kind).unwrap_or_default();
    match kind {
        Kind::Text | Kind::Barcode | Kind::Note | Kind::Calculate => dice
            .of(&[
                "a",
                "垃圾 here",
                "  b  c ",
                "3.10",
                "2024-02-29",
                "é😀x",
                "a long sentence of words",
                "0",
            ])
            .into(),
        Kind::Integer => dice
            .of(&["0", "1", "2", "3", "12", "60", "-5", " 7 ", "4.0"])
            .into(),
        Kind::Decimal => dice
            .of(&[
                "0",
                "3.1",
                "0.25",
                "2.50",
                "999.999999",
                "-1",
                "1000.5",
                ".5",
                "4",
                "310",
                "12",
            ])
            .into(),
        Kind::YesNo => dice.of(&["yes", "no", "true", "0"]).into(),
        Kind::One { .. } => dice.of(&choices).into(),
        Kind::Many { .. } => {
            let all: Vec<&str> = (0..=dice.roll(2)).map(|_| dice.of(&choices)).collect();
            all.join(" ")
        }
        Kind::Date => dice
            .of(&[
                "2026-11-20",
                "2024-02-29",
                "2027-01-01",
                "1999-12-31",
                "2026-11-26T10:00:00",
            ])
            .into(),
        Kind::Time => dice
            .of(&["09:30", "23:59:59.500", "00:00:00.000+08:00"])
            .into(),
        Kind::DateTime => dice
            .of(&[
                "2026-11-26T08:00:00+08:00",
                "2026-11-25T23:30:00.000-05:00",
                "2024-02-29T12:00:00Z",
                "2026-11-26T08:00",
            ])
            .into(),
        Kind::Photo | Kind::Signature => dice.of(&["a.jpg", "照片 1.png"]).into(),
        Kind::Position => dice
            .of(&["32.01 120.86 0 5", "32.0148 120.8978", "91 0", "1 2 3 4 5"])
            .into(),
        Kind::Track => dice.of(&["32 120 0 5; 32.001 120.001 0 8", ""]).into(),
    }
}

fn answers(dice: &mut Dice, form: &Form, within: &[usize]) -> Json {
    let mut object = Map::new();
    for (at, node) in form.nodes().iter().enumerate() {
        if node.repeats != within || dice.roll(5) == 0 {
            continue;
        }
        match &node.kind {
            NodeKind::Field(field) if field.calculation.is_none() => {
                object.insert(node.name.clone(), answer(dice, form, &field.kind).into());
            }
            NodeKind::Repeat { .. } => {
                let below = [within, &[at]].concat();
                let all: Vec<Json> = (0..dice.roll(4))
                    .map(|_| answers(dice, form, &below))
                    .collect();
                object.insert(node.name.clone(), all.into());
            }
            _ => {}
        }
    }
    if within.is_empty() && dice.roll(10) == 0 {
        object.insert("of_another_version".into(), "x".into());
    }
    object.into()
}

/// What the engine makes of answers.
fn case(form: &Form, given: &Json, judged: bool) -> Json {
    let (read, mut faults) = read_answers(form, given);
    let state = form.evaluate(&read, NOW);
    faults.extend(form.validate(&read, &state));
    let faults: Vec<Json> = faults
        .iter()
        .map(|one| json!([one.question, one.place, one.what.code()]))
        .collect();
    let rules = judged.then(|| example_rules().unwrap());
    let (found, _) = form.findings(&state, rules.as_ref());
    let found: Vec<Json> = found
        .iter()
        .map(|one| {
            let evidence: Map<String, Json> = one
                .evidence
                .iter()
                .map(|(name, value)| (name.clone(), value.to_string().into()))
                .collect();
            json!([one.code, one.place, evidence])
        })
        .collect();
    json!({ "answers": given, "kept": write_answers(&state.answers(form)), "faults": faults, "findings": found })
}

/// The inspection of markets with points that no standard gives: choices, several, yes or no, bands, some within repeats.
fn scored() -> Checklist {
    let mut checklist = shipped("market-fire").unwrap();
    checklist.pass_percent = Some(60);
    let points = [
        ("lane_width", "..3=0 3..4=5 4..=10"),
        ("exit_distance", "30.000001..=-5 ..30.000001=5"),
        ("exits", "clear=8 goods=-2 locked=-4 dark=1"),
        ("panel", "none=5 rock_wool=5 foam_b1=2"),
        ("circuit_stalls", "1..10=3"),
        ("extinguisher", "yes=2"),
        ("lives_in", "no=3 yes=-3"),
    ];
    for (name, text) in points {
        let points = youlin_checklist::read_points(text).unwrap();
        question(&mut checklist.items, name).unwrap().points = points;
    }
    checklist
}

fn question<'a>(items: &'a mut [Item], name: &str) -> Option<&'a mut Question> {
    items.iter_mut().find_map(|item| match item {
        Item::Question(one) => Some(one).filter(|one| one.name == name),
        Item::Group(group) => question(&mut group.items, name),
    })
}

/// What is worth something is in its list, in bands that hold something, below a hundred per cent.
#[test]
fn points_that_fit_nothing_are_named() {
    let faults = |name: &str, text: &str, percent: u32| {
        let mut checklist = scored();
        checklist.pass_percent = Some(percent);
        question(&mut checklist.items, name).unwrap().points =
            youlin_checklist::read_points(text).unwrap();
        let found = Form::build(checklist).err().unwrap_or_default();
        found.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert!(faults("panel", "none=1", 100).is_empty());
    assert_eq!(faults("panel", "nothing=1", 60), ["panel"]);
    assert_eq!(faults("panel", "..3=1", 60), ["panel"]);
    assert_eq!(faults("lane_width", "4..3=1", 60), ["lane_width"]);
    assert_eq!(faults("lane_width", "wide=1", 60), ["lane_width"]);
    assert_eq!(faults("responsible", "x=1", 60), ["responsible"]);
    assert_eq!(faults("lives_in", "yes=1 maybe=2", 60), ["lives_in"]);
    assert_eq!(faults("lives_in", "yes=1", 101), [""]);
}

/// What does not stand is not counted; what stands and was not looked at keeps the conclusion open; the mark is exact.
#[test]
fn a_place_passes_by_what_was_looked_at() {
    let form = Form::build(scored()).unwrap();
    let score = |given: Json| {
        let (read, _) = read_answers(&form, &given);
        form.score(&form.evaluate(&read, NOW)).unwrap()
    };
    let open = score(json!({ "lane_width": "4" }));
    assert_eq!(
        (open.got, open.most, open.open, open.passed),
        (10, 24, 2, None)
    );
    let exact = score(json!({ "lane_width": "4", "exit_distance": "31", "exits": "clear dark" }));
    // 14 of 24 is 58.3 %.
    assert_eq!((exact.got, exact.passed), (14, Some(false)));
    let stalls = json!([{ "stall": "C-1", "extinguisher": "yes", "lives_in": "no" }]);
    let more = score(
        json!({ "lane_width": "4", "exit_distance": "31", "exits": "clear dark", "stalls": stalls }),
    );
    assert_eq!((more.got, more.most, more.passed), (19, 29, Some(true)));
    let named: Vec<(&str, i64, i64)> = more
        .sections
        .iter()
        .map(|one| (one.name.as_str(), one.got, one.most))
        .collect();
    assert_eq!(named, [("lanes", 14, 24), ("stalls", 5, 5)]);
    assert!(
        Form::build(shipped("market-fire").unwrap())
            .unwrap()
            .score(&form.evaluate(&read_answers(&form, &json!({})).0, NOW))
            .is_none()
    );
}

fn vectors() -> Json {
    let mut dice = Dice(20_261_126);
    let mut sets = Vec::new();
    for _ in 0..FORMS {
        let mut outside = calculations(&mut dice, false, CALCULATIONS);
        if sets.is_empty() {
            let edges = EDGES.iter().enumerate();
            outside.extend(edges.map(|(n, text)| (format!("edge{n}"), (*text).to_owned())));
        }
        let inside = calculations(&mut dice, true, 3);
        let json = checklist(&outside, &inside);
        let form = built(&json).unwrap();
        let cases: Vec<Json> = (0..ANSWERS)
            .map(|_| {
                let given = answers(&mut dice, &form, &[]);
                case(&form, &given, false)
            })
            .collect();
        sets.push(json!({ "calculations": outside, "inside": inside, "cases": cases }));
    }
    for (id, _) in SHIPPED {
        let form = Form::build(shipped(id).unwrap()).unwrap();
        let cases: Vec<Json> = (0..FILLED)
            .map(|_| {
                let given = answers(&mut dice, &form, &[]);
                case(&form, &given, true)
            })
            .collect();
        sets.push(json!({ "shipped": id, "cases": cases }));
    }
    let scored = scored();
    let form = Form::build(scored.clone()).unwrap();
    let scores: Vec<Json> = (0..FILLED)
        .map(|_| {
            let given = answers(&mut dice, &form, &[]);
            let (read, _) = read_answers(&form, &given);
            let score = form.score(&form.evaluate(&read, NOW)).unwrap();
            json!({ "answers": given, "score": score })
        })
        .collect();
    let functions: Vec<&str> = FUNCTIONS.iter().map(|one| one.0).collect();
    json!({
        "now": NOW.0.to_string(), "functions": functions, "base": checklist(&[], &[]), "rules": example_rules().unwrap(), "sets": sets,
        "scored": scored, "scores": scores,
    })
}

#[test]
fn what_was_written_down_still_holds() {
    let now = vectors();
    let held = written_down("vectors.json", &now);
    assert!(
        held == now,
        "the meaning of a checklist changed: UPDATE_VECTORS=1 writes it down, and the client has to follow (cd web && npm test)"
    );
}
