//! What the times of a round mean by our clock. A telephone says when it sent, which tells how wrong its clock was at that moment;
//! whether it was as wrong when the round was written down, only the times themselves tell. Nothing is refused for a clock:
//! what cannot be so is put to the time of receipt, and the page says what the telephone wrote.

use jiff::civil::Date;
use youlin_kernel::{Ctx, Micros};

use super::new_round::NewRound;

/// Further ahead or behind than this a sender's clock is not believed.
pub(super) const CLOCK: i64 = 300 * Micros::SECOND;
/// How long ago a round may have been: beyond a year the year is wrong.
pub(super) const OLDEST: i64 = 366 * Micros::DAY;
/// How far back times are believed over the moment of sending, which says otherwise.
const RECENT: i64 = 56 * Micros::DAY;

/// See the module's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Microseconds the telephone's clock was ahead when the round was written down.
    off: i64,
    /// Its times cannot be so, whatever its clock showed: the end was put to the receipt.
    pub(crate) at_receipt: bool,
}

impl Clock {
    pub(crate) fn of(ctx: &Ctx, new: &NewRound) -> Self {
        Self::read(ctx.now(), (new.began_at, new.ended_at), new.sent_at)
    }

    fn read(received: Micros, (began, ended): (Micros, Micros), sent_at: Option<Micros>) -> Self {
        let off = sent_at.map_or(0, |at| at.0.saturating_sub(received.0));
        let off = if off.abs() > CLOCK { off } else { 0 };
        let fits = |off: i64, oldest: i64| {
            let at = |theirs: Micros| theirs.0.saturating_sub(off);
            at(ended) <= received.0 + CLOCK && at(began) >= received.0 - oldest
        };
        // A clock that runs wrong does so all the time, so its times are put right by the difference. One that is days ahead when
        // it sends, with times of the last weeks, was put forward in between: else they were written that long ago.
        let was_right = off > Micros::DAY && fits(0, RECENT);
        let order = if was_right { [0, off] } else { [off, 0] };
        match order.into_iter().find(|off| fits(*off, OLDEST)) {
            Some(off) => Self {
                off,
                at_receipt: false,
            },
            None => Self {
                off: ended.0.saturating_sub(received.0),
                at_receipt: true,
            },
        }
    }

    /// A moment of the telephone's clock, by ours.
    pub(crate) fn at(self, theirs: Micros) -> Micros {
        Micros(theirs.0.saturating_sub(self.off))
    }

    /// A day of the telephone's calendar, by ours.
    pub(crate) fn day(self, theirs: Date) -> Date {
        self.at(Micros::start_of(theirs).plus(Micros::DAY / 2))
            .date()
    }

    /// Microseconds to take off each moment.
    pub(crate) fn off(self) -> i64 {
        self.off
    }

    /// Seconds its times were put right by, when they were.
    pub(crate) fn put_right(self) -> Option<i64> {
        (self.off != 0 && !self.at_receipt).then_some(self.off / Micros::SECOND)
    }
}

/// The day a round began, by our clock. What was measured is judged by the rules of that day, however late the round comes in;
/// rules of a day to come judge nothing yet.
#[must_use]
pub fn day_begun(ctx: &Ctx, times: (Micros, Micros), sent_at: Option<Micros>) -> Date {
    let clock = Clock::read(ctx.now(), times, sent_at);
    clock.at(times.0).date().min(ctx.now().date())
}

impl NewRound {
    /// See [`day_begun`].
    pub(crate) fn day(&self, ctx: &Ctx) -> Date {
        day_begun(ctx, (self.began_at, self.ended_at), self.sent_at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Micros = Micros(1_795_000_000_000_000);
    const YEARS: i64 = 730 * Micros::DAY;

    /// A round of half an hour that ended so long ago by a clock that was ahead when it was written, and when it was sent.
    fn read(ago: i64, written: i64, sent: Option<i64>) -> (i64, Clock) {
        let ended = NOW.plus(written - ago);
        let began = ended.plus(-30 * Micros::MINUTE);
        let clock = Clock::read(NOW, (began, ended), sent.map(|off| NOW.plus(off)));
        (NOW.0 - clock.at(ended).0, clock)
    }

    #[test]
    fn each_clock_is_read_for_itself() {
        let hour = Micros::HOUR;
        // As wrong all the time: put right.
        for off in [YEARS, -YEARS, 3 * hour, -3 * hour, -2 * Micros::DAY] {
            let (ago, clock) = read(hour, off, Some(off));
            assert_eq!((ago, clock.put_right()), (hour, Some(off / Micros::SECOND)));
        }
        // Right when it was written, wrong when it was sent: as it was written.
        for off in [YEARS, -YEARS, 3 * Micros::DAY] {
            let (ago, clock) = read(hour, 0, Some(off));
            assert_eq!(
                (ago, clock.put_right(), clock.at_receipt),
                (hour, None, false)
            );
        }
        // Wrong when it was written, right when it was sent, or nobody says: nobody knows when it was.
        for off in [YEARS, -YEARS] {
            for sent in [Some(0), Some(40 * Micros::SECOND), None] {
                let (ago, clock) = read(hour, off, sent);
                assert_eq!((ago, clock.put_right(), clock.at_receipt), (0, None, true));
            }
        }
        // Weeks without signal are no fault of a clock.
        let (ago, clock) = read(90 * Micros::DAY, 0, Some(0));
        assert_eq!((ago, clock.at_receipt), (90 * Micros::DAY, false));
    }

    proptest! {
        /// Whatever telephones say, nothing lies in the future or a year back, and it lasted as long as they said.
        #[test]
        fn times_are_always_possible(
            ago in 0..900 * Micros::DAY,
            written in -2 * YEARS..2 * YEARS,
            sent in prop::option::of(-2 * YEARS..2 * YEARS),
        ) {
            let (ago, clock) = read(ago, written, sent);
            prop_assert!((-CLOCK..=OLDEST).contains(&ago), "{ago} {clock:?}");
        }
    }
}
