//! Working an expression out, with XPath's turning of values into one another.

use jiff::civil::Date;

use super::functions::Function;
use super::{Expr, Op};
use crate::value::{DateTime, Value, date, date_time};

/// A value on the way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Val {
    Number(f64),
    Text(String),
    Bool(bool),
    Day(Date),
    Moment(DateTime),
}

/// Where names are looked up.
pub(crate) trait Scope {
    fn answer(&self, node: usize) -> Val;
    fn all(&self, node: usize) -> Vec<String>;
    /// The answer in the given instance (from 1) of the innermost repeat the question stands in.
    fn indexed(&self, node: usize, instance: f64) -> Val;
    fn current(&self) -> Val;
    /// From 1.
    fn instance(&self) -> u32;
    fn today(&self) -> Date;
    fn now(&self) -> DateTime;
}

/// An answer as a value.
pub(crate) fn of_answer(value: Option<&Value>) -> Val {
    match value {
        None => Val::Text(String::new()),
        Some(Value::Number(number)) => Val::Number(number.to_f64()),
        Some(Value::Date(day)) => Val::Day(*day),
        Some(Value::DateTime(time)) => Val::Moment(*time),
        Some(other) => Val::Text(other.to_string()),
    }
}

pub(crate) fn truth(value: &Val) -> bool {
    match value {
        Val::Bool(yes) => *yes,
        Val::Number(number) => *number != 0.0 && !number.is_nan(),
        Val::Text(text) => !text.is_empty(),
        Val::Day(_) | Val::Moment(_) => true,
    }
}

pub(crate) fn as_text(value: &Val) -> String {
    match value {
        Val::Text(text) => text.clone(),
        Val::Number(number) => number_text(*number),
        Val::Bool(yes) => yes.to_string(),
        Val::Day(day) => day.to_string(),
        Val::Moment(time) => time.to_string(),
    }
}

/// Whole numbers without a point, as XPath writes them.
pub(crate) fn number_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

fn as_number(value: &Val) -> f64 {
    match value {
        Val::Number(number) => *number,
        Val::Bool(yes) => f64::from(u8::from(*yes)),
        Val::Text(text) => text_number(text),
        Val::Day(day) => days(*day),
        Val::Moment(time) => moment_days(time),
    }
}

fn text_number(text: &str) -> f64 {
    let text = text.trim();
    // XPath knows neither exponents nor words.
    let is_number = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".-".contains(&byte));
    if is_number {
        text.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}

/// Days since 1970, as XForms counts dates.
fn days(day: Date) -> f64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    day.duration_since(epoch).as_hours() as f64 / 24.0
}

fn moment_days(time: &DateTime) -> f64 {
    let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    let seconds = time.local.duration_since(epoch).as_secs() - i64::from(time.offset_minutes) * 60;
    seconds as f64 / 86_400.0
}

pub(crate) fn eval(expr: &Expr, scope: &dyn Scope) -> Val {
    match expr {
        Expr::Number(number) => Val::Number(*number),
        Expr::Text(text) => Val::Text(text.clone()),
        Expr::Ref { node, .. } => scope.answer(*node),
        Expr::Current => scope.current(),
        Expr::Minus(inner) => Val::Number(-as_number(&eval(inner, scope))),
        Expr::Binary(op, left, right) => binary(*op, left, right, scope),
        Expr::Call(function, args) => call(*function, args, scope),
    }
}

fn binary(op: Op, left: &Expr, right: &Expr, scope: &dyn Scope) -> Val {
    match op {
        Op::Or => return Val::Bool(truth(&eval(left, scope)) || truth(&eval(right, scope))),
        Op::And => return Val::Bool(truth(&eval(left, scope)) && truth(&eval(right, scope))),
        _ => {}
    }
    let (left, right) = (eval(left, scope), eval(right, scope));
    match op {
        Op::Equal => return Val::Bool(same(&left, &right)),
        Op::Unequal => return Val::Bool(!same(&left, &right)),
        _ => {}
    }
    let (a, b) = (as_number(&left), as_number(&right));
    match op {
        Op::Less => Val::Bool(a < b),
        Op::LessOrEqual => Val::Bool(a <= b),
        Op::More => Val::Bool(a > b),
        Op::MoreOrEqual => Val::Bool(a >= b),
        Op::Plus => Val::Number(a + b),
        Op::Minus => Val::Number(a - b),
        Op::Times => Val::Number(a * b),
        Op::Div => Val::Number(a / b),
        _ => Val::Number(a % b),
    }
}

