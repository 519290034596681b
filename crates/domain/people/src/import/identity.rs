//! The identity number of a sheet's cell.

use jiff::civil::Date;
use youlin_crypto::{IdentityFault, IdentityNumber};
use youlin_imports::tabular::{self, Cell, Read, ValueFault};

/// What is wrong with one: the code of its sentence, and how many characters there are where that is it.
pub(crate) type NoNumber = (&'static str, Option<usize>);

/// The number; none for an empty cell, and for a passport or the like, which is no wrong number.
pub(crate) fn identity_number(
    cell: &Cell,
    today: Date,
) -> Result<Option<IdentityNumber>, NoNumber> {
    if tabular::foreign_document(cell).is_some() {
        return Ok(None);
    }
    let wrong = |code| (code, None);
    let text = match tabular::identity(cell) {
        Read::Nothing => return Ok(None),
        Read::Sure(text) | Read::Doubtful(text, _) => text,
        Read::Refused(ValueFault::Rounded) => return Err(wrong("sheet-identity-rounded")),
        Read::Refused(ValueFault::Masked) => return Err(wrong("sheet-identity-masked")),
        Read::Refused(_) => return Err(wrong("sheet-identity-unreadable")),
    };
    let number = IdentityNumber::parse(&text).map_err(|fault| match fault {
        IdentityFault::CheckDigit => wrong("sheet-identity-check"),
        IdentityFault::OldForm => wrong("sheet-identity-old"),
        IdentityFault::Length(count) => ("sheet-identity-length", Some(count)),
        IdentityFault::BirthDate => wrong("sheet-identity-birth"),
        IdentityFault::Province => wrong("sheet-identity-province"),
        IdentityFault::Characters | IdentityFault::Empty => wrong("sheet-identity-unreadable"),
    })?;
    if number.birth() > today {
        return Err(wrong("sheet-birth-future"));
    }
    Ok(Some(number))
}
