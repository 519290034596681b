//! Expressions: the part of XPath 1.0 that forms use, as XLSForm writes it.
//!
//! Numbers, `'texts'`, `${name}`, `.`, `or and = != < <= > >= + - * div mod`, signs, brackets and the functions of
//! [`FUNCTIONS`]. No paths and no predicates: a question is called by its name. Values turn into one another as XPath 1.0
//! says (an empty answer is an empty text, as a number no number, so compared with anything it is false).

mod eval;
mod functions;
mod parse;
mod types;

pub(crate) use eval::{Scope, Val, as_text, eval, number_text, of_answer, truth};
pub use functions::{FUNCTIONS, Function};
pub(crate) use parse::names_in;
pub use parse::{ParseFault, Piece, parse, pieces};
pub use types::TypeFault;
pub(crate) use types::{Context, check};

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    Number(f64),
    Text(String),
    /// A question, group or repeat by name; its place among the form's nodes once it was looked up.
    Ref {
        name: String,
        node: usize,
    },
    /// The answer the expression is about.
    Current,
    Minus(Box<Self>),
    Binary(Op, Box<Self>, Box<Self>),
    Call(Function, Vec<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Plus,
    Minus,
    Times,
    Div,
    Mod,
}

impl Op {
    fn sign(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::More => ">",
            Self::MoreOrEqual => ">=",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Div => "div",
            Self::Mod => "mod",
        }
    }

    fn binds(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::Unequal => 3,
            Self::Less | Self::LessOrEqual | Self::More | Self::MoreOrEqual => 4,
            Self::Plus | Self::Minus => 5,
            Self::Times | Self::Div | Self::Mod => 6,
        }
    }
}

/// What a writer of XPath asks for in place of a name.
#[derive(Clone, Copy, Debug)]
pub enum RefKind<'a> {
    Node(&'a str),
    /// From the root, whatever stands around it.
    Absolute(&'a str),
    Current,
    /// The repeat's instance that `position(..)` asks the place of.
    Instance,
}

impl Expr {
    /// The expression as XPath, with names put as the caller wants them.
    #[must_use]
    pub fn write(&self, put: &dyn Fn(RefKind<'_>) -> String) -> String {
        match self {
            Self::Number(number) => number_text(*number),
            Self::Text(text) if text.contains('\'') => format!("\"{text}\""),
            Self::Text(text) => format!("'{text}'"),
            Self::Ref { name, .. } => put(RefKind::Node(name)),
            Self::Current => put(RefKind::Current),
            Self::Minus(inner) => format!("-{}", inner.write_bracketed(7, put)),
            Self::Binary(op, left, right) => format!(
                "{} {} {}",
                left.write_bracketed(op.binds(), put),
                op.sign(),
                right.write_bracketed(op.binds() + 1, put)
            ),
            Self::Call(Function::Position, _) => {
                format!("position({})", put(RefKind::Instance))
            }
            Self::Call(function, args) => {
                let one = |(at, arg): (usize, &Self)| match arg {
                    Self::Ref { name, .. } if *function == Function::IndexedRepeat && at < 2 => {
                        put(RefKind::Absolute(name))
                    }
                    arg => arg.write(put),
                };
                let args: Vec<String> = args.iter().enumerate().map(one).collect();
                format!("{}({})", function.name(), args.join(", "))
            }
        }
    }

    fn write_bracketed(&self, least: u8, put: &dyn Fn(RefKind<'_>) -> String) -> String {
        let text = self.write(put);
        match self {
            Self::Binary(op, ..) if op.binds() < least => format!("({text})"),
            _ => text,
        }
    }

    /// Calls `see` for each part, the whole first.
    pub(crate) fn walk<'a>(&'a self, see: &mut dyn FnMut(&'a Self)) {
        see(self);
        match self {
            Self::Minus(inner) => inner.walk(see),
            Self::Binary(_, left, right) => {
                left.walk(see);
                right.walk(see);
            }
            Self::Call(_, args) => args.iter().for_each(|arg| arg.walk(see)),
            _ => {}
        }
    }

    /// Looks names up; gives those that are none.
    pub(crate) fn resolve(
        &mut self,
        find: &dyn Fn(&str) -> Option<usize>,
        unknown: &mut Vec<String>,
    ) {
        match self {
            Self::Ref { name, node } => match find(name) {
                Some(found) => *node = found,
                None => unknown.push(name.clone()),
            },
            Self::Minus(inner) => inner.resolve(find, unknown),
            Self::Binary(_, left, right) => {
                left.resolve(find, unknown);
                right.resolve(find, unknown);
            }
            Self::Call(_, args) => args.iter_mut().for_each(|arg| arg.resolve(find, unknown)),
            _ => {}
        }
    }
}
