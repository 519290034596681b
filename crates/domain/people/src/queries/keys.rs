//! Rows by community and id. Of forty people in forty communities `community IN … AND id IN …` looks for each in every
//! community; asked pair by pair each is looked for where it is.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

/// Community and id.
pub(crate) type Key = (i64, Uuid);

/// Rows of these keys; of none nothing.
pub(crate) fn at_keys<C: ColumnTrait>(community: C, id: C, keys: &[Key]) -> Condition {
    let mut here: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
    for (community, id) in keys {
        here.entry(*community).or_default().push(*id);
    }
    if here.is_empty() {
        return Condition::all().add(community.is_in(Vec::<i64>::new()));
    }
    // Each alternative alone leads through the index; beside one that does not, the table would be read whole.
    here.into_iter().fold(Condition::any(), |any, (home, ids)| {
        let these = Condition::all().add(community.eq(home)).add(id.is_in(ids));
        any.add(these)
    })
}
