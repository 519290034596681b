//! Workbooks, forms and submissions there and back.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use youlin_checklist::{
    Answers, Checklist, Form, Item, Kind, SHIPPED, Value, read_answers, read_points, shipped,
    write_answers,
};
use youlin_tabular::{Limits, SheetOut, read, write_sheets};
use youlin_xforms::{
    Instance, Labels, Meta, Submission, SubmissionFault, WrongSheet, read_xlsform,
    write_submission, write_xform, write_xlsform,
};

fn labels() -> Labels {
    let words = |zh: &str, en: &str| {
        BTreeMap::from([
            ("zh-CN".to_owned(), zh.to_owned()),
            ("en".to_owned(), en.to_owned()),
        ])
    };
    Labels {
        languages: words("中文", "English"),
        yes: words("是", "Yes"),
        no: words("否", "No"),
    }
}

fn read_submission(form: &Form, xml: &str) -> Result<Submission, SubmissionFault> {
    Ok(Instance::read(xml)?.submission(form))
}

#[test]
fn every_shipped_checklist_comes_back_the_same() {
    for (id, _) in SHIPPED {
        let checklist = shipped(id).unwrap();
        let bytes = write_xlsform(&checklist, &labels()).unwrap();
        let back = read_xlsform(&bytes).unwrap_or_else(|faults| panic!("{id}: {faults:?}"));
        assert_eq!(back, checklist, "{id}");
        // And once more, byte for byte.
        assert_eq!(write_xlsform(&back, &labels()).unwrap(), bytes, "{id}");
        Form::build(back).unwrap();
    }
}

#[test]
fn points_come_back_the_same_and_are_refused_by_name() {
    let mut checklist = shipped("market-fire").unwrap();
    checklist.pass_percent = Some(80);
    let group = checklist.items.iter_mut().find_map(|item| match item {
        Item::Group(group) => Some(group),
        Item::Question(_) => None,
    });
    let Some(Item::Question(question)) = group.and_then(|group| group.items.first_mut()) else {
        panic!()
    };
    question.points = read_points("..3=0 3..4=5 4..=10").unwrap();
    let bytes = write_xlsform(&checklist, &labels()).unwrap();
    assert_eq!(read_xlsform(&bytes), Ok(checklist));
    let wrong = read_xlsform(&book(&[
        &["type", "name", "label", "points"],
        &["select_one c", "m", "Which?", "a=ten"],
    ]));
    let what = WrongSheet::Value {
        column: "points".to_owned(),
        value: "a=ten".to_owned(),
    };
    assert_eq!(wrong.unwrap_err()[0].what, what);
}

fn book(survey: &[&[&str]]) -> Vec<u8> {
    let rows = |all: &[&[&str]]| -> Vec<Vec<String>> {
        all.iter()
            .map(|row| row.iter().map(|&cell| cell.to_owned()).collect())
            .collect()
    };
    let mut survey = rows(survey);
    let columns = survey.remove(0);
    write_sheets(&[
        SheetOut {
            name: "survey".into(),
            columns,
            rows: survey,
        },
        SheetOut {
            name: "choices".into(),
            columns: vec!["list_name".into(), "name".into(), "label".into()],
            rows: rows(&[
                &["yes_no", "yes", "Yes"],
                &["yes_no", "no", "No"],
                &["c", "a", "A"],
            ]),
        },
        SheetOut {
            name: "settings".into(),
            columns: vec!["form_title".into(), "form_id".into(), "version".into()],
            rows: rows(&[&["Title", "a-form", "7"]]),
        },
    ])
    .unwrap()
}

