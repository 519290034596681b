//! Values and limits in words.

use uuid::Uuid;
use youlin_kernel::{AreaId, Result};
use youlin_places::rivers::{Bank, chainage};
use youlin_web::{App, Shell};

use super::super::limits::{Beyond, Indicator, Measured, Source, limits};
use super::super::{ReadingView, point_view, readings_of_round};
use crate::permissions::ROUNDS_READ;

/// `6.8 mg/L`, `发黑`.
pub(super) fn value(s: &Shell, indicator: &Indicator, value: &Measured) -> String {
    match value {
        Measured::Number(number) => {
            let digits = format!("{number:.*}", indicator.decimals);
            if indicator.unit.is_empty() {
                digits
            } else {
                format!("{digits} {}", indicator.unit)
            }
        }
        Measured::Choice(choice) => s.t(&format!("water-{}-{choice}", indicator.id)),
    }
}

/// The indicator's name.
pub(super) fn name(s: &Shell, indicator: &str) -> String {
    s.tt("water-ind", indicator)
}

/// A source's title.
pub(super) fn source(s: &Shell, key: &str) -> String {
    let title = |source: &Source| {
        if s.is_english() {
            source.title_en.clone()
        } else {
            source.title.clone()
        }
    };
    limits()
        .sources
        .get(key)
        .map_or_else(|| key.to_owned(), title)
}

/// `氨氮 2.41 mg/L，高于 1.0 mg/L（GB 3838-2002 …）`.
pub(super) fn beyond(s: &Shell, reading: &ReadingView, one: &Beyond) -> String {
    let Some((indicator, measured)) = limits()
        .indicator(&one.indicator)
        .zip(reading.values.get(&one.indicator))
    else {
        return one.indicator.clone();
    };
    let number = |number: f64| value(s, indicator, &Measured::Number(number));
    let (key, limit) = match (one.least, one.most) {
        (Some(least), _) => ("water-below", number(least)),
        (None, Some(most)) => ("water-above", number(most)),
        (None, None) => ("water-told", String::new()),
    };
    s.tn(
        key,
        &[
            ("name", name(s, &one.indicator)),
            ("value", value(s, indicator, measured)),
            ("limit", limit),
            ("source", source(s, &one.source)),
        ],
    )
}

/// Sentences as parts of one: each but the last goes on instead of ending.
pub(super) fn one_after_another(sentences: &[String], semicolon: &str) -> String {
    let Some((last, others)) = sentences.split_last() else {
        return String::new();
    };
    let parts = others.iter().map(|one| one.trim_end_matches(['。', '.']));
    let mut text: String = parts.map(|one| format!("{one}{semicolon}")).collect();
    text.push_str(last);
    text
}

/// `K0+350 左岸`.
pub(super) fn place(s: &Shell, metres: f64, bank: Option<Bank>) -> String {
    match bank {
        Some(bank) => format!("{} {}", chainage(metres), s.tt("bank", bank)),
        None => chainage(metres),
    }
}

/// A reading on the page of its round.
pub(crate) struct RoundReading {
    pub(crate) point: Uuid,
    pub(crate) name: String,
    pub(crate) values: String,
    pub(crate) beyond: bool,
}

/// What was measured on a round.
pub(crate) async fn round_readings(app: &App, s: &Shell, round: Uuid) -> Result<Vec<RoundReading>> {
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let mut all = Vec::new();
    for reading in readings_of_round(app.db(), &scope, round).await? {
        let point = point_view(app.db(), &scope, reading.point).await?;
        all.push(RoundReading {
            point: point.id,
            name: point.name,
            values: values(s, &reading),
            beyond: !reading.beyond.is_empty(),
        });
    }
    Ok(all)
}

/// All values of a reading in one line.
pub(super) fn values(s: &Shell, reading: &ReadingView) -> String {
    let parts: Vec<String> = limits()
        .indicators
        .iter()
        .filter_map(|one| {
            let measured = reading.values.get(&one.id)?;
            Some(format!("{} {}", name(s, &one.id), value(s, one, measured)))
        })
        .collect();
    parts.join(&s.t("list-comma"))
}

/// Name of a community.
pub(super) fn community(s: &Shell, id: impl Into<AreaId>) -> String {
    s.area(&id.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_in_a_row_end_once() {
        let of = |all: &[&str]| {
            let all: Vec<String> = all.iter().map(|one| (*one).to_owned()).collect();
            one_after_another(&all, "；")
        };
        assert_eq!(
            of(&[
                "溶解氧 2.1 mg/L，低于 3.0 mg/L（表1）。",
                "氨氮 2.41 mg/L，高于 1.5 mg/L（表1）。"
            ]),
            "溶解氧 2.1 mg/L，低于 3.0 mg/L（表1）；氨氮 2.41 mg/L，高于 1.5 mg/L（表1）。"
        );
        assert_eq!(of(&["发黑（表1）。"]), "发黑（表1）。");
        assert_eq!(of(&[]), "");
    }
}
