//! `/rounds/sheet`: a checklist on paper, for one subject. The code on it holds the id of the round it will be, so that a
//! sheet handed in twice is the same round.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_checklist::{Form, Kind, Node, NodeKind, Piece, pieces, points_text, word};
use youlin_kernel::{Problem, Result};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::form::{asking, subject_of};
use super::shell;
use crate::checklists;

/// Rows of a repeat on paper.
const ROWS: usize = 8;
/// Columns a table on A4 has room for; the rest is asked in lines of the next table.
const COLUMNS: usize = 5;

/// One step of the sheet.
#[derive(Debug, Default)]
struct Line {
    /// `group`, `boxes`, `blank`, `long`, `note` or `table`.
    what: &'static str,
    label: String,
    hint: String,
    unit: String,
    needed: bool,
    /// Asked only under a condition.
    only_if: bool,
    /// More than one may be ticked.
    many: bool,
    boxes: Vec<String>,
    /// Of a table: heads with what may be ticked under them.
    heads: Vec<(String, Vec<String>)>,
}

impl Line {
    fn is(&self, what: &str) -> bool {
        self.what == what
    }
}

#[derive(Template)]
#[template(path = "round_sheet.html")]
struct SheetPage {
    s: Shell,
    title: String,
    number: String,
    name: String,
    subject: String,
    policy: String,
    sources: Vec<String>,
    lines: Vec<Line>,
    rows: Vec<usize>,
    /// Short for the round this sheet becomes: to tell one sheet from another, on each of its pages.
    code_text: String,
    /// What the code opens, for whoever has the sheet on the screen.
    entry: String,
    /// The drawing of the code.
    code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    subject: String,
    checklist: String,
    policy: String,
}

/// `GET /rounds/sheet?subject=&checklist=&policy=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> WebResult<Response> {
    let subject = subject_of(&wanted.subject).ok_or_else(Problem::not_found)?;
    let asking = asking(&app, &ctx, subject, &wanted.checklist).await?;
    let known = asking.known.as_ref().filter(|known| known.exact);
    let form = known.map(|known| known.form.as_ref());
    let form = form.ok_or_else(Problem::not_found)?;
    let s = shell(&app, &ctx, prefs);
    let language = checklists::language(ctx.locale());
    let round = ctx.new_id();
    let mut entry = format!(
        "/rounds/new?round={round}&subject={}&checklist={}&channel=paper",
        wanted.subject, wanted.checklist
    );
    if let Ok(policy) = wanted.policy.parse::<uuid::Uuid>() {
        entry.push_str(&format!("&policy={policy}"));
    }
    let address = format!("{}{entry}", app.config().public_url);
    let body = SheetPage {
        title: word(&form.checklist().title, language).to_owned(),
        number: form.checklist().version.clone(),
        name: asking.subject.name.clone(),
        subject: wanted.subject,
        policy: wanted.policy,
        sources: form.checklist().sources.clone(),
        lines: lines(&s, form),
        rows: (1..=ROWS).collect(),
        code: code(&address)?,
        code_text: short(round),
        entry,
        s,
    };
    page(&body)
}

/// The end of an id, which is chance, as one reads it out: `3F2A-91C7`.
fn short(round: uuid::Uuid) -> String {
    let hex = round.simple().to_string().to_uppercase();
    let end = hex.get(24..).unwrap_or(&hex);
    let (first, last) = end.split_at(end.len() / 2);
    format!("{first}-{last}")
}

fn code(address: &str) -> Result<String> {
    let code = qrcode::QrCode::with_error_correction_level(address.as_bytes(), qrcode::EcLevel::L)
        .map_err(Problem::internal)?;
    Ok(code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build()
        .replace("<?xml version=\"1.0\" standalone=\"yes\"?>", ""))
}

