//! Records how an attempt ended. What was delivered is wiped: neither number nor words are kept longer than needed.

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use crate::DeliveryState;

/// Attempts before a message is given up.
const TRIES: usize = 8;
/// Pauses after the first, second … attempt: a hiccup costs seconds, a broken gateway is asked for about nine hours.
const PAUSES: [i64; TRIES - 1] = [
    5 * Micros::SECOND,
    30 * Micros::SECOND,
    2 * Micros::MINUTE,
    10 * Micros::MINUTE,
    45 * Micros::MINUTE,
    2 * Micros::HOUR,
    6 * Micros::HOUR,
];

/// How an attempt ended; the text is a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Sent,
    /// It may work later.
    Later(String),
    /// It never will.
    Refused(String),
}

/// See the module's text.
pub(crate) struct Settle {
    pub(crate) community: CommunityId,
    pub(crate) id: Uuid,
    /// Attempts before this one.
    pub(crate) attempts: i32,
    pub(crate) outcome: Outcome,
}

impl Command for Settle {
    type Output = DeliveryState;
    const NAME: &'static str = "notices.settle";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<DeliveryState> {
        let attempts = self.attempts.saturating_add(1);
        let now = ctx.now();
        let pause = usize::try_from(self.attempts)
            .ok()
            .and_then(|at| PAUSES.get(at).copied());
        let (state, error, due) = match (&self.outcome, pause) {
            (Outcome::Sent, _) => (DeliveryState::Sent, None, now),
            (Outcome::Refused(code), _) => (DeliveryState::Failed, Some(code.clone()), now),
            (Outcome::Later(code), Some(pause)) => {
                (DeliveryState::Waiting, Some(code.clone()), now.plus(pause))
            }
            (Outcome::Later(code), None) => (DeliveryState::GivenUp, Some(code.clone()), now),
        };
        let mut update = Query::update();
        update
            .table(name("delivery"))
            .value(name("state"), state.as_str())
            .value(name("attempts"), attempts)
            .value(name("due_at"), due.0)
            .value(name("last_error"), error)
            .and_where(col("community_id").eq(self.community.0))
            .and_where(col("id").eq(self.id));
        if state != DeliveryState::Waiting {
            update.value(name("ended_at"), now.0);
        }
        if state == DeliveryState::Sent {
            update
                .value(name("target_sealed"), Value::Bytes(None))
                .value(name("args_sealed"), Value::Bytes(None));
        }
        tx.conn().execute(&update).await?;
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_five_seconds_to_six_hours() {
        assert_eq!(PAUSES[0], 5 * Micros::SECOND);
        assert_eq!(PAUSES[6], 6 * Micros::HOUR);
        assert!(PAUSES.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
