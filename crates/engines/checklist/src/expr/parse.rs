//! Text to expression: a scanner and a parser by precedence, with a bound on depth.

use thiserror::Error;

use super::functions::Function;
use super::{Expr, Op};

/// Why a text is no expression. Places are in characters from 0.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseFault {
    #[error("unexpected '{found}' at {at}")]
    Unexpected { found: String, at: usize },
    #[error("the expression ends too early")]
    Ends,
    #[error("the text that begins at {at} has no end")]
    OpenText { at: usize },
    #[error("no function is called {0}")]
    UnknownFunction(String),
    #[error("{name} takes {least} to {most} arguments, not {given}")]
    Arguments {
        name: &'static str,
        least: usize,
        most: usize,
        given: usize,
    },
    #[error("paths are not supported, use the name of a question: {0}")]
    Path(String),
    #[error("nested too deeply or too long")]
    TooDeep,
}

const DEEPEST: usize = 60;
const LONGEST: usize = 4_000;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Ref(String),
    /// A function's name or a word that is an operator.
    Word(String),
    Sign(&'static str),
}

/// Parses an expression.
///
/// # Errors
/// See [`ParseFault`].
pub fn parse(text: &str) -> Result<Expr, ParseFault> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > LONGEST {
        return Err(ParseFault::TooDeep);
    }
    let tokens = scan(&chars)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        depth: 0,
    };
    let expr = parser.binary(1)?;
    match parser.tokens.get(parser.at) {
        None => Ok(expr),
        Some((token, at)) => Err(unexpected(token, *at)),
    }
}

/// Names in `${…}` of a text shown to people.
pub(crate) fn names_in(text: &str) -> Vec<&str> {
    let parts = text.split("${").skip(1);
    parts
        .filter_map(|part| Some(part.split_once('}')?.0.trim()))
        .collect()
}

/// A part of a text shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    /// `${name}`: the answer to that question stands here.
    Answer(&'a str),
}

/// The parts of a text, in their order. A `${` that nothing closes is words.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((words, (name, after))) = rest
        .split_once("${")
        .and_then(|(words, after)| Some((words, after.split_once('}')?)))
    {
        found.extend([Piece::Words(words), Piece::Answer(name)]);
        rest = after;
    }
    found.push(Piece::Words(rest));
    found
}

fn unexpected(token: &Token, at: usize) -> ParseFault {
    let found = match token {
        Token::Number(number) => number.to_string(),
        Token::Text(text) => format!("'{text}'"),
        Token::Ref(name) => format!("${{{name}}}"),
        Token::Word(word) => word.clone(),
        Token::Sign(sign) => (*sign).to_owned(),
    };
    ParseFault::Unexpected { found, at }
}

static SIGNS: [&str; 16] = [
    "<=", ">=", "!=", "..", "=", "<", ">", "+", "-", "*", "(", ")", ",", ".", "/", "|",
];

