//! The lines of the table: name, value, unit, size, limit or peer, ratio, target, whether it holds.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

/// One measured figure.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    name: String,
    value: f64,
    unit: &'static str,
    /// At what size it was measured.
    size: String,
    /// What the same work costs without us, or the promised bound.
    limit: Option<f64>,
    /// value / limit.
    ratio: Option<f64>,
    /// In words, for example `≥ 0.4 of raw`.
    target: String,
    ok: bool,
}

/// All lines of a run.
#[derive(Debug, Default)]
pub(crate) struct Results(Vec<Line>);

impl Results {
    /// A figure that must be at least `least`.
    pub(crate) fn at_least(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        size: impl Into<String>,
        least: f64,
    ) {
        self.push(
            name,
            value,
            unit,
            size.into(),
            Some(least),
            format!("≥ {least} {unit}"),
            value >= least,
        );
    }

    /// A figure that must be less than `most`.
    pub(crate) fn below(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        size: impl Into<String>,
        most: f64,
    ) {
        self.push(
            name,
            value,
            unit,
            size.into(),
            Some(most),
            format!("< {most} {unit}"),
            value < most,
        );
    }

    /// A figure that must be at least `share` of what its peer reached in the same run.
    pub(crate) fn share_of(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        size: impl Into<String>,
        peer: f64,
        share: f64,
    ) {
        let target = format!("≥ {share} of {peer:.0} {unit}");
        self.push(
            name,
            value,
            unit,
            size.into(),
            Some(peer),
            target,
            value >= share * peer,
        );
    }

    /// A line that could not be measured here; said, never hidden.
    pub(crate) fn skipped(&mut self, name: &str, why: &str) {
        println_line(&format!("{name}: skipped ({why})"));
    }

    fn push(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        size: String,
        limit: Option<f64>,
        target: String,
        ok: bool,
    ) {
        let ratio = limit
            .filter(|limit| *limit > 0.0)
            .map(|limit| value / limit);
        println_line(&format!(
            "{} {name}: {value:.3} {unit} ({target}) at {size}",
            if ok { "ok  " } else { "MISS" }
        ));
        self.0.push(Line {
            name: name.into(),
            value,
            unit,
            size,
            limit,
            ratio,
            target,
            ok,
        });
    }

    pub(crate) fn missed(&self) -> usize {
        self.0.iter().filter(|line| !line.ok).count()
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, serde_json::to_string_pretty(&self.0)?)
            .with_context(|| path.display().to_string())
    }
}

/// Progress for whoever waits.
#[expect(clippy::print_stdout, reason = "a command-line tool")]
pub(crate) fn println_line(text: &str) {
    println!("{text}");
}
