//! Charts drawn as SVG on the server: no script, they print, each mark opens the records behind it, and the table with the
//! same figures stands beside each. Colours come from the style sheet by class, so dark and light fit. In the browser the
//! chart island draws the same figures again, to be looked at closely ([`live`]).

use std::fmt::Write;

use serde_json::json;
use youlin_datasets::Asked;
use youlin_datasets::cube::{Kind, Measure, Value};

use super::left_out::LeftOut;
use super::table::{Figured, Line, Table};

/// One chart of a page.
pub(crate) struct Chart {
    pub(crate) svg: String,
    /// The figures for the island, as JSON.
    pub(crate) live: String,
    /// What it has no place for.
    pub(crate) left_out: Option<LeftOut>,
}

/// How an answer can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// A line over time.
    Time,
    /// Two sides by age.
    Pyramid,
    /// Bars, one for each group.
    Bars,
    /// Bars of parts that add up to the whole.
    Stacked,
    /// Areas in shades.
    Map,
}

/// What fits the groups of an answer, the best first.
pub(crate) fn fitting(asked: &Asked, table: &Table) -> Vec<Drawn> {
    let schema = asked.dataset.schema();
    let kinds: Vec<Option<Kind>> = asked
        .query
        .group
        .iter()
        .map(|group| schema.dim(&group.dim).map(|dim| dim.kind))
        .collect();
    if table.lines.is_empty() {
        return Vec::new();
    }
    // Shares and means of parts do not add up, and a record with two labels would stand in two parts.
    let adds = matches!(asked.query.measure, Measure::Count | Measure::Sum(_));
    let parts = (2..=PARTS).contains(&table.columns.len());
    match kinds.as_slice() {
        [Some(Kind::Day | Kind::Time)] => vec![Drawn::Time, Drawn::Bars],
        [Some(Kind::Area)] => vec![Drawn::Bars, Drawn::Map],
        [_] => vec![Drawn::Bars],
        [Some(Kind::Age), Some(Kind::Choice)] if sides(table).is_some() => vec![Drawn::Pyramid],
        [_, Some(kind)] if adds && parts && *kind != Kind::Labels => vec![Drawn::Stacked],
        _ => Vec::new(),
    }
}

/// Texts come from the register: nothing in them is markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Narrow, so that the words can still be read on a phone.
const WIDTH: f64 = 440.0;
const ROW: f64 = 26.0;
const LABEL: f64 = 120.0;
/// Longer lists stay with the table.
pub(crate) const MOST: usize = 60;
/// Everybody's, year by year.
const AGES: usize = 130;
/// More points than this no line shows.
const POINTS: usize = 400;
/// As many parts as there are colours to tell them apart.
const PARTS: usize = 8;

pub(crate) fn draw(title: &str, table: &Table, drawn: Drawn) -> String {
    match drawn {
        Drawn::Bars => bars(title, table),
        Drawn::Time => time(title, table),
        Drawn::Pyramid => pyramid(title, table),
        Drawn::Stacked => stacked(title, table),
        Drawn::Map => String::new(),
    }
}

/// The figures of a chart for the island: exactly what is drawn, each with its words and where it opens. `source` is where
/// the map's boundaries are.
pub(crate) fn live(title: &str, table: &Table, drawn: Drawn, source: Option<&str>) -> String {
    let all: Vec<usize> = match drawn {
        Drawn::Pyramid => sides(table).map_or_else(Vec::new, Vec::from),
        Drawn::Stacked => (0..table.columns.len()).collect(),
        Drawn::Time | Drawn::Bars | Drawn::Map => vec![0],
    };
    let cell = |cell: &Figured| json!({ "size": cell.size, "text": cell.text, "href": cell.href });
    let one = |line: &Line| {
        let area = match line.keys.first() {
            Some(Some(Value::Number(area))) if drawn == Drawn::Map => Some(*area),
            _ => None,
        };
        let cells = all
            .iter()
            .map(|at| line.cells.get(*at).and_then(Option::as_ref).map(cell));
        json!({ "name": line.heads.join(" · "), "area": area, "cells": cells.collect::<Vec<_>>() })
    };
    let (kind, most) = match drawn {
        Drawn::Time => ("time", POINTS),
        Drawn::Pyramid => ("pyramid", AGES),
        Drawn::Bars => ("bars", MOST),
        Drawn::Stacked => ("stacked", MOST),
        Drawn::Map => ("map", POINTS),
    };
    let known = |line: &&Line| {
        let dated = matches!(line.keys.first(), Some(Some(Value::Text(_))));
        match drawn {
            Drawn::Time => dated,
            Drawn::Pyramid => line.keys.first().is_some_and(Option::is_some),
            _ => true,
        }
    };
    let lines: Vec<_> = table
        .lines
        .iter()
        .filter(known)
        .take(most)
        .map(one)
        .collect();
    let columns: Vec<_> = all.iter().filter_map(|at| table.columns.get(*at)).collect();
    json!({ "kind": kind, "title": title, "columns": columns, "lines": lines, "source": source })
        .to_string()
}

