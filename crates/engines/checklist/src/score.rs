//! Points, where a standard gives them: what an answer is worth, and what a place got of what there was to get.
//!
//! A question that does not stand is not counted at all. One that stands and is not answered counts among what there was
//! to get, and keeps the conclusion open: nobody passes or fails by what nobody looked at. Points are whole numbers, below
//! zero where a standard deducts; the pass mark is a share of what there was to get, compared in whole numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decimal::Decimal;
use crate::evaluate::State;
use crate::form::{Form, NodeKind};
use crate::model::{Kind, Question};
use crate::value::Value;

/// What one choice, or a number within a band, is worth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Worth {
    /// Name of the choice, `yes` or `no`; empty of a number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub choice: String,
    /// Of a number: from here on …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Decimal>,
    /// … and below this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<Decimal>,
    pub points: i32,
}

/// Not what an answer is worth: `clear=10`, `..3=0`, `3..4=5`, `4..=10`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' says no points: clear=10, ..3=0, 3..4=5, 4..=10")]
pub struct NotPoints(pub String);

impl FromStr for Worth {
    type Err = NotPoints;

    fn from_str(text: &str) -> Result<Self, NotPoints> {
        let wrong = || NotPoints(text.to_owned());
        let (of, points) = text.rsplit_once('=').ok_or_else(wrong)?;
        let points = points.parse().map_err(|_no_number| wrong())?;
        let Some((from, below)) = of.split_once("..") else {
            return Some(of)
                .filter(|of| !of.is_empty())
                .map(|of| Self {
                    choice: of.to_owned(),
                    points,
                    ..Self::default()
                })
                .ok_or_else(wrong);
        };
        let bound = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_no_number| wrong()),
        };
        Ok(Self {
            from: bound(from)?,
            below: bound(below)?,
            points,
            ..Self::default()
        })
    }
}

impl fmt::Display for Worth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.choice.is_empty() {
            if let Some(from) = self.from {
                write!(f, "{from}")?;
            }
            f.write_str("..")?;
            if let Some(below) = self.below {
                write!(f, "{below}")?;
            }
        } else {
            f.write_str(&self.choice)?;
        }
        write!(f, "={}", self.points)
    }
}

/// All of a question in one line, with blanks between them.
#[must_use]
pub fn points_text(points: &[Worth]) -> String {
    let all: Vec<String> = points.iter().map(Worth::to_string).collect();
    all.join(" ")
}

/// And back.
///
/// # Errors
/// The first that says no points.
pub fn read_points(text: &str) -> Result<Vec<Worth>, NotPoints> {
    text.split_whitespace().map(str::parse).collect()
}

/// What a place got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub got: i64,
    /// What there was to get.
    pub most: i64,
    /// Questions with points that stand and are not answered.
    pub open: u32,
    /// Against the pass mark; none without one, or while questions are open.
    pub passed: Option<bool>,
    /// By section of the first level, those with points only, in their order; a question outside all is in the one
    /// without a name.
    pub sections: Vec<SectionScore>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionScore {
    pub name: String,
    pub got: i64,
    pub most: i64,
}

impl Question {
    /// What an answer is worth; nothing is worth nothing.
    #[must_use]
    pub fn worth(&self, value: &Value) -> i64 {
        let choice = |name: &str| {
            let found = self.points.iter().find(|one| one.choice == name);
            found.map_or(0, |one| i64::from(one.points))
        };
        match value {
            Value::Choice(name) => choice(name),
            Value::YesNo(yes) => choice(if *yes { "yes" } else { "no" }),
            Value::Choices(all) => all.iter().map(|name| choice(name)).sum(),
            Value::Number(number) => {
                let holds = |one: &&Worth| {
                    one.choice.is_empty()
                        && one.from.is_none_or(|from| *number >= from)
                        && one.below.is_none_or(|below| *number < below)
                };
                let found = self.points.iter().find(holds);
                found.map_or(0, |one| i64::from(one.points))
            }
            _ => 0,
        }
    }

    /// The most an answer can be worth.
    #[must_use]
    pub fn worth_most(&self) -> i64 {
        let all = self.points.iter().map(|one| i64::from(one.points.max(0)));
        match self.kind {
            Kind::Many { .. } => all.sum(),
            _ => all.max().unwrap_or(0),
        }
    }
}

impl Form {
    /// Whether any answer has points.
    #[must_use]
    pub fn is_scored(&self) -> bool {
        self.nodes().iter().any(|node| match &node.kind {
            NodeKind::Field(field) => !field.question.points.is_empty(),
            _ => false,
        })
    }

    /// What the answers are worth; none when nothing has points.
    #[must_use]
    pub fn score(&self, state: &State) -> Option<Score> {
        if !self.is_scored() {
            return None;
        }
        let mut score = Score::default();
        for (at, node) in self.nodes.iter().enumerate() {
            let NodeKind::Field(field) = &node.kind else {
                continue;
            };
            if field.question.points.is_empty() {
                continue;
            }
            let section = self.section_of(at);
            for (place, stands) in &state.places[at] {
                if !stands {
                    continue;
                }
                let value = state.value_at(at, place);
                let got = value.map_or(0, |value| field.question.worth(value));
                score.open += u32::from(value.is_none());
                score.add(section, got, field.question.worth_most());
            }
        }
        let percent = self.checklist().pass_percent.filter(|_| score.open == 0);
        score.passed = percent.map(|percent| score.got * 100 >= score.most * i64::from(percent));
        Some(score)
    }

    /// The section of the first level a question stands in; empty outside all.
    fn section_of(&self, at: usize) -> &str {
        let mut top = at;
        while let Some(parent) = self.nodes[top].parent {
            top = parent;
        }
        match self.nodes[top].kind {
            NodeKind::Field(_) => "",
            _ => &self.nodes[top].name,
        }
    }
}

impl Score {
    fn add(&mut self, section: &str, got: i64, most: i64) {
        self.got += got;
        self.most += most;
        match self.sections.iter_mut().find(|one| one.name == section) {
            Some(one) => {
                one.got += got;
                one.most += most;
            }
            None => self.sections.push(SectionScore {
                name: section.to_owned(),
                got,
                most,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_read_back_as_they_are_written() {
        let text = "clear=10 goods=0 dark=-5 ..3=0 3..4.5=5 4.5..=10";
        let points = read_points(text).expect("points");
        assert_eq!(points_text(&points), text);
        assert_eq!(points[4].below, Some("4.5".parse().expect("a number")));
        for wrong in ["clear", "=3", "clear=", "a..b=3", "clear=1.5"] {
            assert_eq!(read_points(wrong), Err(NotPoints(wrong.to_owned())));
        }
    }
}
