//! Checklists as versioned data: what is asked, when, what an answer must be, what follows from it.
//!
//! - [`Checklist`] is plain data (JSON, XLSForm through the engine `xforms`); [`Form::build`] checks it and names every fault
//!   with its question: unknown functions and names, wrong types, questions that wait for one another;
//! - [`Form::evaluate`] says which questions stand and what is calculated, [`Form::validate`] what is wrong with answers;
//! - [`Form::findings`] turns answers into findings (category, severity, whether they become a case);
//! - [`Form::score`]: points of a place, where a standard gives them;
//! - [`RuleSet`], [`judge`], [`compare`]: measured values against clauses, in exact numbers, to be recomputed any time later;
//! - [`Reader`] fills answers from a sentence in Chinese, each with the words it came from, for a person to confirm.
//!
//! Expressions are a subset of XPath 1.0 as ODK XForms uses it, written as in XLSForm (`${name}`, `.`).
//!
//! Pure: no clock (today is handed in), no files.

mod answers;
mod checks;
mod decimal;
mod evaluate;
mod expr;
mod findings;
mod form;
mod judge;
mod model;
mod reading;
mod score;
mod shipped;
mod validate;
mod value;

pub use answers::{Answers, read_answers, write_answers};
pub use decimal::Decimal;
pub use evaluate::{Now, Place, State};
pub use expr::{
    Expr, FUNCTIONS, Function, Op, ParseFault, Piece, RefKind, TypeFault, parse, pieces,
};
pub use findings::Finding;
pub use form::{Field, Form, FormFault, Node, NodeKind, WrongForm};
pub use judge::{
    Change, Effect, JudgeFault, Judgement, Measured, Recorded, Rule, RuleSet, RuleStatus, Test,
    Unit, Verdict, compare, judge,
};
pub use model::{
    Checklist, Choice, FindingRule, Group, Item, Kind, Question, Repeat, Severity, Status, Trigger,
    Words, word,
};
pub use reading::{
    Filled, QuestionRule, Reader, Reading, ReadingRules, Sense, Span, StateRule, Unsure,
    Vocabulary, WhyUnsure,
};
pub use score::{NotPoints, Score, SectionScore, Worth, points_text, read_points};
pub use shipped::{SHIPPED, example_rules, is_shipped, river_reading, shipped, shipped_versions};
pub use validate::{AnswerFault, Wrong};
pub use value::{DateTime, Position, Value, ValueFault};
