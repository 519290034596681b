//! Numbers as people say them. What is kept in small whole units (0.01 m², watts) is typed, read and exported in the unit
//! its name says (m², kW); addresses and the interface for machines keep the whole numbers.

use youlin_datasets::cube::{Kind, Schema};
use youlin_kernel::{Problem, Result};

/// 9050 of 100 are 90.5; no digits that say nothing.
pub(crate) fn said(kept: i64, per: u32) -> String {
    if per <= 1 {
        return kept.to_string();
    }
    let (per, sign) = (u64::from(per), if kept < 0 { "-" } else { "" });
    let size = kept.unsigned_abs();
    let digits = per.ilog10() as usize;
    let part = format!("{:0digits$}", size % per);
    match part.trim_end_matches('0') {
        "" => format!("{sign}{}", size / per),
        part => format!("{sign}{}.{part}", size / per),
    }
}

/// 90.5 of 100 are 9050. More digits than are kept are no number here.
fn kept(said: &str, per: u32) -> Option<i64> {
    let (whole, part) = said.split_once(['.', '。']).unwrap_or((said, ""));
    let digits = per.ilog10() as usize;
    let part = part.trim_end_matches('0');
    let digital = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if part.len() > digits || !digital(part) || !digital(whole) || said.is_empty() {
        return None;
    }
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let part: i64 = format!("{part:0<digits$}").parse().unwrap_or(0);
    whole.checked_mul(per.into())?.checked_add(part)
}

/// What was typed for a dimension, as it stands in the address.
///
/// # Errors
/// 422 for what is no number of that unit.
pub(crate) fn typed(schema: &Schema, dim: &str, values: Vec<String>) -> Result<Vec<String>> {
    let per = schema.dim(dim).filter(|dim| dim.kind == Kind::Number);
    let Some(per) = per.map(|dim| dim.per).filter(|per| *per > 1) else {
        return Ok(values);
    };
    let of = |text: String| match kept(text.trim(), per) {
        Some(kept) => Ok(kept.to_string()),
        None => Err(Problem::invalid("filter", "query-value").field_arg("what", text)),
    };
    values.into_iter().map(of).collect()
}

/// A value of the address as it is said.
pub(crate) fn read(schema: Option<Schema>, dim: &str, value: &str) -> Option<String> {
    let per = schema?.dim(dim)?.per;
    let kept: i64 = value.parse().ok().filter(|_| per > 1)?;
    Some(said(kept, per))
}

#[cfg(test)]
mod tests {
    use super::{kept, said};

    #[test]
    fn what_is_said_is_what_is_kept() {
        for (text, number, per) in [
            ("90", 9_000, 100),
            ("90.5", 9_050, 100),
            ("0.05", 5, 100),
            ("12.5", 12_500, 1_000),
        ] {
            assert_eq!(kept(text, per), Some(number), "{text}");
            assert_eq!(said(number, per), text);
        }
        assert_eq!(kept("90.50", 100), Some(9_050));
        for wrong in ["", "90.505", "9O", "1.-5", "-3", "1e3"] {
            assert_eq!(kept(wrong, 100), None, "{wrong}");
        }
        assert_eq!((said(-150, 100), said(7, 1)), ("-1.5".into(), "7".into()));
    }
}
