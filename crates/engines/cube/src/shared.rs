//! Records by what they share.

use std::collections::HashMap;

use crate::answer::counted;
use crate::column::Column;
use crate::select::Asking;
use crate::{Areas, Moment, Part, Query};

/// How many of the records a question finds share each value of a key: residents by the dwelling they live in. Records without
/// one share it with none.
#[must_use]
pub fn shared(
    query: &Query,
    key: &str,
    parts: &[Part],
    areas: &Areas,
    at: Moment,
) -> HashMap<u128, u64> {
    let mut found = HashMap::new();
    for part in parts {
        let Some(table) = part.tables.get(query.dataset.as_str()) else {
            continue;
        };
        let asking = Asking {
            part,
            areas,
            at,
            named_at: query.named_at,
        };
        let (rows, _looking) = counted(&asking, table, query);
        let Some(Column::Key(keys)) = table.column(key) else {
            continue;
        };
        let values = rows.iter().filter_map(|row| {
            let code = usize::try_from(*keys.codes.get(row)?).ok()?;
            keys.values.get(code)
        });
        for value in values {
            *found.entry(*value).or_default() += 1;
        }
    }
    found
}
