//! What can be told to be wrong in an expression before anybody answers: names in the wrong place, choices that are in no list,
//! sums of photographs.

use thiserror::Error;

use super::functions::Function;
use super::{Expr, Op};
use crate::form::{Node, NodeKind};
use crate::model::Kind;

/// Why an expression cannot mean anything.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TypeFault {
    #[error("'{choice}' is no choice of {question}")]
    UnknownChoice { question: String, choice: String },
    #[error("{0} stands many times here: use count, sum, min, max or join")]
    ManyTimes(String),
    #[error("{0} is a group: it has no answer")]
    GroupAsValue(String),
    #[error("{0} is no number")]
    NoNumber(String),
    #[error("{0} is no choice")]
    NoChoice(String),
    #[error("'.' has no meaning here")]
    NoCurrent,
    #[error("position(..) has no meaning outside a repeat")]
    NoInstance,
    #[error("not a regular expression: {0}")]
    Pattern(String),
    #[error("indexed-repeat takes a question of a repeat, that repeat, and a number")]
    Indexed,
}

pub(crate) struct Context<'a> {
    pub nodes: &'a [Node],
    pub choices: &'a dyn Fn(&str) -> Option<Vec<String>>,
    /// Repeats the expression stands in, outermost first.
    pub repeats: &'a [usize],
    /// The node `.` means.
    pub current: Option<usize>,
}

/// All faults of an expression whose names were found.
pub(crate) fn check(expr: &Expr, context: &Context<'_>) -> Vec<TypeFault> {
    let mut faults = Vec::new();
    visit(expr, context, &mut faults);
    faults
}

fn visit(expr: &Expr, context: &Context<'_>, faults: &mut Vec<TypeFault>) {
    match expr {
        Expr::Number(_) | Expr::Text(_) => {}
        Expr::Current if context.current.is_none() => faults.push(TypeFault::NoCurrent),
        Expr::Current => {}
        Expr::Ref { name, node } => {
            let Some(found) = context.nodes.get(*node) else {
                return;
            };
            if !matches!(found.kind, NodeKind::Field(_)) {
                faults.push(TypeFault::GroupAsValue(name.clone()));
            } else if !found
                .repeats
                .iter()
                .all(|one| context.repeats.contains(one))
            {
                faults.push(TypeFault::ManyTimes(name.clone()));
            }
        }
        Expr::Minus(inner) => {
            visit(inner, context, faults);
            number(inner, context, faults);
        }
        Expr::Binary(op, left, right) => {
            visit(left, context, faults);
            visit(right, context, faults);
            match op {
                Op::Equal | Op::Unequal => {
                    compared(left, right, context, faults);
                    compared(right, left, context, faults);
                }
                Op::Or | Op::And => {}
                _ => {
                    number(left, context, faults);
                    number(right, context, faults);
                }
            }
        }
        Expr::Call(function, args) => call(*function, args, context, faults),
    }
}

fn call(function: Function, args: &[Expr], context: &Context<'_>, faults: &mut Vec<TypeFault>) {
    if function == Function::Position && context.repeats.is_empty() {
        faults.push(TypeFault::NoInstance);
    }
    if function == Function::IndexedRepeat {
        return indexed(args, context, faults);
    }
    for (at, arg) in args.iter().enumerate() {
        let takes_all = function.takes_all() && (function != Function::Join || at > 0);
        match arg {
            Expr::Ref { name, node } if takes_all => {
                let is_group = context
                    .nodes
                    .get(*node)
                    .is_some_and(|node| matches!(node.kind, NodeKind::Group));
                if is_group {
                    faults.push(TypeFault::GroupAsValue(name.clone()));
                }
            }
            arg => visit(arg, context, faults),
        }
    }
    match (function, args) {
        (Function::Selected, [Expr::Text(_) | Expr::Number(_), _]) => {}
        (Function::Selected | Function::SelectedAt | Function::CountSelected, [question, ..]) => {
            let kind = kind_of(question, context);
            if let Some((name, kind)) = &kind
                && !matches!(
                    kind,
                    Kind::One { .. }
                        | Kind::Many { .. }
                        | Kind::YesNo
                        | Kind::Calculate
                        | Kind::Text
                )
            {
                faults.push(TypeFault::NoChoice(name.clone()));
            }
            if let (Function::Selected, Some(other)) = (function, args.get(1)) {
                compared(question, other, context, faults);
            }
        }
        (Function::Regex, [_, Expr::Text(pattern)]) if regex::Regex::new(pattern).is_err() => {
            faults.push(TypeFault::Pattern(pattern.clone()));
        }
        (
            Function::Sum | Function::Int | Function::Round | Function::Abs | Function::Sqrt,
            [first, ..],
        ) => {
            number(first, context, faults);
        }
        _ => {}
    }
}

fn indexed(args: &[Expr], context: &Context<'_>, faults: &mut Vec<TypeFault>) {
    let fits = match args {
        [
            Expr::Ref { node: question, .. },
            Expr::Ref { node: repeat, .. },
            index,
        ] => {
            visit(index, context, faults);
            let question = context.nodes.get(*question);
            question.is_some_and(|node| {
                matches!(node.kind, NodeKind::Field(_))
                    && node.repeats.last() == Some(repeat)
                    && node.repeats[..node.repeats.len() - 1]
                        .iter()
                        .all(|one| context.repeats.contains(one))
            })
        }
        _ => false,
    };
    if !fits {
        faults.push(TypeFault::Indexed);
    }
}

/// The question an expression is, if it is one.
fn kind_of<'a>(expr: &Expr, context: &Context<'a>) -> Option<(String, &'a Kind)> {
    let node = match expr {
        Expr::Ref { node, .. } => *node,
        Expr::Current => context.current?,
        _ => return None,
    };
    let node = context.nodes.get(node)?;
    match &node.kind {
        NodeKind::Field(field) => Some((node.name.clone(), &field.kind)),
        _ => None,
    }
}

/// A choice compared with a text that is in no list of it is a slip of the pen.
fn compared(question: &Expr, other: &Expr, context: &Context<'_>, faults: &mut Vec<TypeFault>) {
    let (Some((name, kind)), Expr::Text(choice)) = (kind_of(question, context), other) else {
        return;
    };
    let known = match kind {
        Kind::YesNo => Some(vec!["yes".to_owned(), "no".to_owned()]),
        Kind::One { list } | Kind::Many { list } => (context.choices)(list),
        _ => None,
    };
    if known.is_some_and(|known| !choice.is_empty() && !known.contains(choice)) {
        faults.push(TypeFault::UnknownChoice {
            question: name,
            choice: choice.clone(),
        });
    }
}

fn number(expr: &Expr, context: &Context<'_>, faults: &mut Vec<TypeFault>) {
    let can = |kind: &Kind| {
        // Choices and texts may hold numbers; a photograph does not.
        !matches!(
            kind,
            Kind::Photo | Kind::Signature | Kind::Position | Kind::Track | Kind::Note | Kind::YesNo
        )
    };
    if let Some((name, kind)) = kind_of(expr, context)
        && !can(kind)
    {
        faults.push(TypeFault::NoNumber(name));
    }
}