#[test]
fn a_plain_workbook_of_somebody_else_is_read() {
    let checklist = read_xlsform(&book(&[
        &["type", "name", "label", "required", "relevant"],
        &["select_one yes_no", "ok", "All right?", "yes", ""],
        &["begin_repeat", "r", "Again", "", "${ok} = 'no'"],
        &["select_multiple c", "m", "Which?", "", ""],
        &["end_repeat", "", "", "", ""],
    ]))
    .unwrap();
    assert_eq!(
        (checklist.id.as_str(), checklist.version.as_str()),
        ("a-form", "7")
    );
    let form = Form::build(checklist).unwrap();
    let youlin_checklist::NodeKind::Field(field) = &form.node("ok").unwrap().kind else {
        panic!()
    };
    assert_eq!(
        (field.kind.clone(), field.question.required.as_str()),
        (Kind::YesNo, "true()")
    );
    assert_eq!(form.node("m").unwrap().repeats.len(), 1);
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let faults = |survey: &[&[&str]]| -> Vec<(u32, WrongSheet)> {
        read_xlsform(&book(survey))
            .unwrap_err()
            .into_iter()
            .map(|one| (one.row, one.what))
            .collect()
    };
    assert_eq!(
        faults(&[
            &["type", "name", "choice_filter", "media::image"],
            &["text", "a", "x = 1", ""]
        ]),
        [(0, WrongSheet::Column("choice_filter".into()))]
    );
    assert_eq!(
        faults(&[&["type", "name"], &["rank c", "a"], &["audio", "b"]]),
        [
            (2, WrongSheet::Type("rank c".into())),
            (3, WrongSheet::Type("audio".into()))
        ]
    );
    assert_eq!(
        faults(&[&["type", "name"], &["begin group", "g"], &["text", "a"]]),
        [(2, WrongSheet::Nesting("g".into()))]
    );
    assert_eq!(
        faults(&[&["type", "name"], &["text", "a"], &["end group", ""]]),
        [(3, WrongSheet::Nesting("end group".into()))]
    );
    assert_eq!(
        faults(&[&["type", "name", "readonly"], &["text", "a", "maybe"]]),
        [(
            2,
            WrongSheet::Value {
                column: "readonly".into(),
                value: "maybe".into()
            }
        )]
    );
    assert!(matches!(
        read_xlsform(b"PK nothing").unwrap_err()[0].what,
        WrongSheet::File(_)
    ));
}

#[test]
fn cells_are_kept_exactly_and_never_are_formulas() {
    let rows = vec![vec![
        "=1+1".to_owned(),
        "-${a} > 0".to_owned(),
        "@x".to_owned(),
    ]];
    let columns = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let bytes = write_sheets(&[SheetOut {
        name: "s".into(),
        columns,
        rows: rows.clone(),
    }])
    .unwrap();
    let lines = &read(&bytes, &Limits::default()).unwrap().sheets[0].lines;
    let cells: Vec<String> = lines[1].cells.iter().map(|cell| cell.shown()).collect();
    assert_eq!(cells, rows[0]);
}

#[test]
fn the_form_has_every_question_and_calls_them_where_they_stand() {
    let form = Form::build(shipped("market-fire").unwrap()).unwrap();
    let xml = write_xform(&form, &labels());
    for (part, what) in [
        (
            "<bind nodeset=\"/data/sections/panel_area\" type=\"decimal\" relevant=\"starts-with(../panel, &apos;foam&apos;)\" constraint=\". &gt; 0\"",
            "relative in a repeat",
        ),
        (
            "calculate=\"count(/data/stalls)\"",
            "all instances from outside",
        ),
        ("<output value=\"/data/stalls_seen\"/>", "answers in labels"),
        ("<stalls jr:template=\"\">", "template"),
        ("<repeat nodeset=\"/data/stalls\">", "repeat"),
        (
            "<translation lang=\"中文 (zh-CN)\" default=\"true()\">",
            "languages",
        ),
        ("<select1 ref=\"/data/stalls/extinguisher\">", "yes or no"),
    ] {
        assert!(xml.contains(part), "{what}: {part}");
    }
}

#[test]
fn a_number_of_instances_is_a_question_beside_the_repeat() {
    let checklist: Checklist = serde_json::from_value(serde_json::json!({
        "id": "t", "version": "1", "languages": ["en"], "title": {"en": "T & <T>"}, "items": [
            {"question": {"name": "n", "kind": {"type": "integer"}}},
            {"group": {"name": "r", "repeat": {"count": "${n} + 1"}, "items": [
                {"group": {"name": "g", "items": [{"question": {"name": "x", "kind": {"type": "text"}}},
                    {"question": {"name": "y", "kind": {"type": "calculate"}, "calculation": "concat(position(..), ${x}, indexed-repeat(${x}, ${r}, 1), ${n})"}}]}},
            ]}},
        ],
    })).unwrap();
    let form = Form::build(checklist).unwrap();
    let xml = write_xform(&form, &labels());
    assert!(
        xml.contains("<repeat nodeset=\"/data/r\" jr:count=\"/data/r_count\">"),
        "{xml}"
    );
    assert!(xml.contains("calculate=\"/data/n + 1\""), "{xml}");
    assert!(
        xml.contains(
            "concat(position(../..), ../x, indexed-repeat(/data/r/g/x, /data/r, 1), /data/n)"
        ),
        "{xml}"
    );
    assert!(
        xml.contains("<h:title>T &amp; &lt;T&gt;</h:title>"),
        "{xml}"
    );
}

