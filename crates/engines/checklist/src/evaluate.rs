//! What stands and what is worked out, given some answers.
//!
//! A question that does not stand (it is not relevant, or its group is not) counts as unanswered everywhere else, as in
//! XForms; its answer is kept by the caller in case it comes to stand again.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use crate::answers::Answers;
use crate::expr::{Expr, Scope, Val, as_text, eval, of_answer, truth};
use crate::form::{Form, NodeKind};
use crate::model::Kind;
use crate::value::{DateTime, Value};

/// The moment at the place, handed in: nothing here reads a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now(pub DateTime);

/// Instances of the repeats a question stands in, from 1, outermost first. Empty outside all repeats.
pub type Place = Vec<u32>;

/// What stands, with all answers and calculated values.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// By node: each place it stands at.
    pub(crate) places: Vec<BTreeMap<Place, bool>>,
    values: HashMap<(usize, Place), Value>,
    now: Option<Now>,
}

impl Form {
    /// Works out what stands and what is calculated.
    #[must_use]
    pub fn evaluate(&self, answers: &Answers, now: Now) -> State {
        let mut state = State {
            places: vec![BTreeMap::new(); self.nodes.len()],
            values: HashMap::new(),
            now: Some(now),
        };
        self.spread(answers, &mut Vec::new(), &mut state);
        for &at in &self.order {
            let places: Vec<Place> = state.places[at].keys().cloned().collect();
            for place in places {
                self.settle(at, &place, &mut state);
            }
        }
        state
    }

    /// What is filled in before anybody answers, outside repeats.
    #[must_use]
    pub fn defaults(&self) -> Answers {
        let mut answers = Answers::default();
        for node in self.nodes.iter().filter(|node| node.repeats.is_empty()) {
            if let NodeKind::Field(field) = &node.kind
                && let Ok(Some(value)) = Value::parse(&field.kind, &field.question.default)
            {
                answers.values.insert(node.name.clone(), value);
            }
        }
        answers
    }

    /// Puts given answers to their places.
    fn spread(&self, answers: &Answers, place: &mut Place, state: &mut State) {
        let inside: Vec<usize> = (0..self.nodes.len())
            .filter(|at| self.nodes[*at].repeats.is_empty())
            .collect();
        self.spread_in(&inside, answers, place, state);
    }

    fn spread_in(&self, inside: &[usize], answers: &Answers, place: &mut Place, state: &mut State) {
        for &at in inside {
            let node = &self.nodes[at];
            state.places[at].insert(place.clone(), true);
            match &node.kind {
                NodeKind::Field(_) => {
                    if let Some(value) = answers.values.get(&node.name) {
                        state.values.insert((at, place.clone()), value.clone());
                    }
                }
                NodeKind::Repeat { .. } => {
                    let Some(all) = answers.repeats.get(&node.name) else {
                        continue;
                    };
                    let below: Vec<usize> = (at + 1..self.nodes.len())
                        .take_while(|one| self.nodes[*one].repeats.contains(&at))
                        .filter(|one| self.nodes[*one].repeats.last() == Some(&at))
                        .collect();
                    for (number, one) in (1u32..).zip(all) {
                        place.push(number);
                        self.spread_in(&below, one, place, state);
                        place.pop();
                    }
                }
                NodeKind::Group => {}
            }
        }
    }

    fn settle(&self, at: usize, place: &Place, state: &mut State) {
        let node = &self.nodes[at];
        let repeats = &node.repeats[..];
        let above = node.parent.is_none_or(|parent| {
            let depth = self.nodes[parent].repeats.len();
            state.stands_at(parent, &place[..depth])
        });
        let stands = above && {
            let scope = At {
                form: self,
                state,
                place,
                repeats,
                current: None,
            };
            node.relevant
                .as_ref()
                .is_none_or(|expr| truth(&eval(expr, &scope)))
        };
        state.places[at].insert(place.clone(), stands);
        let NodeKind::Field(field) = &node.kind else {
            return;
        };
        let Some(expr) = field.calculation.as_ref().filter(|_| stands) else {
            return;
        };
        let value = {
            let scope = At {
                form: self,
                state,
                place,
                repeats,
                current: None,
            };
            calculated(&field.kind, &eval(expr, &scope))
        };
        let key = (at, place.clone());
        match value {
            Some(value) => state.values.insert(key, value),
            None => state.values.remove(&key),
        };
    }

    /// `repeats` are those the place counts the instances of.
    pub(crate) fn truth_at(
        &self,
        expr: &Expr,
        (repeats, place): (&[usize], &[u32]),
        current: Option<usize>,
        state: &State,
    ) -> bool {
        truth(&eval(
            expr,
            &At {
                form: self,
                state,
                place,
                repeats,
                current,
            },
        ))
    }

    pub(crate) fn number_at(
        &self,
        expr: &Expr,
        (repeats, place): (&[usize], &[u32]),
        state: &State,
    ) -> Option<u32> {
        let value = eval(
            expr,
            &At {
                form: self,
                state,
                place,
                repeats,
                current: None,
            },
        );
        let number: f64 = as_text(&value).parse().ok()?;
        (0.0..=1e6).contains(&number).then_some(number as u32)
    }
}

/// A calculated value as an answer of its question's kind; nothing when it is none.
fn calculated(kind: &Kind, value: &Val) -> Option<Value> {
    if matches!(value, Val::Number(number) if number.is_nan()) {
        return None;
    }
    if let (Kind::Integer | Kind::Decimal, Val::Number(number)) = (kind, value) {
        return crate::Decimal::from_f64(*number).map(Value::Number);
    }
    if let (Kind::YesNo, Val::Bool(yes)) = (kind, value) {
        return Some(Value::YesNo(*yes));
    }
    Value::parse(kind, &as_text(value)).ok().flatten()
}

