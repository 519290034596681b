//! Days in a filled form are days of the spreadsheet (a number shown as a date), so that they sort and count. The style of the
//! form's own cell stays; beside each style of the workbook a copy is put that shows a date (ISO/IEC 29500-1, 18.8.10).

use jiff::civil::Date;

use crate::TableFault;
use crate::package::{Package, WORKBOOK};
use crate::xml::{Kind, attribute, pieces, with_attributes};

const STYLES: &str = "xl/styles.xml";
/// The short date of the reader's own country.
const SHORT_DATE: &str = "14";

/// Where the copies that show a date stand: each as far behind its original as there are originals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayStyles {
    originals: u32,
    from_1904: bool,
}

impl DayStyles {
    /// The style that shows a date, beside that one.
    pub fn beside(self, style: Option<&str>) -> Option<String> {
        let style: u32 = style.map_or(Some(0), |style| style.parse().ok())?;
        (style < self.originals).then(|| (style + self.originals).to_string())
    }

    /// The number of a day; none before the system of days begins to be without a fault.
    pub fn serial(self, day: Date) -> Option<i64> {
        let start = if self.from_1904 {
            Date::constant(1904, 1, 1)
        } else {
            Date::constant(1899, 12, 30)
        };
        let days = i64::from(day.since(start).ok()?.get_days());
        (self.from_1904 && days >= 0 || days >= 61).then_some(days)
    }
}

/// Puts the copies in; none where the workbook has no styles to copy.
pub(crate) fn day_styles(package: &mut Package<'_>) -> Result<Option<DayStyles>, TableFault> {
    if !package.has(STYLES) {
        return Ok(None);
    }
    let text = package.text(STYLES)?;
    let Some((text, originals)) = doubled(&text)? else {
        return Ok(None);
    };
    package.set(STYLES, text);
    let workbook = package.text(WORKBOOK)?;
    let mut from_1904 = false;
    for piece in pieces(&workbook)?
        .iter()
        .filter(|one| one.opens("workbookPr"))
    {
        let said = attribute(piece.raw, "date1904")?;
        from_1904 = said.is_some_and(|yes| yes == "1" || yes == "true");
    }
    Ok(Some(DayStyles {
        originals,
        from_1904,
    }))
}

fn doubled(text: &str) -> Result<Option<(String, u32)>, TableFault> {
    let all = pieces(text)?;
    let Some(open) = all
        .iter()
        .position(|one| one.name == "cellXfs" && one.kind == Kind::Start)
    else {
        return Ok(None);
    };
    let close = all
        .iter()
        .position(|one| one.name == "cellXfs" && one.kind == Kind::End)
        .ok_or(TableFault::Damaged)?;
    let inside = all.get(open + 1..close).ok_or(TableFault::Damaged)?;
    let mut copies = String::new();
    let mut originals = 0;
    for piece in inside {
        if piece.opens("xf") {
            originals += 1;
            copies += &with_attributes(
                piece.raw,
                &[
                    ("numFmtId", Some(SHORT_DATE)),
                    ("applyNumberFormat", Some("1")),
                ],
            )?;
        } else {
            copies += piece.raw;
        }
    }
    let count = (originals * 2).to_string();
    let head = with_attributes(all[open].raw, &[("count", Some(&count))])?;
    let (from, to, end) = (all[open].from, all[open].to(), all[close].from);
    let out = format!(
        "{}{head}{}{copies}{}",
        &text[..from],
        &text[to..end],
        &text[end..]
    );
    Ok((originals > 0).then_some((out, originals)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use jiff::civil::date;

    use super::{DayStyles, doubled};

    #[test]
    fn each_style_gets_a_copy_that_shows_a_date() {
        let text = "<s><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"1\"><alignment/></xf></cellXfs></s>";
        let (out, originals) = doubled(text).unwrap().unwrap();
        assert_eq!(originals, 2);
        assert!(out.contains("count=\"4\""), "{out}");
        assert_eq!(out.matches("numFmtId=\"14\"").count(), 2, "{out}");
        assert_eq!(out.matches("<alignment/>").count(), 2, "{out}");
        let days = DayStyles {
            originals,
            from_1904: false,
        };
        assert_eq!(days.beside(Some("1")).as_deref(), Some("3"));
        assert_eq!(days.serial(date(2026, 11, 26)), Some(46_352));
        assert_eq!(days.serial(date(1900, 1, 1)), None);
    }
}
