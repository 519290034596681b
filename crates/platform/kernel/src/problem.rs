//! The one error that leaves a command. It carries a key of the message catalogue, not a sentence: the web floor puts
//! it in the caller's language, as problem+json for machines and as a sentence that says what to do for people.

use serde::Serialize;

pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// What went wrong, by what the caller can do about it. The HTTP status follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// 400: the request cannot be read.
    Malformed,
    /// 401: sign in first.
    SignInNeeded,
    /// 403: signed in, but not allowed.
    Forbidden,
    /// 404: does not exist for this caller.
    NotFound,
    /// 405: the address does not know that method.
    MethodNotAllowed,
    /// 409: somebody else was faster, or the record is in another state.
    Conflict,
    /// 410: was there, is over (an expired link).
    Gone,
    /// 413: too large.
    TooLarge,
    /// 415: a type that is not accepted.
    UnsupportedType,
    /// 422: readable, but these fields must be mended.
    Invalid,
    /// 429: slow down.
    TooMany,
    /// 500: our fault; the request id finds it in the log.
    Internal,
    /// 503: try again shortly; nothing was lost.
    Unavailable,
}

impl ProblemKind {
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::SignInNeeded => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::Gone => 410,
            Self::TooLarge => 413,
            Self::UnsupportedType => 415,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }
}

/// A field that must be mended, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    pub field: String,
    /// Key of the message catalogue without its `field-` prefix.
    pub code: &'static str,
    pub args: Vec<(&'static str, String)>,
}

/// See the module's text. Boxed inside so that `Result` stays small.
#[derive(Clone, Debug)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: ProblemKind,
    code: &'static str,
    args: Vec<(&'static str, String)>,
    fields: Vec<FieldFault>,
    data: Option<serde_json::Value>,
    /// For the log only; never shown.
    cause: Option<String>,
}

impl Problem {
    /// `code` is a key of the message catalogue without its `problem-` prefix.
    #[must_use]
    pub fn new(kind: ProblemKind, code: &'static str) -> Self {
        Self(Box::new(Inner {
            kind,
            code,
            args: Vec::new(),
            fields: Vec::new(),
            data: None,
            cause: None,
        }))
    }

    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound, "not-found")
    }

    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(ProblemKind::Forbidden, "forbidden")
    }

    /// One field is wrong. More can be added with [`Problem::and_field`].
    #[must_use]
    pub fn invalid(field: impl Into<String>, code: &'static str) -> Self {
        Self::new(ProblemKind::Invalid, "invalid").and_field(field, code)
    }

    /// Our own fault; `cause` goes to the log.
    #[must_use]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(ProblemKind::Internal, "internal").caused_by(cause)
    }

    #[must_use]
    pub fn unavailable(cause: impl std::fmt::Display) -> Self {
        Self::new(ProblemKind::Unavailable, "unavailable").caused_by(cause)
    }

    /// Somebody saved first; `newer` is the state they left, for the caller to compare with.
    #[must_use]
    pub fn stale(newer: serde_json::Value) -> Self {
        Self::new(ProblemKind::Conflict, "stale").with_data(newer)
    }

    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.0.args.push((name, value.to_string()));
        self
    }

    #[must_use]
    pub fn and_field(mut self, field: impl Into<String>, code: &'static str) -> Self {
        self.0.fields.push(FieldFault {
            field: field.into(),
            code,
            args: Vec::new(),
        });
        self
    }

    /// Adds an argument to the field named last.
    #[must_use]
    pub fn field_arg(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        if let Some(field) = self.0.fields.last_mut() {
            field.args.push((name, value.to_string()));
        }
        self
    }

    /// Adds what is wrong by another problem, each field under the name it has here.
    #[must_use]
    pub fn and_fields_of(mut self, other: &Self, named: impl Fn(&str) -> String) -> Self {
        let fields = other.fields().iter().map(|one| FieldFault {
            field: named(&one.field),
            ..one.clone()
        });
        self.0.fields.extend(fields);
        self
    }

    #[must_use]
    pub fn with_data(mut self, data: serde_json::Value) -> Self {
        self.0.data = Some(data);
        self
    }

    #[must_use]
    pub fn caused_by(mut self, cause: impl std::fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.0.kind
    }

    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    #[must_use]
    pub fn args(&self) -> &[(&'static str, String)] {
        &self.0.args
    }

    #[must_use]
    pub fn fields(&self) -> &[FieldFault] {
        &self.0.fields
    }

    #[must_use]
    pub fn data(&self) -> Option<&serde_json::Value> {
        self.0.data.as_ref()
    }

    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.0.code, self.0.kind.status())?;
        for field in &self.0.fields {
            write!(f, "; {}: {}", field.field, field.code)?;
        }
        if let Some(cause) = &self.0.cause {
            write!(f, "; {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl From<sea_orm::DbErr> for Problem {
    fn from(error: sea_orm::DbErr) -> Self {
        use sea_orm::DbErr;
        match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::unavailable(error),
            other => {
                let text = other.to_string();
                // What SQLite and PostgreSQL say when they cannot write now but may later.
                let passing = [
                    "database or disk is full",
                    "database is locked",
                    "disk I/O error",
                    "unable to open database",
                    "terminating connection",
                    "the database system is",
                    "Connection refused",
                    "connection closed",
                    "Broken pipe",
                    "Connection reset",
                    "expected to read",
                    "No space left",
                    "unexpected end of file",
                    "error communicating",
                ];
                // PostgreSQL keeps no NUL characters in text.
                if text.contains("invalid byte sequence for encoding") {
                    return Self::new(ProblemKind::Malformed, "nul-character");
                }
                if passing.iter().any(|sign| text.contains(sign)) {
                    Self::unavailable(text)
                } else {
                    Self::internal(text)
                }
            }
        }
    }
}