fn scan(chars: &[char]) -> Result<Vec<(Token, usize)>, ParseFault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let begin = at;
        let rest = &chars[at..];
        let token = match c {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '\'' | '"' => {
                let end = rest[1..].iter().position(|one| *one == c);
                let end = end.ok_or(ParseFault::OpenText { at })?;
                at += end + 2;
                Token::Text(rest[1..=end].iter().collect())
            }
            '$' if rest.get(1) == Some(&'{') => {
                let end = rest.iter().position(|one| *one == '}');
                let end = end.ok_or(ParseFault::OpenText { at })?;
                at += end + 1;
                Token::Ref(rest[2..end].iter().collect::<String>().trim().to_owned())
            }
            c if c.is_ascii_digit()
                || (c == '.' && rest.get(1).is_some_and(char::is_ascii_digit)) =>
            {
                let is_part = |one: &&char| one.is_ascii_digit() || **one == '.';
                let digits: String = rest.iter().take_while(is_part).collect();
                at += digits.len();
                let number = digits.parse().map_err(|_error| ParseFault::Unexpected {
                    found: digits.clone(),
                    at: begin,
                })?;
                Token::Number(number)
            }
            c if c.is_alphabetic() || c == '_' => {
                let is_part =
                    |one: &&char| one.is_alphanumeric() || matches!(**one, '_' | '-' | ':' | '.');
                let word: String = rest.iter().take_while(is_part).collect();
                at += word.chars().count();
                Token::Word(word)
            }
            c => {
                let starts = |sign: &&&str| {
                    sign.chars()
                        .enumerate()
                        .all(|(n, one)| rest.get(n) == Some(&one))
                };
                let sign = SIGNS
                    .iter()
                    .find(starts)
                    .ok_or_else(|| ParseFault::Unexpected {
                        found: c.to_string(),
                        at,
                    })?;
                at += sign.len();
                if matches!(*sign, "/" | "|") {
                    return Err(ParseFault::Path(chars.iter().collect()));
                }
                Token::Sign(sign)
            }
        };
        tokens.push((token, begin));
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [(Token, usize)],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn operator(&self) -> Option<Op> {
        Some(match &self.tokens.get(self.at)?.0 {
            Token::Sign("=") => Op::Equal,
            Token::Sign("!=") => Op::Unequal,
            Token::Sign("<") => Op::Less,
            Token::Sign("<=") => Op::LessOrEqual,
            Token::Sign(">") => Op::More,
            Token::Sign(">=") => Op::MoreOrEqual,
            Token::Sign("+") => Op::Plus,
            Token::Sign("-") => Op::Minus,
            Token::Sign("*") => Op::Times,
            Token::Word(word) => match word.as_str() {
                "or" => Op::Or,
                "and" => Op::And,
                "div" => Op::Div,
                "mod" => Op::Mod,
                _ => return None,
            },
            _ => return None,
        })
    }

    fn binary(&mut self, least: u8) -> Result<Expr, ParseFault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ParseFault::TooDeep);
        }
        let mut left = self.unary()?;
        let mut links = 0;
        while let Some(op) = self.operator().filter(|op| op.binds() >= least) {
            // A long chain grows as deep a tree on its left side.
            links += 1;
            if links > 200 {
                return Err(ParseFault::TooDeep);
            }
            self.at += 1;
            let right = self.binary(op.binds() + 1)?;
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, ParseFault> {
        let mut signs = 0;
        while self.is_sign("-") {
            self.at += 1;
            signs += 1;
        }
        let inner = self.single()?;
        Ok(match signs {
            0 => inner,
            n if n % 2 == 1 => Expr::Minus(Box::new(inner)),
            _ => Expr::Minus(Box::new(Expr::Minus(Box::new(inner)))),
        })
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at), Some((Token::Sign(found), _)) if *found == sign)
    }

    fn expect(&mut self, sign: &str) -> Result<(), ParseFault> {
        if self.is_sign(sign) {
            self.at += 1;
            return Ok(());
        }
        Err(match self.tokens.get(self.at) {
            Some((token, at)) => unexpected(token, *at),
            None => ParseFault::Ends,
        })
    }

    fn single(&mut self) -> Result<Expr, ParseFault> {
        let (token, at) = self.tokens.get(self.at).ok_or(ParseFault::Ends)?;
        self.at += 1;
        Ok(match token {
            Token::Number(number) => Expr::Number(*number),
            Token::Text(text) => Expr::Text(text.clone()),
            Token::Ref(name) => Expr::Ref {
                name: name.clone(),
                node: usize::MAX,
            },
            Token::Sign(".") => Expr::Current,
            Token::Sign("(") => {
                let inner = self.binary(1)?;
                self.expect(")")?;
                inner
            }
            Token::Word(name) if self.is_sign("(") => self.call(name)?,
            Token::Word(name) => return Err(ParseFault::Path(name.clone())),
            Token::Sign("..") => return Err(ParseFault::Path("..".to_owned())),
            token => return Err(unexpected(token, *at)),
        })
    }

    fn call(&mut self, name: &str) -> Result<Expr, ParseFault> {
        let found = Function::find(name);
        let (function, least, most) =
            found.ok_or_else(|| ParseFault::UnknownFunction(name.to_owned()))?;
        self.expect("(")?;
        let mut args = Vec::new();
        if function == Function::Position && self.is_sign("..") {
            self.at += 1;
            self.expect(")")?;
            return Ok(Expr::Call(function, Vec::new()));
        }
        if !self.is_sign(")") {
            loop {
                args.push(self.binary(1)?);
                if !self.is_sign(",") {
                    break;
                }
                self.at += 1;
            }
        }
        self.expect(")")?;
        if function == Function::Position {
            return Err(ParseFault::Path(
                "position(…): only position(..)".to_owned(),
            ));
        }
        if !(least..=most).contains(&args.len()) {
            return Err(ParseFault::Arguments {
                name: function.name(),
                least,
                most,
                given: args.len(),
            });
        }
        Ok(Expr::Call(function, args))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;
    use crate::expr::RefKind;

    fn written(expr: &Expr) -> String {
        expr.write(&|what| match what {
            RefKind::Node(name) | RefKind::Absolute(name) => format!("${{{name}}}"),
            RefKind::Current => ".".into(),
            RefKind::Instance => "..".into(),
        })
    }

    #[test]
    fn precedence_is_xpaths() {
        for (text, bracketed) in [
            ("1 + 2 * 3", "1 + 2 * 3"),
            ("(1 + 2) * 3", "(1 + 2) * 3"),
            ("1 - (2 - 3)", "1 - (2 - 3)"),
            (
                "${a} = 1 and ${b} != 'x' or not(${c})",
                "${a} = 1 and ${b} != 'x' or not(${c})",
            ),
            (". >= 0 and .<=150", ". >= 0 and . <= 150"),
            ("- -${a}", "--${a}"),
            ("selected( ${a} ,\"it's\")", "selected(${a}, \"it's\")"),
            ("position(..)", "position(..)"),
            ("${a}div 2", "${a} div 2"),
        ] {
            assert_eq!(written(&parse(text).unwrap()), bracketed, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused_by_name() {
        let fault = |text: &str| parse(text).unwrap_err();
        assert_eq!(
            fault("pulldata('a','b','c','d')"),
            ParseFault::UnknownFunction("pulldata".into())
        );
        assert!(matches!(
            fault("round(1)"),
            ParseFault::Arguments {
                name: "round",
                given: 1,
                ..
            }
        ));
        assert!(matches!(fault("/data/a"), ParseFault::Path(_)));
        assert!(matches!(fault("../a"), ParseFault::Path(_)));
        assert!(matches!(fault("a"), ParseFault::Path(_)));
        assert!(matches!(fault("'open"), ParseFault::OpenText { at: 0 }));
        assert!(matches!(fault("1 +"), ParseFault::Ends));
        assert!(matches!(fault("1 2"), ParseFault::Unexpected { .. }));
        assert!(matches!(fault(""), ParseFault::Ends));
        assert_eq!(fault(&"(".repeat(3_000)), ParseFault::TooDeep);
        assert_eq!(fault(&vec!["1"; 1_000].join("+")), ParseFault::TooDeep);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in "\\PC{0,60}", parts in prop::collection::vec(
            prop::sample::select(vec!["(", ")", "${a}", ".", "'x'", "1", "+", "-", "and", "or", "not(", "if(", ",", "=", "<", "div"]), 0..25)
        ) {
            let _any = parse(&text);
            if let Ok(expr) = parse(&parts.join(" ")) {
                prop_assert_eq!(parse(&written(&expr)), Ok(expr));
            }
        }
    }
}
