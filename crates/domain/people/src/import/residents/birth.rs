//! The birthday of a row: in one cell, or its year, month and day in three, against the identity number beside it.

use std::borrow::Cow;

use youlin_crypto::IdentityNumber;
use youlin_imports::Refused;
use youlin_imports::tabular::{self, Birth, Cell, Read, ValueFault, day_of_parts, fold};

use super::read::{Cells, Reader};

/// Where a birthday stands that is in no cell of its own.
const PARTS: [&str; 3] = ["birth_year", "birth_month", "birth_day"];

/// What a row says of the birthday.
pub(super) struct Said<'a> {
    cell: Cow<'a, Cell>,
    /// The column at fault.
    field: &'static str,
}

impl<'a> Said<'a> {
    pub(super) fn of(cells: &Cells<'a>) -> Self {
        let whole = cells.one("birth");
        if !whole.is_empty() || !PARTS.iter().any(|field| cells.has(field)) {
            return Self {
                cell: Cow::Borrowed(whole),
                field: "birth",
            };
        }
        let [year, month, day] = PARTS.map(|field| cells.one(field));
        let field = PARTS.into_iter().find(|field| cells.has(field));
        Self {
            cell: Cow::Owned(day_of_parts(year, month, day)),
            field: field.unwrap_or("birth_year"),
        }
    }

    pub(super) fn column<'t>(&self, cells: &Cells<'t>) -> &'t str {
        cells.name_of(self.field)
    }

    fn read(&self, reader: &Reader<'_>) -> Read<Birth> {
        tabular::birthday(&self.cell, reader.table.sheet.from_1904, reader.today)
    }

    /// As it is written, where it is of the lunar calendar.
    pub(super) fn lunar(&self, reader: &Reader<'_>) -> Option<String> {
        let lunar = matches!(self.read(reader), Read::Refused(ValueFault::Lunar));
        lunar.then(|| fold(&self.cell.shown()))
    }
}

/// The month of a year whose day the row does not say: it is kept in the note, in the words of every other way in.
pub(super) fn month(said: &Said<'_>, birth: Option<Birth>) -> Option<(i32, i8)> {
    birth.filter(|birth| birth.day.is_none())?;
    crate::fields::month(&said.cell.shown())
}

pub(super) fn read(
    reader: &Reader<'_>,
    cells: &Cells<'_>,
    said: &Said<'_>,
    identity: Option<&IdentityNumber>,
    doubts: &mut Vec<Refused>,
) -> Result<Option<Birth>, Refused> {
    let refuse = |code| {
        cells
            .refused(said.field, code)
            .arg("value", said.cell.shown())
    };
    let (written, unsure) = match said.read(reader) {
        Read::Nothing => (None, None),
        Read::Sure(birth) => (Some(birth), None),
        Read::Doubtful(birth, why) => (Some(birth), Some(why)),
        // The number beside it says the day; what was written is kept as a note.
        Read::Refused(ValueFault::Lunar) if identity.is_some() => (None, None),
        Read::Refused(fault) => {
            return Err(refuse(match fault {
                ValueFault::Lunar => "sheet-birth-lunar",
                ValueFault::Future => "sheet-birth-future",
                ValueFault::NoSuchDay => "sheet-birth-no-day",
                ValueFault::TooLongAgo => "sheet-birth-long-ago",
                _ => "sheet-birth-unreadable",
            }));
        }
    };
    let Some(number) = identity else {
        if let (Some(birth), Some(why)) = (written, unsure) {
            let code = match why {
                ValueFault::Century => "sheet-birth-century",
                ValueFault::Age => "sheet-birth-age",
                _ => "sheet-birth-order",
            };
            let day = birth.day.map_or_else(String::new, |day| day.to_string());
            doubts.push(refuse(code).arg("day", day).arg("year", birth.year));
        }
        return Ok(written);
    };
    // The number is checked by its last digit; what was typed beside it is not.
    let of_number = Birth::of(number.birth());
    let fits = written.is_none_or(|written| match (written.day, unsure) {
        (Some(day), Some(ValueFault::Century)) => {
            (day.month(), day.day(), day.year() % 100)
                == (
                    number.birth().month(),
                    number.birth().day(),
                    number.birth().year() % 100,
                )
        }
        (Some(day), Some(_)) => day.year() == of_number.year,
        (Some(day), None) => Some(day) == of_number.day,
        (None, Some(ValueFault::Age)) => (written.year - of_number.year).abs() <= 1,
        (None, _) => written.year == of_number.year,
    });
    if !fits {
        doubts.push(refuse("sheet-birth-differs").arg("day", number.birth()));
    }
    Ok(Some(of_number))
}
