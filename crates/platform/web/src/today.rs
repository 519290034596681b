//! What modules put on 今天, the first page of those who work on the street: a line for each thing that waits for this person,
//! with the door to it. The page belongs to one module; what waits belongs to many, and without a line here no way leads to it.

use std::sync::Arc;

use futures::future::{BoxFuture, try_join_all};
use youlin_kernel::{Access, Result};

use crate::Shell;

/// The figure on top of the page a line is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TodayFigure {
    /// 今天到期
    Due,
    /// 今天上门
    Visits,
}

/// One thing that waits, as a sentence with its door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TodayLine {
    pub href: String,
    pub icon: &'static str,
    /// 今天走访 9 户
    pub title: String,
    /// What it is about: names of places, never of persons.
    pub detail: String,
    /// The word on its button: 开始.
    pub act: String,
    /// How many wait; 0 says nothing is to be done, only that the door is there.
    pub count: usize,
    /// How many of them a figure on top counts.
    pub figure: Option<(TodayFigure, usize)>,
}

impl TodayLine {
    /// Something to do, and not only a door.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.count > 0
    }
}

/// A module's part of the page.
pub trait TodayPart: Send + Sync {
    /// Whom it may concern at all.
    fn access(&self) -> Access;

    /// Also waits for those who work at the desk; what has a page of the desk's own does not.
    fn for_desk(&self) -> bool {
        false
    }

    /// What waits for the caller, the next thing first. In a fixed number of queries.
    fn lines<'a>(&'a self, s: &'a Shell) -> BoxFuture<'a, Result<Vec<TodayLine>>>;
}

/// All parts, in the order they are shown; put into the application at start.
pub struct TodayParts(pub Vec<Arc<dyn TodayPart>>);

impl std::fmt::Debug for TodayParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TodayParts").field(&self.0.len()).finish()
    }
}

/// What waits for the caller, of all modules. At the desk only what has no page of the desk's own.
///
/// # Errors
/// Whatever a part's queries answer.
pub async fn today_lines(s: &Shell) -> Result<Vec<TodayLine>> {
    let Some(parts) = s.app().service::<TodayParts>() else {
        return Ok(Vec::new());
    };
    if !s.fully_in() {
        return Ok(Vec::new());
    }
    let street = s.on_street();
    let roles = s.ctx().roles();
    let open = parts
        .0
        .iter()
        .filter(|part| (street || part.for_desk()) && part.access().admits(&roles, true));
    let lines = try_join_all(open.map(|part| part.lines(s))).await?;
    Ok(lines.into_iter().flatten().collect())
}
