//! Answers as they were typed, by question and place (`stall.3`): what cannot be read is kept too, so that it can be mended.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use youlin_checklist::{Form, Kind, NodeKind, Wrong};
use youlin_kernel::Ctx;

use super::super::upload::Upload;
use crate::checklists::{Answered, answered};

/// Instances of one repeat a page has room for.
const MOST: usize = 300;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Typed {
    pub(in crate::pages) values: BTreeMap<String, String>,
    /// Instances by repeat and place.
    pub(in crate::pages) counts: BTreeMap<String, usize>,
}

/// `stall` at the third instance of its repeat is `stall.3`.
pub(in crate::pages) fn key(name: &str, place: &[u32]) -> String {
    let mut key = name.to_owned();
    for number in place {
        key.push('.');
        key.push_str(&number.to_string());
    }
    key
}

/// Back: name and place.
pub(in crate::pages) fn place_of(key: &str) -> (&str, Vec<u32>) {
    let mut parts = key.split('.');
    let name = parts.next().unwrap_or_default();
    (name, parts.filter_map(|part| part.parse().ok()).collect())
}

impl Typed {
    /// Out of a sent form: `a_…` are answers, `n_…` instances.
    pub(in crate::pages) fn read(upload: &Upload) -> Self {
        let values = upload.starting_with("a_").into_iter();
        let counts = upload.starting_with("n_").into_iter();
        Self {
            values: values.map(|(key, all)| (key, all.join(" "))).collect(),
            counts: counts
                .filter_map(|(key, all)| Some((key, all.first()?.parse::<usize>().ok()?.min(MOST))))
                .collect(),
        }
    }

    /// What stands in the checklist before anybody answers.
    pub(in crate::pages) fn fresh(form: &Form) -> Self {
        let defaults = form.defaults().values.into_iter();
        Self {
            values: defaults
                .map(|(name, value)| (name, value.to_string()))
                .collect(),
            counts: BTreeMap::new(),
        }
    }

    pub(in crate::pages) fn count(&self, key: &str) -> usize {
        self.counts.get(key).copied().unwrap_or(0)
    }

    /// One more instance of the repeat at `key`.
    pub(in crate::pages) fn more(&mut self, key: &str) {
        let count = self.count(key);
        self.counts.insert(key.to_owned(), (count + 1).min(MOST));
    }

    /// As the engine reads answers.
    pub(in crate::pages) fn json(&self, form: &Form) -> Json {
        Json::Object(self.object(form, &[], &mut Vec::new()))
    }

    fn object(&self, form: &Form, chain: &[usize], place: &mut Vec<u32>) -> Map<String, Json> {
        let mut object = Map::new();
        for (at, node) in form.nodes().iter().enumerate() {
            if node.repeats != chain {
                continue;
            }
            let own = key(&node.name, place);
            match &node.kind {
                NodeKind::Field(field) => {
                    let Some(text) = self.values.get(&own) else {
                        continue;
                    };
                    if !matches!(field.kind, Kind::Note | Kind::Calculate) {
                        object.insert(node.name.clone(), Json::String(as_sent(&field.kind, text)));
                    }
                }
                NodeKind::Repeat { .. } => {
                    let mut inside = chain.to_vec();
                    inside.push(at);
                    let mut all = Vec::new();
                    for number in 1..=self.count(&own) {
                        place.push(u32::try_from(number).unwrap_or(u32::MAX));
                        all.push(Json::Object(self.object(form, &inside, place)));
                        place.pop();
                    }
                    if !all.is_empty() {
                        object.insert(node.name.clone(), Json::Array(all));
                    }
                }
                NodeKind::Group => {}
            }
        }
        object
    }

    /// What stands and what is wrong. Where the number of instances follows from answers, they are laid out first.
    pub(in crate::pages) fn evaluate(&mut self, ctx: &Ctx, form: &Form) -> Answered {
        let mut done = answered(ctx, form, &self.json(form));
        for _round in 0..3 {
            let mut changed = false;
            for fault in &done.faults {
                if let Wrong::Count { wanted, .. } = fault.what {
                    let wanted = (wanted as usize).min(MOST);
                    let own = key(&fault.question, &fault.place);
                    changed |= self.counts.insert(own, wanted) != Some(wanted);
                }
            }
            if !changed {
                break;
            }
            done = answered(ctx, form, &self.json(form));
        }
        done
    }

