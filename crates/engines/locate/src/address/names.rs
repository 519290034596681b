//! Names in a text: estates, street addresses, named buildings.
//!
//! Pairs of neighbouring characters lead from the text to the few names worth comparing; a city has few estate names.

use super::Why;
use std::collections::{BTreeMap, HashMap};

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    Estate(u32),
    /// A list of dwellings in the book's `streets`.
    Street(u32),
    Building(u32),
}

/// One meaning of a name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Meaning {
    pub(super) scope: Scope,
    /// How well the name stands for it when it is written exactly, 0 to 1.
    pub(super) quality: f32,
    pub(super) why: Why,
    /// The name is the front of a longer one.
    pub(super) partial: bool,
}

#[derive(Debug)]
pub(super) struct Name {
    pub(super) chars: Vec<char>,
    pub(super) meanings: Vec<Meaning>,
    grams: u16,
}

/// How a name stands in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Spelling {
    Exact,
    /// Edit distance 1.
    Slip,
    /// This many characters of the name in a row.
    Part(usize),
}

/// A name found at `start..end`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) name: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) spelling: Spelling,
}

/// Names compared for slips and parts, best first; more share too little with the text.
const COMPARED: usize = 200;
/// Slips in shorter names make them other names.
const SLIP_FROM: usize = 3;
/// What says nothing by itself.
pub(super) const GENERIC: [&str; 14] = [
    "小区", "新村", "花园", "花苑", "家园", "公寓", "社区", "新苑", "大厦", "小苑", "名苑", "雅苑",
    "东苑", "西苑",
];

#[derive(Debug, Default)]
pub(super) struct Names {
    /// In the order of their characters.
    pub(super) names: Vec<Name>,
    grams: HashMap<(char, char), Vec<u32>>,
}

impl Names {
    /// Names of one character are dropped: they are in every text.
    pub(super) fn build(collected: BTreeMap<Vec<char>, Vec<Meaning>>) -> Self {
        let mut this = Self::default();
        for (chars, mut meanings) in collected {
            if chars.len() < 2 {
                continue;
            }
            meanings.sort_by(|a, b| a.scope.cmp(&b.scope).then(b.quality.total_cmp(&a.quality)));
            meanings.dedup_by_key(|meaning| meaning.scope);
            let pairs = pairs(&chars);
            let number = this.names.len() as u32;
            for pair in &pairs {
                this.grams.entry(*pair).or_default().push(number);
            }
            this.names.push(Name {
                grams: pairs.len() as u16,
                chars,
                meanings,
            });
        }
        this
    }

    /// Exact names and slips in the text; parts of names only when there is nothing better.
    pub(super) fn find(&self, text: &[char]) -> Vec<Hit> {
        let close = self.close(text);
        let mut hits: Vec<Hit> = Vec::new();
        for &(missing, number) in close.iter().filter(|(missing, _)| *missing == 0) {
            debug_assert_eq!(missing, 0);
            hits.extend(self.exact(text, number));
        }
        let all = hits.clone();
        hits.retain(|hit| !all.iter().any(|other| hides(other, hit)));
        hits.sort_by_key(|hit| (hit.start, hit.name));
        let compared = || close.iter().take(COMPARED).map(|(_, number)| *number);
        let slips: Vec<Hit> = compared()
            .filter_map(|number| self.slip(text, number))
            // A name written without a slip explains its characters better.
            .filter(|slip| {
                !hits
                    .iter()
                    .any(|hit| meet(hit, slip) && hit.end - hit.start + 1 >= slip.end - slip.start)
            })
            .collect();
        hits.extend(slips);
        if hits.is_empty() {
            hits.extend(compared().filter_map(|number| self.part(text, number)));
        }
        hits
    }

    /// Names sharing pairs with the text: how many of their pairs are missing, fewest first.
    fn close(&self, text: &[char]) -> Vec<(u16, usize)> {
        let mut shared = vec![0u16; self.names.len()];
        let mut touched: Vec<usize> = Vec::new();
        for pair in pairs(text) {
            for &number in self.grams.get(&pair).into_iter().flatten() {
                let count = &mut shared[number as usize];
                if *count == 0 {
                    touched.push(number as usize);
                }
                *count += 1;
            }
        }
        let mut close: Vec<(u16, usize)> = touched
            .into_iter()
            .map(|number| (self.names[number].grams - shared[number], number))
            .collect();
        close.sort_unstable();
        close
    }

    fn exact(&self, text: &[char], number: usize) -> Vec<Hit> {
        let name = &self.names[number].chars;
        let windows = text.windows(name.len()).enumerate();
        windows
            .filter(|(start, window)| {
                window == name && keeps_numbers_whole(text, *start, start + name.len(), name)
            })
            .map(|(start, _)| Hit {
                name: number,
                start,
                end: start + name.len(),
                spelling: Spelling::Exact,
            })
            .collect()
    }

