//! What a round lacks of what the policy it was handed in by asks, where it was kept beside the policy for that.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A number that is too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundLacking)]
pub struct Lacking {
    pub asked: i64,
    pub has: i64,
}

/// Another round was too near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundTooSoon)]
pub struct TooSoon {
    /// Days there should be between two.
    pub days: i64,
    /// The day of the other one.
    #[schema(value_type = String, format = Date)]
    pub last: Date,
}

/// See the module's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundShort)]
pub struct Short {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<Lacking>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photographs: Option<Lacking>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<TooSoon>,
}