    /// Takes one instance away; those behind it move up. `others` are keyed alike (photographs).
    pub(in crate::pages) fn less<T>(
        &mut self,
        form: &Form,
        instance: &str,
        others: &mut BTreeMap<String, T>,
    ) {
        let (repeat, place) = place_of(instance);
        let Some(at) = form.nodes().iter().position(|node| node.name == repeat) else {
            return;
        };
        let depth = form.nodes()[at].repeats.len();
        let Some(number) = place.get(depth).copied() else {
            return;
        };
        let above = place[..depth].to_vec();
        let count = self.counts.get_mut(&key(repeat, &above));
        let Some(count) = count.filter(|count| **count >= number as usize && number > 0) else {
            return;
        };
        *count -= 1;
        let moved = |held: &str| moved(form, at, &above, number, held);
        self.values = renamed(std::mem::take(&mut self.values), &moved);
        self.counts = renamed(std::mem::take(&mut self.counts), &moved);
        *others = renamed(std::mem::take(others), &moved);
    }
}

fn renamed<T>(
    all: BTreeMap<String, T>,
    moved: &dyn Fn(&str) -> Option<String>,
) -> BTreeMap<String, T> {
    all.into_iter()
        .filter_map(|(held, value)| Some((moved(&held)?, value)))
        .collect()
}

/// The key after an instance went; none when it went with it.
fn moved(form: &Form, repeat: usize, above: &[u32], number: u32, held: &str) -> Option<String> {
    let (name, mut place) = place_of(held);
    let inside = form
        .node(name)
        .is_some_and(|node| node.repeats.contains(&repeat));
    let depth = above.len();
    if !inside || place.len() <= depth || place[..depth] != *above {
        return Some(held.to_owned());
    }
    match place[depth] {
        own if own == number => None,
        own if own > number => {
            place[depth] = own - 1;
            Some(key(name, &place))
        }
        _ => Some(held.to_owned()),
    }
}

/// A browser's date and time has no distance from UTC; here it is Beijing time.
fn as_sent(kind: &Kind, text: &str) -> String {
    if *kind == Kind::DateTime && !text.contains(['+', 'Z']) && !text.trim().is_empty() {
        format!("{}+08:00", text.trim())
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use youlin_checklist::shipped;

    use super::*;

    fn form() -> Form {
        Form::build(shipped("market-fire").expect("shipped")).expect("sound")
    }

    #[test]
    fn what_is_typed_in_repeats_is_nested() {
        let mut typed = Typed::default();
        typed.more("stalls");
        typed.more("stalls");
        typed.values.insert("stall.2".into(), "C12".into());
        typed.values.insert("lane_width".into(), "3.1".into());
        let json = typed.json(&form());
        assert_eq!(json["stalls"][1]["stall"], "C12");
        assert_eq!(json["lane_width"], "3.1");
        assert_eq!(place_of("stall.2"), ("stall", vec![2]));
    }

    proptest! {
        /// Whatever instance goes, the others keep what was typed, in their order.
        #[test]
        fn an_instance_that_goes_takes_only_its_own(names in prop::collection::vec("[A-Z][0-9]{1,2}", 1..12), at in 0usize..12) {
            let form = form();
            let mut typed = Typed::default();
            let mut files = BTreeMap::new();
            for (index, name) in names.iter().enumerate() {
                typed.more("stalls");
                typed.values.insert(format!("stall.{}", index + 1), name.clone());
                files.insert(format!("stall_photo.{}", index + 1), index);
            }
            typed.values.insert("market_name".into(), "x".into());
            let gone = at % names.len();
            typed.less(&form, &format!("stalls.{}", gone + 1), &mut files);
            let left: Vec<String> = (1..=typed.count("stalls")).map(|number| typed.values[&format!("stall.{number}")].clone()).collect();
            let mut wanted = names.clone();
            wanted.remove(gone);
            prop_assert_eq!(left, wanted);
            prop_assert_eq!(files.len(), names.len() - 1);
            prop_assert_eq!(typed.values["market_name"].as_str(), "x");
        }
    }
}