/// XPath 1.0, 3.4: booleans before numbers before texts.
fn same(left: &Val, right: &Val) -> bool {
    match (left, right) {
        (Val::Bool(_), _) | (_, Val::Bool(_)) => truth(left) == truth(right),
        (Val::Number(_), _) | (_, Val::Number(_)) => as_number(left) == as_number(right),
        (Val::Moment(_), Val::Moment(_)) => as_number(left) == as_number(right),
        _ => as_text(left) == as_text(right),
    }
}

/// All instances where a function takes them, else the one value.
fn list(arg: &Expr, scope: &dyn Scope) -> Vec<String> {
    match arg {
        Expr::Ref { node, .. } => scope.all(*node),
        other => vec![as_text(&eval(other, scope))],
    }
}

fn call(function: Function, args: &[Expr], scope: &dyn Scope) -> Val {
    let value = |at: usize| {
        args.get(at)
            .map_or(Val::Text(String::new()), |arg| eval(arg, scope))
    };
    let text = |at: usize| as_text(&value(at));
    let number = |at: usize| as_number(&value(at));
    let all = |at: usize| args.get(at).map_or_else(Vec::new, |arg| list(arg, scope));
    match function {
        Function::If => value(if truth(&value(0)) { 1 } else { 2 }),
        Function::Coalesce => match value(0) {
            Val::Text(first) if first.is_empty() => value(1),
            first => first,
        },
        Function::Concat => Val::Text((0..args.len()).map(text).collect()),
        Function::Join => {
            let parts: Vec<String> = (1..args.len()).flat_map(all).collect();
            Val::Text(parts.join(&text(0)))
        }
        Function::Number => Val::Number(number(0)),
        Function::Int => Val::Number(number(0).trunc()),
        Function::Round => Val::Number(rounded(number(0), number(1))),
        Function::Abs => Val::Number(number(0).abs()),
        Function::Pow => Val::Number(number(0).powf(number(1))),
        Function::Sqrt => Val::Number(number(0).sqrt()),
        Function::Min | Function::Max | Function::Sum => {
            many(function, (0..args.len()).flat_map(all))
        }
        Function::Count => Val::Number(all(0).len() as f64),
        Function::CountNonEmpty => {
            Val::Number(all(0).iter().filter(|one| !one.is_empty()).count() as f64)
        }
        Function::Selected => {
            Val::Bool(text(0).split_whitespace().any(|one| one == text(1).trim()))
        }
        Function::SelectedAt => {
            let (whole, at) = (text(0), number(1));
            let found =
                whole
                    .split_whitespace()
                    .nth(if at >= 0.0 { at as usize } else { usize::MAX });
            Val::Text(found.unwrap_or_default().to_owned())
        }
        Function::CountSelected => Val::Number(text(0).split_whitespace().count() as f64),
        Function::Not => Val::Bool(!truth(&value(0))),
        Function::True => Val::Bool(true),
        Function::False => Val::Bool(false),
        Function::Boolean => Val::Bool(truth(&value(0))),
        Function::Today => Val::Day(scope.today()),
        Function::Now => Val::Moment(scope.now()),
        Function::Date => day(&value(0)),
        Function::DecimalDateTime => Val::Number(as_number(&match value(0) {
            Val::Text(text) => moment(&text),
            other => other,
        })),
        Function::FormatDate => Val::Text(formatted(&value(0), &text(1))),
        Function::Position => Val::Number(f64::from(scope.instance())),
        Function::IndexedRepeat => match args.first() {
            Some(Expr::Ref { node, .. }) => scope.indexed(*node, number(2)),
            _ => Val::Text(String::new()),
        },
        _ => of_text(function, args.len(), &text, &number),
    }
}

