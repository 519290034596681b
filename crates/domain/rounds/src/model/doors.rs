//! Which dwellings a policy is about: a question of the register that whoever plans can read. Nobody is named by it, and it
//! is asked anew each day: who moves out is no longer visited, who turns eighty is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_kernel::Micros;

/// A dwelling is meant when somebody who lives there fits all that is asked. Nothing asked: every dwelling somebody lives in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DoorQuestion {
    /// A label of the register, `mobility_impaired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// At least this old, in years of the calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_from: Option<u32>,
    /// Lives alone.
    pub alone: bool,
}

/// Somebody as the question sees them.
#[derive(Clone, Copy, Debug)]
pub struct Lives<'a> {
    pub age: Option<i32>,
    pub alone: bool,
    /// Each since when.
    pub labels: &'a [(String, Micros)],
}

impl DoorQuestion {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self == Self::default()
    }

    /// Whether somebody who lives there fits.
    #[must_use]
    pub fn means(&self, people: &[Lives<'_>]) -> bool {
        people.iter().any(|one| self.fits(one))
    }

    fn fits(&self, one: &Lives<'_>) -> bool {
        let old = self.age_from.is_none_or(|from| {
            one.age
                .and_then(|age| u32::try_from(age).ok())
                .is_some_and(|age| age >= from)
        });
        let label = self.label.as_deref();
        old && (!self.alone || one.alone)
            && label.is_none_or(|label| one.labels.iter().any(|(held, _)| held == label))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DoorQuestion, Lives, Micros};

    proptest! {
        /// Asking more never means more dwellings, and asking nothing means all that somebody lives in.
        #[test]
        fn asking_more_never_means_more(
            age in prop::option::of(0..110_i32), alone in any::<bool>(), walks_ill in any::<bool>(),
            from in prop::option::of(0..110_u32), asks_alone in any::<bool>(), asks_label in any::<bool>(),
        ) {
            let held = [("mobility_impaired".to_owned(), Micros(0))];
            let labels = if walks_ill { &held[..] } else { &[] };
            let people = [Lives { age, alone, labels }];
            let less = DoorQuestion { age_from: from, ..DoorQuestion::default() };
            let more = DoorQuestion {
                label: asks_label.then(|| "mobility_impaired".to_owned()),
                alone: asks_alone,
                ..less.clone()
            };
            prop_assert!(!more.means(&people) || less.means(&people));
            prop_assert!(DoorQuestion::default().means(&people));
            prop_assert!(!DoorQuestion::default().means(&[]));
        }
    }
}