fn meta() -> Meta {
    Meta {
        form_id: "market-fire".into(),
        version: "1".into(),
        instance_id: "uuid:1".into(),
        deprecated_id: None,
    }
}

#[test]
fn an_older_version_keeps_what_is_still_asked_and_names_the_rest() {
    let form = Form::build(shipped("market-fire").unwrap()).unwrap();
    let xml = "<?xml version='1.0'?><data id='market-fire' version='0' xmlns:jr='http://openrosa.org/javarosa'><old_group><lane_width>3.1</lane_width>\
        <gone>yes &amp; no</gone></old_group><stalls jr:template=''><stall/></stalls><stalls><stall>C1</stall><colour>red</colour></stalls>\
        <stalls><stall>C2</stall></stalls><main_aisle>wide</main_aisle><meta><instanceID>uuid:9</instanceID><deprecatedID>uuid:8</deprecatedID></meta></data>";
    let found = read_submission(&form, xml).unwrap();
    assert_eq!(
        (
            found.meta.version.as_str(),
            found.meta.deprecated_id.as_deref()
        ),
        ("0", Some("uuid:8"))
    );
    assert_eq!(
        found.answers.values["lane_width"],
        Value::Number("3.1".parse().unwrap())
    );
    assert_eq!(found.answers.repeats["stalls"].len(), 2);
    let unknown: Vec<(&str, &str)> = found
        .unknown
        .iter()
        .map(|one| (one.path.as_str(), one.text.as_str()))
        .collect();
    assert_eq!(
        unknown,
        [
            ("/old_group/gone", "yes & no"),
            ("/stalls/colour[1]", "red"),
            ("/main_aisle", "wide")
        ]
    );
    assert_eq!(
        (found.faults.len(), found.faults[0].question.as_str()),
        (1, "main_aisle")
    );
}

#[test]
fn what_is_no_submission_is_refused() {
    let form = Form::build(shipped("market-fire").unwrap()).unwrap();
    let fault = |xml: &str| read_submission(&form, xml).unwrap_err();
    assert_eq!(fault("<data id='x'>"), SubmissionFault::NotXml);
    assert_eq!(
        fault("<!DOCTYPE a [<!ENTITY b 'c'>]><data id='x'/>"),
        SubmissionFault::NotXml
    );
    assert_eq!(fault("<data id='x'>&b;</data>"), SubmissionFault::NotXml);
    assert_eq!(fault(&"<a>".repeat(100_000)), SubmissionFault::NotXml);
    assert_eq!(
        fault("<data><meta><instanceID>u</instanceID></meta></data>"),
        SubmissionFault::NoForm
    );
    assert_eq!(fault("<data id='x'/>"), SubmissionFault::NoInstance);
    assert_eq!(
        Instance::read("<data id='x' version='2'><meta><instanceID>u</instanceID></meta></data>")
            .unwrap()
            .meta
            .version,
        "2"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_submission_comes_back_the_same(words in "[ -~一-龥]{0,30}", many in 0usize..20, width in 0u32..10_000) {
        let form = Form::build(shipped("market-fire").unwrap()).unwrap();
        let stalls: Vec<_> = (0..many).map(|n| serde_json::json!({"stall": format!("C{n} {words}"), "extinguisher": n % 2 == 0})).collect();
        let json = serde_json::json!({"market_name": words, "lane_width": f64::from(width) / 100.0, "exits": ["goods", "dark"], "stalls": stalls});
        let (answers, faults) = read_answers(&form, &json);
        prop_assert!(faults.is_empty());
        let mut found = read_submission(&form, &write_submission(&form, &answers, &meta())).unwrap();
        prop_assert_eq!(&found.meta, &meta());
        prop_assert!(found.unknown.is_empty() && found.faults.is_empty());
        if many == 0 {
            found.answers.repeats.insert("stalls".into(), Vec::new());
        }
        prop_assert_eq!(write_answers(&found.answers), write_answers(&answers));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[<>/a-c&;='\" ]{0,60}") {
        let form = Form::build(shipped("door-visit").unwrap()).unwrap();
        let _any = read_submission(&form, &text);
        let _any = read_submission(&form, &format!("<data id='x'>{text}<meta><instanceID>1</instanceID></meta></data>"));
    }
}

#[test]
fn empty_answers_make_a_form_without_answers() {
    let form = Form::build(shipped("door-visit").unwrap()).unwrap();
    let found = read_submission(
        &form,
        &write_submission(&form, &Answers::default(), &meta()),
    )
    .unwrap();
    assert!(found.answers.is_empty() && found.unknown.is_empty());
}
