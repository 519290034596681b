//! Keyset paging: a cursor names the last row seen, so pages neither skip nor repeat while rows are added.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a caller asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PageRequest {
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to 200; 50 unless said.
    pub limit: Option<u64>,
}

impl PageRequest {
    /// The limit within its bounds.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.limit.unwrap_or(50).clamp(1, 200)
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Present when there is more.
    pub next: Option<String>,
}
