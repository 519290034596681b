//! A talk (宣传): people at a place were told something, and perhaps handed something. A round like any other, in few fields:
//! how many were reached, what about, what was handed out, who gave it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_people::Party;

/// More people stand in no square.
const REACHED: u32 = 100_000;
const TOPIC: usize = 80;
const HANDED_OUT: usize = 200;

/// What a talk adds to its round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundTalk)]
pub struct Talk {
    /// People, counted or estimated on the spot.
    pub reached: u32,
    /// 1 to 80 characters.
    pub topic: String,
    /// Leaflets, bags; empty: nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub handed_out: String,
    /// The team, fire station, company or school that gave it; without one whoever hands it in did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Party>,
}

impl Talk {
    /// Everything that is wrong with it: field, code and the limit it passes.
    #[must_use]
    pub fn faults(&self) -> Vec<(&'static str, &'static str, usize)> {
        let mut faults = Vec::new();
        if !(1..=REACHED).contains(&self.reached) {
            faults.push(("talk.reached", "talk-reached", REACHED as usize));
        }
        let topic = self.topic.trim();
        if topic.is_empty() {
            faults.push(("talk.topic", "required", TOPIC));
        } else if topic.chars().count() > TOPIC {
            faults.push(("talk.topic", "too-long", TOPIC));
        }
        if self.handed_out.chars().count() > HANDED_OUT {
            faults.push(("talk.handed_out", "too-long", HANDED_OUT));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HANDED_OUT, REACHED, TOPIC, Talk};

    proptest! {
        /// Each fault names its own field, and what lies within the limits has none.
        #[test]
        fn each_limit_is_its_own_fault(reached in 0..REACHED * 2, topic in 0..TOPIC * 2, handed in 0..HANDED_OUT * 2) {
            let talk = Talk { reached, topic: "河".repeat(topic), handed_out: "袋".repeat(handed), by: None };
            let faults: Vec<&str> = talk.faults().iter().map(|one| one.0).collect();
            prop_assert_eq!(faults.contains(&"talk.reached"), reached == 0 || reached > REACHED);
            prop_assert_eq!(faults.contains(&"talk.topic"), topic == 0 || topic > TOPIC);
            prop_assert_eq!(faults.contains(&"talk.handed_out"), handed > HANDED_OUT);
        }
    }
}
