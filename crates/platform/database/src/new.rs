//! New records made ready to be saved.

use std::marker::PhantomData;

use sea_orm::{ActiveModelTrait, IdenStatic, IntoActiveModel, Iterable, Value};
use serde::Serialize;
use uuid::Uuid;

use crate::audit::TouchedRow;
use crate::digest::Canonical;
use crate::{Record, row_digest};

/// A new record with what is worked out of it to save it. That needs no transaction: whoever saves many has it done before,
/// where nobody waits for it.
pub struct New<E> {
    id: Uuid,
    digest: [u8; 32],
    pub(crate) values: Vec<Value>,
    record: PhantomData<fn() -> E>,
}

impl<E> std::fmt::Debug for New<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("New").field("id", &self.id).finish()
    }
}

impl<E: Record> New<E>
where
    E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
{
    #[must_use]
    pub fn of(model: E::Model) -> Self {
        let digest = row_digest(&model);
        Self::made(model, digest)
    }

    /// The same, with the digest of what it says ([`crate::words_digest`]).
    #[must_use]
    pub fn with_words(model: E::Model) -> (Self, [u8; 32]) {
        let canonical = Canonical::of(&model);
        (Self::made(model, canonical.digest()), canonical.words())
    }

    fn made(model: E::Model, digest: [u8; 32]) -> Self {
        Self {
            id: E::id(&model),
            digest,
            values: values::<E>(model),
            record: PhantomData,
        }
    }

    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    pub(crate) fn touched(&self) -> TouchedRow {
        TouchedRow {
            table: E::TABLE,
            id: self.id,
            digest: Some(self.digest),
        }
    }
}

/// The columns of a table, in the order of [`New::values`].
pub(crate) fn columns<E: Record>() -> Vec<&'static str>
where
    E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
{
    E::Column::iter().map(|column| column.as_str()).collect()
}

/// The values of [`columns`]: a model has one for each.
fn values<E>(model: E::Model) -> Vec<Value>
where
    E: Record,
    E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync,
{
    let mut active = model.into_active_model();
    let all = E::Column::iter();
    let mut row = Vec::with_capacity(all.len());
    row.extend(all.filter_map(|column| active.take(column).into_value()));
    row
}
