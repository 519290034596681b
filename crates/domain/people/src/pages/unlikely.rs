//! What is possible and seldom true: it is asked once, and taken when somebody says that it is so.

use uuid::Uuid;
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_web::{App, Shell};

use crate::fields::{Faults, LIVES_ALONE};
use crate::permissions::PEOPLE_READ;
use crate::{Directory, Vault};

/// A step with questions that are still open: it is refused with everything that is wrong with it and what is asked, and
/// nothing of it is kept.
#[derive(Debug)]
pub(super) struct Asked<C> {
    pub(super) step: C,
    pub(super) open: Option<Problem>,
}

impl<C: Command> Command for Asked<C> {
    type Output = C::Output;
    const NAME: &'static str = C::NAME;

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<C::Output> {
        let done = self.step.run(ctx, tx).await;
        let Some(open) = &self.open else {
            return done;
        };
        let mut faults = Faults::default();
        faults.mend(done.map(|_undone| ()))?;
        faults.take::<()>(Err(open.clone()));
        faults.done()?;
        Err(open.clone())
    }
}

/// Nobody in the country is known to be older; a sheet that lost a birthday says 1900-01-01.
const OLDEST: i32 = 115;

/// Somebody is said to live alone where others are registered.
pub(super) async fn alone(
    app: &App,
    s: &Shell,
    (community, person): (CommunityId, Option<Uuid>),
    dwelling: Option<Uuid>,
    (labels, sure): (&[String], bool),
) -> Result<()> {
    let vault = app.need::<Vault>()?;
    let catalogue = vault.labels();
    let says = |label: &String| catalogue.meant(label.trim()).as_deref() == Some(LIVES_ALONE);
    let Some(dwelling) = dwelling.filter(|_| !sure && labels.iter().any(says)) else {
        return Ok(());
    };
    let db = app.db().read();
    let mut others = Directory::living_in(db, community, dwelling).await?;
    if let Some(person) = person {
        others.remove(&person);
    }
    if others.is_empty() {
        return Ok(());
    }
    let scope = s.ctx().scope(&PEOPLE_READ)?;
    let others: Vec<_> = others.into_iter().map(|id| (community.0, id)).collect();
    let cards = Directory::cards_at(db, &vault, &scope, &others).await?;
    let unseen = others.len().saturating_sub(cards.len());
    let mut names: Vec<String> = cards.into_iter().map(|card| card.name_masked).collect();
    names.extend(std::iter::repeat_n(s.t("dwelling-life-somebody"), unseen));
    let names = names.join("、");
    Err(Problem::invalid("alone", "alone-with").field_arg("who", names))
}

/// A birthday that makes somebody older than anybody.
pub(super) fn very_old(s: &Shell, birth: &str, sure: bool) -> Result<()> {
    let today = s.ctx().now().local().date();
    // What cannot be read is refused by its own sentence.
    let (born, year) = crate::fields::born(birth, today).unwrap_or_default();
    let age = crate::age_on(born, year, today).map(|age| age.years);
    match age.filter(|age| *age > OLDEST && !sure) {
        Some(age) => Err(Problem::invalid("old", "birth-very-old").field_arg("age", age)),
        None => Ok(()),
    }
}
