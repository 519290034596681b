//! A checklist made ready: every name looked up, every expression parsed and checked, the order of evaluation found.

use std::collections::{BTreeSet, HashMap};

use thiserror::Error;

use crate::checks;
use crate::expr::{Expr, ParseFault, TypeFault, parse};
use crate::model::{Checklist, Group, Item, Kind, Question, Trigger};

/// What is wrong with a checklist, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormFault {
    /// The question, group, list or finding; empty when it is the checklist itself.
    pub name: String,
    pub what: WrongForm,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WrongForm {
    #[error(
        "a name has letters, digits, - and _, begins with a letter or _, at most 64 characters"
    )]
    BadName,
    #[error("the name is used twice")]
    Twice,
    #[error("no list of choices is called {0}")]
    NoList(String),
    #[error("the list has no choices")]
    EmptyList,
    #[error("nothing is asked")]
    NoQuestions,
    #[error("no language is named")]
    NoLanguage,
    #[error("more than {most} questions")]
    TooMany { most: usize },
    #[error("groups nested more than {most} deep")]
    TooDeep { most: usize },
    #[error("{place}: {fault}")]
    Expression {
        place: &'static str,
        fault: ParseFault,
    },
    #[error("{place}: no question is called {unknown}")]
    UnknownName {
        place: &'static str,
        unknown: String,
    },
    #[error("{place}: {fault}")]
    Meaning {
        place: &'static str,
        fault: TypeFault,
    },
    /// Each waits for the next, the last for the first.
    #[error("these wait for one another: {}", .0.join(", "))]
    Cycle(Vec<String>),
    #[error("a calculated value needs a calculation")]
    NoCalculation,
    #[error("the default is no answer to this question")]
    BadDefault,
    #[error("no repeat is called {0}")]
    NoRepeat(String),
    #[error("{0} does not fit the kind of question a rule can judge")]
    NotJudged(String),
    #[error("{0} is nothing that can have points here")]
    NotScored(String),
}

impl WrongForm {
    /// Key of the sentence for people, without its prefix.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadName => "bad-name",
            Self::Twice => "twice",
            Self::NoList(_) => "no-list",
            Self::EmptyList => "empty-list",
            Self::NoQuestions => "no-questions",
            Self::NoLanguage => "no-language",
            Self::TooMany { .. } => "too-many",
            Self::TooDeep { .. } => "too-deep",
            Self::Expression { .. } => "expression",
            Self::UnknownName { .. } => "unknown-name",
            Self::Meaning { .. } => "meaning",
            Self::Cycle(_) => "cycle",
            Self::NoCalculation => "no-calculation",
            Self::BadDefault => "bad-default",
            Self::NoRepeat(_) => "no-repeat",
            Self::NotJudged(_) => "not-judged",
            Self::NotScored(_) => "not-scored",
        }
    }
}

/// Questions of one checklist, groups counted in.
pub(crate) const MOST_NODES: usize = 10_000;
pub(crate) const DEEPEST: usize = 20;

/// A question, group or repeat with what was worked out of it.
#[derive(Clone, Debug)]
pub struct Node {
    pub name: String,
    pub kind: NodeKind,
    /// The group or repeat it stands in.
    pub parent: Option<usize>,
    /// Repeats it stands in, outermost first; not itself.
    pub repeats: Vec<usize>,
    pub relevant: Option<Expr>,
}

#[derive(Clone, Debug)]
pub enum NodeKind {
    Field(Box<Field>),
    Group,
    Repeat { count: Option<Expr> },
}

#[derive(Clone, Debug)]
pub struct Field {
    pub kind: Kind,
    pub required: Option<Expr>,
    pub constraint: Option<Expr>,
    pub calculation: Option<Expr>,
    /// As written in the checklist, for labels and messages.
    pub question: Question,
}

/// A checklist ready to be asked.
#[derive(Clone, Debug)]
pub struct Form {
    checklist: Checklist,
    pub(crate) nodes: Vec<Node>,
    names: HashMap<String, usize>,
    /// Nodes after all they wait for.
    pub(crate) order: Vec<usize>,
    /// Expressions of the findings, where they have one.
    pub(crate) triggers: Vec<Option<Expr>>,
}

impl Form {
    /// Checks the checklist.
    ///
    /// # Errors
    /// Every fault there is, each with the name of its question.
    pub fn build(checklist: Checklist) -> Result<Self, Vec<FormFault>> {
        let mut builder = Builder::default();
        builder.items(&checklist.items, None, &[], 0);
        let Builder {
            mut nodes,
            mut faults,
            is_full,
        } = builder;
        if is_full {
            faults.push(fault("", WrongForm::TooMany { most: MOST_NODES }));
            return Err(faults);
        }
        let mut names = HashMap::new();
        for (at, node) in nodes.iter().enumerate() {
            if names.insert(node.name.clone(), at).is_some() {
                faults.push(fault(&node.name, WrongForm::Twice));
            }
        }
        checks::lists(&checklist, &nodes, &mut faults);
        checks::points(&checklist, &nodes, &mut faults);
        checks::names(&mut nodes, &names, &mut faults);
        let mut triggers = triggers(&checklist, &mut faults);
        checks::meanings(&checklist, &nodes, &mut faults);
        checks::findings(&checklist, &nodes, &names, &mut triggers, &mut faults);
        let order = match checks::order(&nodes) {
            Ok(order) => order,
            Err(circles) => {
                let named = |circle: Vec<usize>| {
                    let names: Vec<String> =
                        circle.iter().map(|at| nodes[*at].name.clone()).collect();
                    let first = names.first().cloned().unwrap_or_default();
                    fault(&first, WrongForm::Cycle(names))
                };
                faults.extend(circles.into_iter().map(named));
                Vec::new()
            }
        };
        if faults.is_empty() {
            Ok(Self {
                checklist,
                nodes,
                names,
                order,
                triggers,
            })
        } else {
            Err(faults)
        }
    }