    /// The first place where the name stands with one slip, and not exactly anywhere.
    fn slip(&self, text: &[char], number: usize) -> Option<Hit> {
        let name = &self.names[number].chars;
        if name.len() < SLIP_FROM {
            return None;
        }
        let lengths = [name.len(), name.len() + 1, name.len() - 1];
        // A name of three with one missing is no more than a common pair.
        let lengths = &lengths[..if name.len() > SLIP_FROM { 3 } else { 1 }];
        for &length in lengths {
            for (start, window) in text.windows(length).enumerate() {
                if one_slip(name, window) && keeps_numbers_whole(text, start, start + length, name)
                {
                    return Some(Hit {
                        name: number,
                        start,
                        end: start + length,
                        spelling: Spelling::Slip,
                    });
                }
            }
        }
        None
    }

    /// The longest run of at least half the name in the text.
    fn part(&self, text: &[char], number: usize) -> Option<Hit> {
        let name = &self.names[number].chars;
        for length in ((name.len().div_ceil(2)).max(2)..name.len()).rev() {
            for part in name.windows(length) {
                let word: String = part.iter().collect();
                let says_something =
                    !GENERIC.contains(&word.as_str()) && !part.iter().any(char::is_ascii_digit);
                if let Some(start) = text.windows(length).position(|window| window == part)
                    && says_something
                {
                    return Some(Hit {
                        name: number,
                        start,
                        end: start + length,
                        spelling: Spelling::Part(length),
                    });
                }
            }
        }
        None
    }
}

fn meet(a: &Hit, b: &Hit) -> bool {
    a.start < b.end && b.start < a.end
}

/// A longer name hides a shorter one inside it.
fn hides(longer: &Hit, hit: &Hit) -> bool {
    longer.start <= hit.start
        && hit.end <= longer.end
        && longer.end - longer.start > hit.end - hit.start
}

/// Each pair of neighbours once.
fn pairs(chars: &[char]) -> Vec<(char, char)> {
    let mut pairs: Vec<(char, char)> = chars.windows(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// 「青年中路50」 is not in 「青年中路505号」, nor in 「青年中路50-2号」.
fn keeps_numbers_whole(text: &[char], start: usize, end: usize, name: &[char]) -> bool {
    let is_digit = |place: Option<&char>| place.is_some_and(char::is_ascii_digit);
    let before = start.checked_sub(1).and_then(|place| text.get(place));
    let front = !(is_digit(name.first()) && is_digit(before));
    let dashed = text.get(end) == Some(&'-') && is_digit(text.get(end + 1));
    let back = !(is_digit(name.last()) && (is_digit(text.get(end)) || dashed));
    front && back
}

/// Whether the window is the name with one character changed, added or missing, or two neighbours exchanged.
/// Digits and separators are never slips: 光明1村 and 光明2村 are two places.
fn one_slip(name: &[char], window: &[char]) -> bool {
    let slippable = |c: char| !c.is_ascii_digit() && !",- ".contains(c);
    let front = name.iter().zip(window).take_while(|(a, b)| a == b).count();
    let back = name
        .iter()
        .rev()
        .zip(window.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (n, w) = (name.len(), window.len());
    if n == w {
        let changed = front < n
            && front + back + 1 == n
            && slippable(name[front])
            && slippable(window[front]);
        let exchanged = front + back + 2 == n
            && name[front] == window[front + 1]
            && name[front + 1] == window[front]
            && name[front..front + 2].iter().all(|c| slippable(*c));
        changed || exchanged
    } else if w == n + 1 {
        // The added character stands inside: at the ends it belongs to the rest of the text.
        front > 0 && front < n && back > 0 && front + back >= n && slippable(window[front])
    } else {
        w + 1 == n && front + back >= w && slippable(name[front.min(n - 1)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slips(name: &str, window: &str) -> bool {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        one_slip(&chars(name), &chars(window))
    }

    #[test]
    fn one_slip_is_one_slip() {
        for window in [
            "光鸣东村",
            "光明冬村",
            "光明东材",
            "光东明村",
            "光明大东村",
            "明东村",
            "光明东",
        ] {
            assert!(slips("光明东村", window), "{window}");
        }
        for window in ["光明东村", "光鸣冬村", "光明东村,", "光明"] {
            assert!(!slips("光明东村", window), "{window}");
        }
        assert!(!slips("光明1村", "光明2村"));
        assert!(!slips("光明1村", "光明村"));
    }
}
