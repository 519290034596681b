//! What stands after a sheet's rows and names places among them: merged cells, conditions, checks, breaks.

use crate::TableFault;
use crate::fill_rows::Plan;
use crate::references::{At, Growth, adjusted_own, column_name};
use crate::xml::{Kind, Piece, attribute, escaped, plain, prefix, with_attributes};

/// Elements whose text is a formula or a list of areas.
const FORMULAS: [&str; 4] = ["formula", "formula1", "formula2", "f"];

pub(crate) fn rest(
    after: &[Piece<'_>],
    fresh: &[u32],
    plan: &Plan<'_>,
) -> Result<String, TableFault> {
    let growth = &plan.growth;
    let added = merges_added(after, fresh, growth)?;
    let mut out = String::new();
    let mut text: Option<String> = None;
    let mut rows_break = false;
    for piece in after {
        let spoken = FORMULAS.contains(&piece.name) || piece.name == "sqref";
        if let Some(raw) = text.as_mut().filter(|_| !spoken) {
            raw.push_str(piece.raw);
            continue;
        }
        match piece.name {
            _ if spoken => {
                if let Some(raw) = text.take() {
                    let before = plain(&raw)?;
                    let now = if piece.name == "sqref" {
                        growth.areas(&before)
                    } else {
                        adjusted_own(&before, plan.sheet, growth, false)
                    };
                    out += &if now == before { raw } else { escaped(&now) };
                }
                text = (piece.kind == Kind::Start).then(String::new);
                out += piece.raw;
            }
            "rowBreaks" => {
                rows_break = piece.kind == Kind::Start;
                out += piece.raw;
            }
            "brk" if rows_break && piece.kind != Kind::End => out += &row_break(piece.raw, growth)?,
            "mergeCells" => out += &merged(piece, &added)?,
            _ if piece.kind == Kind::Start || piece.kind == Kind::Empty => {
                out += &placed(piece, growth)?
            }
            _ => out += piece.raw,
        }
    }
    Ok(out)
}

fn placed(piece: &Piece<'_>, growth: &Growth) -> Result<String, TableFault> {
    let key = match piece.name {
        "mergeCell" | "autoFilter" | "hyperlink" | "sortState" | "sortCondition" => "ref",
        "conditionalFormatting" | "dataValidation" | "protectedRange" | "ignoredError" => "sqref",
        _ => return Ok(piece.raw.to_owned()),
    };
    let Some(before) = attribute(piece.raw, key)? else {
        return Ok(piece.raw.to_owned());
    };
    let now = match piece.name {
        // Cells merged over some of the rows say something about these rows only.
        "mergeCell" | "hyperlink" => growth.area(&before, false),
        "autoFilter" | "sortState" | "sortCondition" => growth.area(&before, true),
        _ => growth.areas(&before),
    };
    if now == before {
        Ok(piece.raw.to_owned())
    } else {
        with_attributes(piece.raw, &[(key, Some(&now))])
    }
}

/// A page ends after the row it names.
fn row_break(tag: &str, growth: &Growth) -> Result<String, TableFault> {
    let after = attribute(tag, "id")?.and_then(|id| id.parse::<u32>().ok());
    match after {
        Some(after) if growth.shift > 0 && after.saturating_add(1) >= growth.below => {
            with_attributes(tag, &[("id", Some(&(after + growth.shift).to_string()))])
        }
        _ => Ok(tag.to_owned()),
    }
}

/// The list of merged cells with those of the new rows, which are merged as the first row is.
fn merged(piece: &Piece<'_>, added: &[String]) -> Result<String, TableFault> {
    let p = prefix(piece.raw);
    if piece.kind == Kind::End {
        let cells: String = added
            .iter()
            .map(|area| format!("<{p}mergeCell ref=\"{area}\"/>"))
            .collect();
        return Ok(cells + piece.raw);
    }
    let count = attribute(piece.raw, "count")?.and_then(|count| count.parse::<usize>().ok());
    match count.filter(|_| !added.is_empty()) {
        Some(count) => with_attributes(
            piece.raw,
            &[("count", Some(&(count + added.len()).to_string()))],
        ),
        None => Ok(piece.raw.to_owned()),
    }
}

fn merges_added(
    after: &[Piece<'_>],
    fresh: &[u32],
    growth: &Growth,
) -> Result<Vec<String>, TableFault> {
    let mut like = Vec::new();
    let mut others = Vec::new();
    for piece in after.iter().filter(|one| one.opens("mergeCell")) {
        let area = attribute(piece.raw, "ref")?.unwrap_or_default();
        let Some((top, left, bottom, right)) = corners(&area) else {
            continue;
        };
        if top == growth.first && bottom == top && growth.below > top {
            like.push((left, right));
        } else if bottom >= growth.first {
            let (top, bottom) = growth.rows(top, bottom, false);
            others.push((top, left, bottom, right));
        }
    }
    let mut added = Vec::new();
    for row in fresh {
        for (left, right) in &like {
            let taken = others.iter().any(|(top, first, bottom, last)| {
                (*top..=*bottom).contains(row) && first <= right && left <= last
            });
            if !taken {
                added.push(format!(
                    "{}{row}:{}{row}",
                    column_name(*left),
                    column_name(*right)
                ));
            }
        }
    }
    Ok(added)
}

/// Top, left, bottom, right.
fn corners(area: &str) -> Option<(u32, u32, u32, u32)> {
    let (from, to) = area.split_once(':')?;
    let (from, to) = (At::parse(from)?, At::parse(to)?);
    Some((from.row?.1, from.column?.1, to.row?.1, to.column?.1))
}