fn lines(s: &Shell, form: &Form) -> Vec<Line> {
    let mut all = Vec::new();
    let language = checklists::language(s.ctx().locale());
    for (at, node) in form.nodes().iter().enumerate() {
        if !node.repeats.is_empty() {
            continue;
        }
        match &node.kind {
            NodeKind::Group => all.push(Line {
                what: "group",
                label: super::answer::group_title(form, &node.name, language),
                only_if: node.relevant.is_some(),
                ..Line::default()
            }),
            NodeKind::Repeat { .. } => {
                let label = super::answer::group_title(form, &node.name, language);
                let heads: Vec<(String, Vec<String>)> = form
                    .nodes()
                    .iter()
                    .filter(|one| one.repeats == [at])
                    .filter_map(|one| head(s, form, one))
                    .collect();
                for (index, some) in heads.chunks(COLUMNS).enumerate() {
                    all.push(Line {
                        what: "table",
                        label: if index == 0 {
                            label.clone()
                        } else {
                            s.t1("sheet-goes-on", "label", &label)
                        },
                        heads: some.to_vec(),
                        ..Line::default()
                    });
                }
            }
            NodeKind::Field(_) => all.extend(question(s, form, node)),
        }
    }
    all
}

fn head(s: &Shell, form: &Form, node: &Node) -> Option<(String, Vec<String>)> {
    let line = question(s, form, node)?;
    if line.what == "note" {
        return None;
    }
    let label = if line.unit.is_empty() {
        line.label
    } else {
        format!("{} ({})", line.label, line.unit)
    };
    let label = if line.many {
        format!("{label} {}", s.t("sheet-many"))
    } else {
        label
    };
    Some((label, line.boxes))
}

/// Where an answer would stand there is room to write it.
fn blanks(text: &str) -> String {
    let parts = pieces(text).into_iter().map(|piece| match piece {
        Piece::Words(words) => words,
        Piece::Answer(_name) => "______",
    });
    parts.collect()
}

fn question(s: &Shell, form: &Form, node: &Node) -> Option<Line> {
    let NodeKind::Field(field) = &node.kind else {
        return None;
    };
    let language = checklists::language(s.ctx().locale());
    let mut line = Line {
        what: "blank",
        label: blanks(word(&field.question.label, language)),
        hint: blanks(word(&field.question.hint, language)),
        unit: checklists::unit(&field.question.unit).to_owned(),
        needed: field.required.is_some(),
        only_if: node.relevant.is_some(),
        ..Line::default()
    };
    let points = |name: &str, label: String| {
        let mut all = field.question.points.iter();
        match all.find(|one| one.choice == name) {
            Some(one) => s.t2(
                "checklist-score-box",
                &("label", label),
                &("points", one.points.to_string()),
            ),
            None => label,
        }
    };
    match &field.kind {
        Kind::Integer | Kind::Decimal if !field.question.points.is_empty() => {
            let text = points_text(&field.question.points);
            line.hint = format!("{} {text}", line.hint).trim().to_owned();
        }
        Kind::Calculate => return None,
        Kind::Note => line.what = "note",
        Kind::YesNo => {
            line.what = "boxes";
            line.boxes = vec![points("yes", s.t("yes")), points("no", s.t("no"))];
        }
        Kind::One { list } | Kind::Many { list } => {
            line.what = "boxes";
            line.many = matches!(field.kind, Kind::Many { .. });
            let all = form.checklist().choices.get(list);
            let all = all.map(Vec::as_slice).unwrap_or_default().iter();
            line.boxes = all
                .map(|one| points(&one.name, word(&one.label, language).to_owned()))
                .collect();
        }
        Kind::Text => line.what = "long",
        Kind::Photo => line.hint = s.t("sheet-photo"),
        Kind::Signature => line.what = "long",
        Kind::Track => return None,
        _ => {}
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::{blanks, short};

    #[test]
    fn a_sheet_has_a_number_that_can_be_read_out() {
        let id = uuid::Uuid::from_u128(0x0193_5f00_0000_7000_8000_0000_3f2a_91c7);
        assert_eq!(short(id), "3F2A-91C7");
    }

    #[test]
    fn paper_leaves_room_where_a_screen_would_fill_in_an_answer() {
        assert_eq!(
            blanks("共检查 ${stalls_seen} 个摊位。"),
            "共检查 ______ 个摊位。"
        );
        assert_eq!(
            blanks("回路 ${circuit} 的 ${load}"),
            "回路 ______ 的 ______"
        );
        assert_eq!(blanks("单价 ${"), "单价 ${");
    }
}