/// A mark that opens its records. The table has the same links for the keyboard.
pub(super) fn opens(href: &str, mark: &str) -> String {
    let href = escaped(href);
    format!("<a href=\"{href}\" tabindex=\"-1\">{mark}</a>")
}

fn opened(title: &str, height: f64, kind: &str) -> String {
    let title = escaped(title);
    format!(
        "<svg class=\"chart chart-{kind}\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"group\" aria-label=\"{title}\">"
    )
}

fn label(line: &Line) -> String {
    shortened(&line.heads.join(" · "), 9)
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

fn largest(table: &Table) -> f64 {
    let sizes = table
        .lines
        .iter()
        .flat_map(|line| line.cells.iter().flatten().map(|cell| cell.size));
    sizes.fold(0.0, f64::max).max(f64::MIN_POSITIVE)
}

#[expect(clippy::cast_precision_loss, reason = "a few dozen rows")]
fn bars(title: &str, table: &Table) -> String {
    let shown = &table.lines[..table.lines.len().min(MOST)];
    let most = largest(table);
    let mut svg = opened(title, shown.len() as f64 * ROW + 4.0, "bars");
    for (at, line) in shown.iter().enumerate() {
        let Some(Some(cell)) = line.cells.first() else {
            continue;
        };
        let y = at as f64 * ROW + 4.0;
        let width = (cell.size / most * (WIDTH - LABEL - 64.0)).max(1.0);
        let (name, text, x) = (
            escaped(&label(line)),
            escaped(&cell.text),
            LABEL + width + 6.0,
        );
        let bar = format!(
            "<rect class=\"chart-bar\" x=\"{LABEL}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" rx=\"3\"/>\
             <text class=\"chart-value\" x=\"{x:.1}\" y=\"{:.1}\">{text}</text>",
            ROW - 8.0,
            y + 14.0,
        );
        let _ = write!(
            svg,
            "<text class=\"chart-name\" x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>{}",
            LABEL - 8.0,
            y + 14.0,
            opens(&cell.href, &bar),
        );
    }
    svg.push_str("</svg>");
    svg
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred points")]
fn time(title: &str, table: &Table) -> String {
    const HEIGHT: f64 = 240.0;
    const LEFT: f64 = 48.0;
    const BOTTOM: f64 = 206.0;
    let dated: Vec<&Line> = table
        .lines
        .iter()
        .filter(|line| matches!(line.keys.first(), Some(Some(Value::Text(_)))))
        .collect();
    let most = largest(table);
    let step = (WIDTH - LEFT - 24.0) / (dated.len().saturating_sub(1).max(1)) as f64;
    let place = |at: usize, size: f64| {
        (
            LEFT + at as f64 * step,
            BOTTOM - size / most * (BOTTOM - 24.0),
        )
    };
    let mut svg = opened(title, HEIGHT, "time");
    let _ = write!(
        svg,
        "<path class=\"chart-axis\" d=\"M{LEFT} {BOTTOM}H{:.0}\"/>",
        WIDTH - 16.0
    );
    let mut points = String::new();
    let mut marks = String::new();
    let every = dated.len().div_ceil(6).max(1);
    for (at, line) in dated.iter().enumerate() {
        let Some(Some(cell)) = line.cells.first() else {
            continue;
        };
        let (x, y) = place(at, cell.size);
        let _ = write!(
            points,
            "{}{x:.1} {y:.1}",
            if points.is_empty() { "M" } else { "L" }
        );
        let dot = format!("<circle class=\"chart-dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
        marks.push_str(&opens(&cell.href, &dot));
        if at % every == 0 {
            let name = escaped(&line.heads.join(" "));
            let _ = write!(
                marks,
                "<text class=\"chart-name\" x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{name}</text>\
                 <text class=\"chart-value\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                BOTTOM + 20.0,
                y - 8.0,
                escaped(&cell.text),
            );
        }
    }
    let _ = write!(
        svg,
        "<path class=\"chart-line\" d=\"{points}\"/>{marks}</svg>"
    );
    svg
}

/// The first two columns to the left and the right of the ages, the oldest on top.
#[expect(clippy::cast_precision_loss, reason = "a few dozen rows")]
fn pyramid(title: &str, table: &Table) -> String {
    const MIDDLE: f64 = 60.0;
    let half = (WIDTH - MIDDLE) / 2.0;
    let Some([left, right]) = sides(table) else {
        return String::new();
    };
    let most = largest(table);
    let aged = table
        .lines
        .iter()
        .filter(|line| line.keys.first().is_some_and(Option::is_some));
    let rows: Vec<&Line> = aged.rev().take(AGES).collect();
    let mut svg = opened(title, rows.len() as f64 * 20.0 + 30.0, "pyramid");
    let names = [
        (left, half - 8.0, "end"),
        (right, half + MIDDLE + 8.0, "start"),
    ];
    for (at, x, anchor) in names {
        let name = table.columns.get(at).map_or("", String::as_str);
        let _ = write!(
            svg,
            "<text class=\"chart-name\" x=\"{x:.0}\" y=\"14\" text-anchor=\"{anchor}\">{}</text>",
            escaped(name)
        );
    }
    for (row, line) in rows.iter().enumerate() {
        let y = row as f64 * 20.0 + 24.0;
        let _ = write!(
            svg,
            "<text class=\"chart-name\" x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            half + MIDDLE / 2.0,
            y + 13.0,
            escaped(&line.heads.join(" "))
        );
        for (side, at) in [left, right].into_iter().enumerate() {
            let Some(Some(cell)) = line.cells.get(at) else {
                continue;
            };
            let width = cell.size / most * (half - 40.0);
            let (x, text_x, anchor) = if side == 0 {
                (half - width, half - width - 5.0, "end")
            } else {
                (half + MIDDLE, half + MIDDLE + width + 5.0, "start")
            };
            let bar = format!(
                "<rect class=\"chart-side-{side}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"17\" rx=\"2\"/>\
                 <text class=\"chart-value\" x=\"{text_x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
                y + 13.0,
                escaped(&cell.text),
            );
            svg.push_str(&opens(&cell.href, &bar));
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The two columns of a pyramid; what is not known has no side, and of three none may be left out.
fn sides(table: &Table) -> Option<[usize; 2]> {
    let columns = table.across.iter().enumerate();
    let mut known = columns.filter(|(_, key)| key.is_some());
    let both = [known.next()?.0, known.next()?.0];
    known.next().is_none().then_some(both)
}

/// Bars of parts: as long together as the line's figures add up to.
#[expect(clippy::cast_precision_loss, reason = "a few dozen rows")]
fn stacked(title: &str, table: &Table) -> String {
    const LEGEND: f64 = 20.0;
    let shown = &table.lines[..table.lines.len().min(MOST)];
    let whole = |line: &Line| {
        line.cells
            .iter()
            .flatten()
            .map(|cell| cell.size)
            .sum::<f64>()
    };
    let most = shown.iter().map(whole).fold(f64::MIN_POSITIVE, f64::max);
    let top = table.columns.len().div_ceil(4) as f64 * LEGEND + 4.0;
    let mut svg = opened(title, top + shown.len() as f64 * ROW + 4.0, "stacked");
    for (at, name) in table.columns.iter().enumerate() {
        let (x, y) = ((at % 4) as f64 * WIDTH / 4.0, (at / 4) as f64 * LEGEND);
        let _ = write!(
            svg,
            "<rect class=\"chart-part-{at}\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"12\" height=\"12\" rx=\"2\"/>\
             <text class=\"chart-name\" x=\"{:.0}\" y=\"{:.0}\">{}</text>",
            x + 16.0,
            y + 11.0,
            escaped(&shortened(name, 7)),
        );
    }
    for (row, line) in shown.iter().enumerate() {
        let y = top + row as f64 * ROW;
        let mut x = LABEL;
        let _ = write!(
            svg,
            "<text class=\"chart-name\" x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LABEL - 8.0,
            y + 14.0,
            escaped(&label(line)),
        );
        for (at, cell) in line.cells.iter().enumerate() {
            let Some(cell) = cell else { continue };
            let width = cell.size / most * (WIDTH - LABEL - 8.0);
            let name = table.columns.get(at).map_or("", String::as_str);
            let bar = format!(
                "<rect class=\"chart-part-{at}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\">\
                 <title>{} {}</title></rect>",
                ROW - 8.0,
                escaped(name),
                escaped(&cell.text),
            );
            svg.push_str(&opens(&cell.href, &bar));
            x += width;
        }
    }
    svg.push_str("</svg>");
    svg
}
