//! Keys of files. A record goes out and comes in under the key it came with; one that was entered by hand has none, and its
//! id stands for one, so that a file which left this house is known again when it comes back.

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef};
use uuid::Uuid;

/// What a record is called in files.
#[must_use]
pub fn key_of(known: Option<&str>, id: Uuid) -> String {
    known.map_or_else(|| id.to_string(), str::to_owned)
}

/// Records that may be meant by these keys, by the columns of key and id.
#[must_use]
pub fn meant<C: IntoColumnRef + Clone>(
    (key, id): (C, C),
    keys: impl Iterator<Item = String>,
) -> Condition {
    let keys: Vec<String> = keys.collect();
    let ids: Vec<Uuid> = keys.iter().filter_map(|key| key.parse().ok()).collect();
    let mut any = Condition::any().add(Expr::col(key.clone()).is_in(keys));
    if !ids.is_empty() {
        let by_hand = Condition::all().add(Expr::col(key).is_null());
        any = any.add(by_hand.add(Expr::col(id).is_in(ids)));
    }
    any
}
