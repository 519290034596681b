//! A value over time as SVG, with its limit as a line; the island draws the same from the same figures. The table with them
//! stands beside it.

use std::fmt::Write;

use serde_json::json;

use crate::tracks::escaped;

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 16.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 168.0;

/// One point of the line.
pub(super) struct Dot {
    /// The day.
    pub(super) name: String,
    pub(super) size: f64,
    /// With its unit.
    pub(super) text: String,
    pub(super) href: String,
    pub(super) beyond: bool,
}

/// A limit with its words.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) size: f64,
}

/// Drawing and figures.
pub(super) struct Chart {
    pub(super) title: String,
    pub(super) svg: String,
    pub(super) live: String,
}

/// The oldest first.
#[expect(clippy::cast_precision_loss, reason = "a few hundred points")]
pub(super) fn draw(title: &str, dots: &[Dot], limits: &[Line]) -> Chart {
    let sizes = || {
        dots.iter()
            .map(|dot| dot.size)
            .chain(limits.iter().map(|line| line.size))
    };
    let low = sizes().fold(f64::INFINITY, f64::min).min(0.0);
    let high = sizes()
        .fold(f64::NEG_INFINITY, f64::max)
        .max(low + f64::MIN_POSITIVE);
    let y = |size: f64| BOTTOM - (size - low) / (high - low) * (BOTTOM - TOP);
    let step = (WIDTH - 2.0 * LEFT) / dots.len().saturating_sub(1).max(1) as f64;
    let x = |at: usize| LEFT + at as f64 * step;
    let mut svg = format!(
        "<svg class=\"chart chart-time\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"group\" aria-label=\"{}\">\
         <path class=\"chart-axis\" d=\"M{LEFT} {BOTTOM}H{:.0}\"/>",
        escaped(title),
        WIDTH - LEFT
    );
    for line in limits {
        let _ = write!(
            svg,
            "<path class=\"chart-limit\" d=\"M{LEFT} {0:.1}H{1:.0}\"/><text class=\"chart-name\" x=\"{1:.0}\" y=\"{2:.1}\" \
             text-anchor=\"end\">{3}</text>",
            y(line.size),
            WIDTH - LEFT,
            y(line.size) - 4.0,
            escaped(&line.name),
        );
    }
    let (mut path, mut marks) = (String::new(), String::new());
    let every = dots.len().div_ceil(5).max(1);
    for (at, dot) in dots.iter().enumerate() {
        let (x, y) = (x(at), y(dot.size));
        let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
        let class = if dot.beyond {
            "chart-dot chart-beyond"
        } else {
            "chart-dot"
        };
        let radius = if dot.beyond { 5 } else { 3 };
        let _ = write!(
            marks,
            "<a href=\"{}\" tabindex=\"-1\"><circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/></a>",
            escaped(&dot.href)
        );
        if at % every == 0 {
            let anchor = if at == 0 { "start" } else { "middle" };
            let _ = write!(
                marks,
                "<text class=\"chart-name\" x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"{anchor}\">{}</text>\
                 <text class=\"chart-value\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
                BOTTOM + 20.0,
                escaped(&dot.name),
                y - 8.0,
                escaped(&dot.text),
            );
        }
    }
    let _ = write!(
        svg,
        "<path class=\"chart-line\" d=\"{path}\"/>{marks}</svg>"
    );
    let lines: Vec<_> = dots
        .iter()
        .map(|dot| {
            let cell = json!({ "size": dot.size, "text": dot.text, "href": dot.href });
            json!({ "name": dot.name, "cells": [cell] })
        })
        .collect();
    let limits: Vec<_> = limits
        .iter()
        .map(|line| json!({ "name": line.name, "size": line.size }))
        .collect();
    let live = json!({
        "kind": "time", "title": title, "columns": [title], "lines": lines, "limits": limits,
    });
    Chart {
        title: title.to_owned(),
        svg,
        live: live.to_string(),
    }
}