fn of_text(
    function: Function,
    given: usize,
    text: &dyn Fn(usize) -> String,
    number: &dyn Fn(usize) -> f64,
) -> Val {
    let whole = text(0);
    match function {
        Function::Length => Val::Number(whole.chars().count() as f64),
        Function::Substr => {
            let count = whole.chars().count() as f64;
            let place = |at: f64| {
                if at < 0.0 {
                    (count + at).max(0.0)
                } else {
                    at.min(count)
                }
            };
            let from = place(number(1));
            let to = if given > 2 { place(number(2)) } else { count };
            let taken = whole
                .chars()
                .skip(from as usize)
                .take((to - from).max(0.0) as usize);
            Val::Text(taken.collect())
        }
        Function::SubstringBefore => Val::Text(
            whole
                .split_once(&text(1))
                .map_or(String::new(), |parts| parts.0.to_owned()),
        ),
        Function::SubstringAfter => Val::Text(
            whole
                .split_once(&text(1))
                .map_or(String::new(), |parts| parts.1.to_owned()),
        ),
        Function::Contains => Val::Bool(whole.contains(&text(1))),
        Function::StartsWith => Val::Bool(whole.starts_with(&text(1))),
        Function::EndsWith => Val::Bool(whole.ends_with(&text(1))),
        Function::NormalizeSpace => {
            Val::Text(whole.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        Function::Translate => {
            let (from, to): (Vec<char>, Vec<char>) =
                (text(1).chars().collect(), text(2).chars().collect());
            let turned =
                whole
                    .chars()
                    .filter_map(|c| match from.iter().position(|one| *one == c) {
                        Some(at) => to.get(at).copied(),
                        None => Some(c),
                    });
            Val::Text(turned.collect())
        }
        // The whole text has to fit, as in ODK.
        Function::Regex => {
            let pattern = format!("^(?:{})$", text(1));
            Val::Bool(regex::Regex::new(&pattern).is_ok_and(|pattern| pattern.is_match(&whole)))
        }
        _ => Val::Text(whole),
    }
}

fn many(function: Function, all: impl Iterator<Item = String>) -> Val {
    let numbers = all
        .filter(|one| !one.is_empty())
        .map(|one| as_number(&typed(one)));
    Val::Number(match function {
        Function::Sum => numbers.fold(0.0, |sum, one| sum + one),
        Function::Min => numbers.reduce(f64::min).unwrap_or(f64::NAN),
        _ => numbers.reduce(f64::max).unwrap_or(f64::NAN),
    })
}

/// Days among texts count as days.
fn typed(text: String) -> Val {
    match date(&text).filter(|_| text.len() == 10) {
        Some(day) => Val::Day(day),
        None => Val::Text(text),
    }
}

fn rounded(number: f64, digits: f64) -> f64 {
    let by = 10f64.powf(digits.trunc().clamp(-12.0, 12.0));
    // XPath rounds halves up.
    (number * by + 0.5).floor() / by
}

fn day(value: &Val) -> Val {
    match value {
        Val::Day(day) => Val::Day(*day),
        Val::Moment(time) => Val::Day(time.local.date()),
        Val::Number(days) if days.is_finite() && days.abs() < 3e6 => {
            let span = jiff::Span::new().days(days.floor() as i64);
            let found = jiff::civil::date(1970, 1, 1).checked_add(span);
            found.map_or(Val::Text(String::new()), Val::Day)
        }
        other => date(&as_text(other)).map_or(Val::Text(String::new()), Val::Day),
    }
}

fn moment(text: &str) -> Val {
    match date_time(text) {
        Some(time) => Val::Moment(time),
        None => date(text).map_or(Val::Text(String::new()), Val::Day),
    }
}

fn formatted(value: &Val, format: &str) -> String {
    let local = match value {
        Val::Moment(time) => time.local,
        other => match day(other) {
            Val::Day(day) => day.at(0, 0, 0, 0),
            _ => return String::new(),
        },
    };
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        out += &match chars.next() {
            Some('Y') => format!("{:04}", local.year()),
            Some('y') => format!("{:02}", local.year() % 100),
            Some('m') => format!("{:02}", local.month()),
            Some('n') => local.month().to_string(),
            Some('d') => format!("{:02}", local.day()),
            Some('e') => local.day().to_string(),
            Some('H') => format!("{:02}", local.hour()),
            Some('h') => local.hour().to_string(),
            Some('M') => format!("{:02}", local.minute()),
            Some('S') => format!("{:02}", local.second()),
            Some(other) => other.to_string(),
            None => String::new(),
        };
    }
    out
}