impl State {
    /// One answer by itself, at its first place.
    pub(crate) fn of_one(form: &Form, at: usize, value: &Value, now: Now) -> (Self, Place) {
        let place: Place = vec![1; form.nodes[at].repeats.len()];
        let mut places = vec![BTreeMap::new(); form.nodes.len()];
        places[at].insert(place.clone(), true);
        let state = Self {
            places,
            values: HashMap::from([((at, place.clone()), value.clone())]),
            now: Some(now),
        };
        (state, place)
    }

    pub(crate) fn stands_at(&self, node: usize, place: &[u32]) -> bool {
        self.places
            .get(node)
            .is_some_and(|all| all.get(place).copied().unwrap_or(false))
    }

    pub(crate) fn value_at(&self, node: usize, place: &[u32]) -> Option<&Value> {
        if !self.stands_at(node, place) {
            return None;
        }
        self.values.get(&(node, place.to_vec()))
    }

    /// Instances of a repeat below one place; those of all places when it says less than the repeat needs.
    pub(crate) fn instances(&self, form: &Form, repeat: usize, place: &[u32]) -> usize {
        let first = repeat + 1;
        let is_below = form
            .nodes
            .get(first)
            .is_some_and(|node| node.repeats.last() == Some(&repeat));
        if !is_below
            || (place.len() == form.nodes[repeat].repeats.len() && !self.stands_at(repeat, place))
        {
            return 0;
        }
        self.places[first]
            .keys()
            .filter(|one| one.starts_with(place))
            .count()
    }

    /// Whether a question, group or repeat stands.
    #[must_use]
    pub fn stands(&self, form: &Form, name: &str, place: &[u32]) -> bool {
        form.place(name).is_some_and(|at| self.stands_at(at, place))
    }

    /// The answer or calculated value of a question that stands.
    #[must_use]
    pub fn value(&self, form: &Form, name: &str, place: &[u32]) -> Option<&Value> {
        self.value_at(form.place(name)?, place)
    }

    /// Every answer that stands, calculated ones too: what is to be stored.
    #[must_use]
    pub fn answers(&self, form: &Form) -> Answers {
        let mut whole = Answers::default();
        for (at, node) in form.nodes.iter().enumerate() {
            for (place, stands) in &self.places[at] {
                if !stands {
                    continue;
                }
                let Some(target) = descend(form, &mut whole, &node.repeats, place) else {
                    continue;
                };
                if let Some(value) = self.values.get(&(at, place.clone())) {
                    target.values.insert(node.name.clone(), value.clone());
                }
            }
        }
        whole
    }
}

fn descend<'a>(
    form: &Form,
    answers: &'a mut Answers,
    repeats: &[usize],
    place: &[u32],
) -> Option<&'a mut Answers> {
    let mut target = answers;
    for (repeat, number) in repeats.iter().zip(place) {
        let name = form.nodes[*repeat].name.clone();
        let all = target.repeats.entry(name).or_default();
        let at = *number as usize;
        if all.len() < at {
            all.resize_with(at, Answers::default);
        }
        target = all.get_mut(at.checked_sub(1)?)?;
    }
    Some(target)
}

/// Names as seen from one place.
struct At<'a> {
    form: &'a Form,
    state: &'a State,
    place: &'a [u32],
    repeats: &'a [usize],
    current: Option<usize>,
}

impl At<'_> {
    /// How much of this place a node shares.
    fn shared(&self, node: usize) -> &[u32] {
        let other = &self.form.nodes[node].repeats;
        let pairs = other.iter().zip(self.repeats);
        let common = pairs.take_while(|(a, b)| a == b).count();
        &self.place[..common.min(self.place.len())]
    }
}

impl Scope for At<'_> {
    fn answer(&self, node: usize) -> Val {
        of_answer(self.state.value_at(node, self.shared(node)))
    }

    fn all(&self, node: usize) -> Vec<String> {
        let found = &self.form.nodes[node];
        if let NodeKind::Repeat { .. } = found.kind {
            let shared = self.shared(node);
            return vec![String::new(); self.state.instances(self.form, node, shared)];
        }
        let shared = self.shared(node);
        let all = self.state.places[node].iter();
        all.filter(|(place, stands)| **stands && place.starts_with(shared))
            .map(|(place, _)| as_text(&of_answer(self.state.value_at(node, place))))
            .collect()
    }

    fn indexed(&self, node: usize, instance: f64) -> Val {
        let depth = self.form.nodes[node].repeats.len();
        if depth == 0 || !(1.0..=1e6).contains(&instance) {
            return Val::Text(String::new());
        }
        let mut place = self.place[..(depth - 1).min(self.place.len())].to_vec();
        place.push(instance as u32);
        of_answer(self.state.value_at(node, &place))
    }

    fn current(&self) -> Val {
        self.current
            .map_or(Val::Text(String::new()), |node| self.answer(node))
    }

    fn instance(&self) -> u32 {
        self.place.last().copied().unwrap_or(1)
    }

    fn today(&self) -> Date {
        self.now().local.date()
    }

    fn now(&self) -> DateTime {
        self.state.now.map_or_else(
            || DateTime {
                local: jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0),
                offset_minutes: 0,
            },
            |now| now.0,
        )
    }
}
