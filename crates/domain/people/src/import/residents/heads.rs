//! Whose household a row is of, where rows name its head: heads that name each other, and heads that live elsewhere, are asked
//! about.

use std::collections::HashMap;

use uuid::Uuid;
use youlin_imports::Refused;

use super::read::Draft;

/// The household of a head in a dwelling. Its code says the name to nobody.
pub(super) fn household(dwelling: Uuid, head: &[u8]) -> Option<String> {
    let head = Uuid::from_slice(head.get(..16)?).ok()?;
    Some(format!("{dwelling}/{head}"))
}

/// Rows that name heads in a ring become one household, of the first of them, once somebody says so; so do those that are of
/// one of them. Who names somebody the sheet has elsewhere, and not in the same dwelling, keeps the dwelling once somebody
/// says so.
pub(super) fn noted(drafts: &mut [Draft]) {
    let names_head = |one: &Draft| one.head.is_some() || one.head_identity.is_some();
    if !drafts.iter().any(names_head) {
        return;
    }
    by_number(drafts);
    let mut here: HashMap<(Uuid, &[u8]), usize> = HashMap::new();
    let mut anywhere: HashMap<&[u8], usize> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let Some(dwelling) = draft.dwelling else {
            continue;
        };
        let name = draft.name_index.as_slice();
        here.entry((dwelling, name)).or_insert(at);
        anywhere.entry(name).or_insert(at);
    }
    let head_of = |at: usize| -> Option<usize> {
        let draft = drafts.get(at)?;
        let head = draft.head.as_deref()?;
        here.get(&(draft.dwelling?, head)).copied()
    };
    let mut rings: Vec<Vec<usize>> = Vec::new();
    let mut led_to: Vec<Option<Led>> = vec![None; drafts.len()];
    for start in 0..drafts.len() {
        follow(start, head_of, &mut led_to, &mut rings);
    }
    let lines = |ring: &[usize]| {
        let lines = ring.iter().filter_map(|at| drafts.get(*at));
        let lines: Vec<String> = lines.map(|one| one.line.to_string()).collect();
        lines.join("、")
    };
    let mut asked: Vec<(usize, Option<String>, Option<Refused>)> = Vec::new();
    let mut outside: Vec<usize> = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let (Some(dwelling), Some(head)) = (draft.dwelling, draft.head.as_deref()) else {
            outside.extend(draft.head_identity.as_ref().map(|_number| at));
            continue;
        };
        let doubt = |code| Refused::new(draft.line, draft.head_column.clone(), code);
        match led_to.get(at).copied().flatten() {
            Some(Led::Ring(number)) => {
                let ring = rings.get(number).map_or(&[][..], Vec::as_slice);
                let Some(first) = ring.first().and_then(|at| drafts.get(*at)) else {
                    continue;
                };
                let own = ring.contains(&at).then(|| {
                    doubt("sheet-head-circular")
                        .arg("rows", lines(ring))
                        .arg("first", first.line)
                });
                asked.push((at, household(dwelling, &first.name_index), own));
            }
            _ if here.contains_key(&(dwelling, head)) => {}
            _ => {
                if let Some(other) = anywhere.get(head).and_then(|at| drafts.get(*at)) {
                    let elsewhere = doubt("sheet-head-elsewhere").arg("first", other.line);
                    asked.push((at, None, Some(elsewhere)));
                } else {
                    outside.push(at);
                }
            }
        }
    }
    for at in outside {
        if let Some(draft) = drafts.get_mut(at) {
            draft.head_outside = true;
        }
    }
    for (at, household, doubt) in asked {
        let Some(draft) = drafts.get_mut(at) else {
            continue;
        };
        if household.is_some() {
            draft.household = household;
        }
        if let Some(doubt) = doubt {
            draft.doubt(doubt);
        }
    }
}

/// A row that says its head by the number alone means the row of that number in its dwelling.
fn by_number(drafts: &mut [Draft]) {
    let numbered = drafts.iter().filter_map(|draft| {
        let at = (draft.dwelling?, draft.identity_index.clone()?);
        Some((at, draft.name_index.clone()))
    });
    let numbered: HashMap<(Uuid, Vec<u8>), Vec<u8>> = numbered.collect();
    for draft in drafts.iter_mut().filter(|draft| draft.head.is_none()) {
        let (Some(dwelling), Some(number)) = (draft.dwelling, draft.head_identity.clone()) else {
            continue;
        };
        if let Some(name) = numbered.get(&(dwelling, number)) {
            draft.household = household(dwelling, name);
            draft.head = Some(name.clone());
        }
    }
}

/// Where the heads of a row lead.
#[derive(Clone, Copy)]
enum Led {
    /// To somebody who is their own head, or names none that is here.
    Out,
    Ring(usize),
}

/// Follows the heads from a row until they end, meet what is known, or come round.
fn follow(
    start: usize,
    head_of: impl Fn(usize) -> Option<usize>,
    led_to: &mut [Option<Led>],
    rings: &mut Vec<Vec<usize>>,
) {
    let mut path: Vec<usize> = Vec::new();
    let mut on_path: HashMap<usize, usize> = HashMap::new();
    let mut at = start;
    let led = loop {
        if let Some(known) = led_to.get(at).copied().flatten() {
            break known;
        }
        if let Some(from) = on_path.get(&at) {
            let mut ring = path.split_off(*from);
            ring.sort_unstable();
            let number = rings.len();
            for one in &ring {
                if let Some(place) = led_to.get_mut(*one) {
                    *place = Some(Led::Ring(number));
                }
            }
            rings.push(ring);
            break Led::Ring(number);
        }
        on_path.insert(at, path.len());
        path.push(at);
        match head_of(at) {
            Some(head) if head != at => at = head,
            _ => break Led::Out,
        }
    };
    for one in path {
        if let Some(place) = led_to.get_mut(one) {
            *place = Some(led);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Led, follow};

    /// The ring each row leads to.
    fn rings(heads: &[Option<usize>]) -> (Vec<Option<usize>>, Vec<Vec<usize>>) {
        let mut led = vec![None; heads.len()];
        let mut rings = Vec::new();
        let head_of = |at: usize| heads.get(at).copied().flatten();
        for start in 0..heads.len() {
            follow(start, head_of, &mut led, &mut rings);
        }
        let led = led.into_iter().map(|one| match one {
            Some(Led::Ring(number)) => Some(number),
            _ => None,
        });
        (led.collect(), rings)
    }

    #[test]
    fn heads_that_come_round_are_found_and_no_others() {
        // 0 is their own head, 1 and 2 are of 0; 3 names 4, 4 names 5, 5 names 3; 6 is of 4; 7 names nobody.
        let heads = [
            Some(0),
            Some(0),
            Some(1),
            Some(4),
            Some(5),
            Some(3),
            Some(4),
            None,
        ];
        let (led, rings) = rings(&heads);
        let ring = Some(0);
        assert_eq!(led, [None, None, None, ring, ring, ring, ring, None]);
        assert_eq!(rings, [vec![3, 4, 5]]);
    }
}
