//! Writes every shipped checklist as XLSForm, as that read and written again, and as XForm into a folder, for
//! `scripts/peers/xforms.py`.
#![allow(clippy::print_stdout, reason = "an example answers on the console")]

use std::collections::BTreeMap;
use std::path::Path;

use youlin_checklist::{Checklist, Form, Item, Kind, SHIPPED, read_points, shipped};
use youlin_xforms::{Frame, Labels, read_xlsform, write_framed_xform, write_xform, write_xlsform};

type Both<'a> = &'a dyn Fn(&str, &str) -> BTreeMap<String, String>;

/// What the server asks before a checklist.
fn frame(words: Both<'_>) -> Frame {
    Frame {
        list: "subjects".into(),
        kind_label: words("去了哪里", "What you went to"),
        kinds: vec![
            ("reach".into(), words("河段", "River reach")),
            ("building".into(), words("楼栋", "Building")),
        ],
        kind: "reach".into(),
        subject_label: words("选一个", "Which one"),
        subject_hint: words("可以输入名称查找", "Type to search"),
        policies: "policies".into(),
        policy_label: words("按哪项安排", "By which policy"),
        policy_hint: words("可以不选", "Optional"),
        outcome_label: words("结果", "How it ended"),
        outcomes: vec![
            ("done".into(), words("完成", "Done")),
            ("tried".into(), words("没办成", "Tried")),
        ],
        reason_label: words("原因", "Why"),
    }
}

/// An inspection with points and a pass mark.
fn scored() -> Option<Checklist> {
    let mut checklist = shipped("building-check")?;
    checklist.pass_percent = Some(80);
    for item in &mut checklist.items {
        if let Item::Question(question) = item {
            question.points = match question.kind {
                Kind::YesNo => read_points("yes=5 no=0").ok()?,
                Kind::Integer | Kind::Decimal => read_points("..1=0 1..=5").ok()?,
                _ => Vec::new(),
            };
        }
    }
    Some(checklist)
}

fn main() -> Result<(), String> {
    let folder = std::env::args().nth(1).ok_or("say into which folder")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let words = |zh: &str, en: &str| {
        BTreeMap::from([
            ("zh-CN".to_owned(), zh.to_owned()),
            ("en".to_owned(), en.to_owned()),
        ])
    };
    let labels = Labels {
        languages: words("中文", "English"),
        yes: words("是", "Yes"),
        no: words("否", "No"),
    };
    // One more with points, which none of the shipped ones gives.
    for id in SHIPPED.iter().map(|one| one.0).chain(["scored"]) {
        let checklist = match id {
            "scored" => scored(),
            id => shipped(id),
        };
        let checklist = checklist.ok_or("a shipped checklist cannot be read")?;
        let form = Form::build(checklist.clone()).map_err(|faults| format!("{faults:?}"))?;
        let put = |name: String, bytes: &[u8]| {
            std::fs::write(folder.join(name), bytes).map_err(|error| error.to_string())
        };
        let book = write_xlsform(&checklist, &labels)?;
        put(format!("{id}.xlsx"), &book)?;
        let again = read_xlsform(&book).map_err(|faults| format!("{faults:?}"))?;
        put(format!("{id}.again.xlsx"), &write_xlsform(&again, &labels)?)?;
        put(format!("{id}.xml"), write_xform(&form, &labels).as_bytes())?;
        let framed = write_framed_xform(&form, &labels, &frame(&words));
        put(format!("{id}.framed.xml"), framed.as_bytes())?;
        println!("{id}");
    }
    Ok(())
}