    #[must_use]
    pub fn checklist(&self) -> &Checklist {
        &self.checklist
    }

    /// All questions, groups and repeats in the order they are asked.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    #[must_use]
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.get(*self.names.get(name)?)
    }

    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// The names of a question's choices.
    #[must_use]
    pub fn choices(&self, kind: &Kind) -> Option<Vec<&str>> {
        match kind {
            Kind::YesNo => Some(vec!["yes", "no"]),
            kind => {
                let list = self.checklist.choices.get(kind.list()?)?;
                Some(list.iter().map(|choice| choice.name.as_str()).collect())
            }
        }
    }
}

pub(crate) fn fault(name: &str, what: WrongForm) -> FormFault {
    FormFault {
        name: name.to_owned(),
        what,
    }
}

fn triggers(checklist: &Checklist, faults: &mut Vec<FormFault>) -> Vec<Option<Expr>> {
    let one = |(at, text): (&String, &String), faults: &mut Vec<FormFault>| match parse(text) {
        Ok(expr) => Some(expr),
        Err(error) => {
            faults.push(fault(
                at,
                WrongForm::Expression {
                    place: "when",
                    fault: error,
                },
            ));
            None
        }
    };
    let of = checklist.findings.iter();
    of.map(|rule| match &rule.trigger {
        Trigger::When(text) => one((&rule.code, text), faults),
        Trigger::Judgement { .. } => None,
    })
    .collect()
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    faults: Vec<FormFault>,
    is_full: bool,
}

impl Builder {
    fn items(&mut self, items: &[Item], parent: Option<usize>, repeats: &[usize], depth: usize) {
        for item in items {
            if self.nodes.len() >= MOST_NODES {
                self.is_full = true;
                return;
            }
            match item {
                Item::Question(question) => self.question(question, parent, repeats),
                Item::Group(group) => self.group(group, parent, repeats, depth),
            }
        }
    }

    fn expr(&mut self, name: &str, place: &'static str, text: &str) -> Option<Expr> {
        if text.trim().is_empty() {
            return None;
        }
        match parse(text) {
            Ok(expr) => Some(expr),
            Err(error) => {
                let what = WrongForm::Expression {
                    place,
                    fault: error,
                };
                self.faults.push(fault(name, what));
                None
            }
        }
    }

    fn name(&mut self, name: &str) {
        let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
        let is_part = |c: char| is_start(c) || c.is_ascii_digit() || c == '-';
        let is_good = name.starts_with(is_start) && name.chars().all(is_part) && name.len() <= 64;
        // `meta` is where a submission keeps its own id.
        if !is_good || name == "meta" {
            self.faults.push(fault(name, WrongForm::BadName));
        }
    }

    fn question(&mut self, question: &Question, parent: Option<usize>, repeats: &[usize]) {
        let name = &question.name;
        self.name(name);
        let field = Field {
            kind: question.kind.clone(),
            required: self.expr(name, "required", &question.required),
            constraint: self.expr(name, "constraint", &question.constraint),
            calculation: self.expr(name, "calculation", &question.calculation),
            question: question.clone(),
        };
        if question.kind == Kind::Calculate && question.calculation.trim().is_empty() {
            self.faults.push(fault(name, WrongForm::NoCalculation));
        }
        let relevant = self.expr(name, "relevant", &question.relevant);
        self.nodes.push(Node {
            name: name.clone(),
            kind: NodeKind::Field(Box::new(field)),
            parent,
            repeats: repeats.to_vec(),
            relevant,
        });
    }

    fn group(&mut self, group: &Group, parent: Option<usize>, repeats: &[usize], depth: usize) {
        let name = &group.name;
        self.name(name);
        if depth >= DEEPEST {
            let what = WrongForm::TooDeep { most: DEEPEST };
            self.faults.push(fault(name, what));
            return;
        }
        let at = self.nodes.len();
        let kind = match &group.repeat {
            Some(repeat) => NodeKind::Repeat {
                count: self.expr(name, "repeat_count", &repeat.count),
            },
            None => NodeKind::Group,
        };
        let relevant = self.expr(name, "relevant", &group.relevant);
        self.nodes.push(Node {
            name: name.clone(),
            kind,
            parent,
            repeats: repeats.to_vec(),
            relevant,
        });
        let mut inside = repeats.to_vec();
        if group.repeat.is_some() {
            inside.push(at);
        }
        self.items(&group.items, Some(at), &inside, depth + 1);
    }
}

/// Places of an expression's names; the caller knows they were found.
pub(crate) fn dependencies(expr: &Expr) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    expr.walk(&mut |part| {
        if let Expr::Ref { node, .. } = part {
            found.insert(*node);
        }
    });
    found
}
