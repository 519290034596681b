//! Of what is due a telephone takes along what must be done first. A policy over thousands of premises asks for more than fits,
//! and the client says how many it does not have.

use youlin_rounds::DueLine;

/// Rounds taken along.
const MOST: usize = 500;

/// Leaves those whose time ends first, in that order; answers how many are left out.
pub(crate) fn nearest(due: &mut Vec<DueLine>) -> usize {
    due.sort_by_key(|line| line.window.last);
    let left_out = due.len().saturating_sub(MOST);
    due.truncate(MOST);
    left_out
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;
    use uuid::Uuid;
    use youlin_kernel::CommunityId;
    use youlin_rounds::model::{Due, RoundKind, Subject, SubjectKind, Window};

    use super::*;

    fn line(n: usize) -> DueLine {
        let first = date(2026, 11, 1);
        // Seven days in an order of their own.
        let days = i64::try_from(n * 5 % 7).unwrap_or(0);
        DueLine {
            policy: Some(Uuid::nil()),
            campaign: None,
            policy_title: String::new(),
            kind: RoundKind::Inspection,
            checklist: None,
            community: CommunityId(1),
            subject: Subject {
                kind: SubjectKind::Premises,
                id: Uuid::from_u128(n as u128),
            },
            subject_name: String::new(),
            window: Window {
                first,
                last: first.saturating_add(days.days()),
                wanted: 1,
            },
            due: Due::Open { left: 1 },
            short: 0,
            chief: None,
            yours: true,
        }
    }

    #[test]
    fn what_ends_first_goes_along_and_the_rest_is_counted() {
        for (count, left_out) in [(0, 0), (499, 0), (500, 0), (501, 1), (1_400, 900)] {
            let mut due: Vec<DueLine> = (0..count).map(line).collect();
            let all = due.clone();
            assert_eq!(nearest(&mut due), left_out);
            assert_eq!(due.len(), count - left_out);
            assert!(due.is_sorted_by_key(|one| one.window.last));
            // Nothing that was left out ends before what was taken.
            let last = due.iter().map(|one| one.window.last).max();
            let taken = |one: &&DueLine| due.iter().any(|kept| kept.subject == one.subject);
            let mut out = all.iter().filter(|one| !taken(one));
            assert!(out.all(|one| Some(one.window.last) >= last));
        }
    }
}
