//! The identity number of a sheet's cell.

use jiff::civil::Date;
use youlin_crypto::{IdentityFault, IdentityNumber};
use youlin_imports::Refused;
use youlin_imports::tabular::{self, Cell, Read, ValueFault};

/// The number; none for an empty cell, and for a passport or the like, which is no wrong number. What is wrong with one is
/// `refused` by the code of its sentence.
pub(crate) fn identity_number(
    cell: &Cell,
    today: Date,
    refused: impl Fn(&'static str) -> Refused,
) -> Result<Option<IdentityNumber>, Refused> {
    if tabular::foreign_document(cell).is_some() {
        return Ok(None);
    }
    let text = match tabular::identity(cell) {
        Read::Nothing => return Ok(None),
        Read::Sure(text) | Read::Doubtful(text, _) => text,
        Read::Refused(ValueFault::Rounded) => return Err(refused("sheet-identity-rounded")),
        Read::Refused(ValueFault::Masked) => return Err(refused("sheet-identity-masked")),
        Read::Refused(_) => return Err(refused("sheet-identity-unreadable")),
    };
    let number = IdentityNumber::parse(&text).map_err(|fault| match fault {
        IdentityFault::CheckDigit => refused("sheet-identity-check"),
        IdentityFault::OldForm => refused("sheet-identity-old"),
        IdentityFault::Length(count) => refused("sheet-identity-length").arg("count", count),
        IdentityFault::BirthDate => refused("sheet-identity-birth"),
        IdentityFault::Province => refused("sheet-identity-province"),
        IdentityFault::Characters | IdentityFault::Empty => refused("sheet-identity-unreadable"),
    })?;
    if number.birth() > today {
        return Err(refused("sheet-birth-future"));
    }
    Ok(Some(number))
}
