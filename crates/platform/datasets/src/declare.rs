//! What a module says about a dataset of its own.

use std::collections::HashMap;

use futures::future::BoxFuture;
use jiff::civil::Date;
use uuid::Uuid;
use youlin_cube::{Measure, Schema, Table};
use youlin_database::Database;
use youlin_kernel::{
    AreaId, AreaTree, CommunityId, Ctx, Locale, Micros, Permission, Problem, Result, Scope,
};
use youlin_web::I18n;

use crate::Field;

/// A measure offered by name.
#[derive(Clone, Debug)]
pub struct NamedMeasure {
    /// Its name stands in the catalogue as `data-<dataset>-measure-<code>`.
    pub code: &'static str,
    pub measure: Measure,
}

/// A record in a list of evidence; everything personal masked.
#[derive(Clone, Debug, Default)]
pub struct RecordLine {
    pub title: String,
    /// Further words, most important first.
    pub facts: Vec<String>,
    /// Where it belongs; shown as far down as areas go, never as an address of a person.
    pub area: Option<AreaId>,
    /// Its page.
    pub href: String,
}

/// Something a form asks for that nobody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its key within the form.
    pub key: String,
    pub text: String,
}

/// A question of a form to one record's person that nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    pub form: Uuid,
    pub record: (CommunityId, Uuid),
    /// What is asked.
    pub text: String,
    pub since: Micros,
}

/// Records of one kind. Words of the catalogue: `data-<code>` names it, `data-<code>-hint` says what one record is,
/// `data-<code>-<dimension>` names a dimension.
pub trait Dataset: Send + Sync {
    fn schema(&self) -> Schema;

    /// What one must be allowed to see; also decides whose records are counted.
    fn permission(&self) -> &'static Permission;

    /// Measures besides the plain count.
    fn measures(&self) -> Vec<NamedMeasure> {
        Vec::new()
    }

    /// The dimension questions over time use unless they say another.
    fn time(&self) -> Option<&'static str> {
        None
    }

    /// Whether an event of that topic makes a community's table old.
    fn stale_by(&self, topic: &str) -> bool;

    /// All rows of a community, with the time each holds and was known.
    fn load<'a>(
        &'a self,
        db: &'a Database,
        tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>>;

    /// These records as the caller may see them now; those that are hidden are left out.
    fn describe<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        scope: &'a Scope,
        i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>>;

    /// What it takes, beyond the dataset's own permission, to count by this dimension or to filter by it.
    fn dim_permission(&self, _dim: &str) -> Option<&'static Permission> {
        None
    }

    /// What a list of records behind a figure can become (a visiting list): the key of the words on its button.
    fn hand_over_label(&self) -> Option<&'static str> {
        None
    }

    /// Makes it; answers with the address of its page. A module that can declares its label above and
    /// runs its own command here.
    ///
    /// # Errors
    /// 404 where nothing can be made of such records.
    fn hand_over<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _what: &'a HandOver<'a>,
    ) -> BoxFuture<'a, Result<String>> {
        Box::pin(std::future::ready(Err(Problem::not_found())))
    }

    /// What forms may be filled with, one record a line, the one that tells records apart first; none where records are
    /// counted only.
    fn fields(&self, _i18n: &I18n, _locale: Locale) -> Vec<Field> {
        Vec::new()
    }

    /// These fields of these records in the clear, for a purpose that is noted with every record concerned. `asked:<key>`
    /// is the answer to a question of that form. What needs a yes ([`Dataset::release`]) uses it up here.
    ///
    /// # Errors
    /// 404 where no fields are given; 403 or 404 outside what the caller may see in the clear; 409 without the yes it needs.
    fn hand_out<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _i18n: &'a I18n,
        _wanted: &'a Wanted,
    ) -> BoxFuture<'a, Result<HashMap<Uuid, Vec<String>>>> {
        Box::pin(std::future::ready(Err(Problem::not_found())))
    }

    /// What stands between these fields of so many records of a form and taking them out of the house.
    fn release<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _form: Uuid,
        _records: usize,
        _fields: &'a [String],
    ) -> BoxFuture<'a, Result<Release>> {
        Box::pin(std::future::ready(Ok(Release::Free)))
    }

    /// Asks a second person to say yes to it.
    ///
    /// # Errors
    /// 404 where nothing needs a yes.
    fn ask_release<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _asked: &'a AskedRelease,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(Err(Problem::not_found())))
    }

    /// Has these questions asked of these records' people the next time somebody sees them; answers how many are open.
    ///
    /// # Errors
    /// 404 where nobody can be asked.
    fn ask_next_time<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _form: Uuid,
        _questions: &'a [Question],
        _records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<usize>> {
        Box::pin(std::future::ready(Err(Problem::not_found())))
    }

    /// How many of a form's questions nobody has answered yet, as far as the caller may take them back.
    fn open_questions<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _form: Uuid,
    ) -> BoxFuture<'a, Result<usize>> {
        Box::pin(std::future::ready(Ok(0)))
    }

    /// How many questions of each of these forms nobody has answered yet, of records the caller may see.
    fn count_unanswered<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _forms: &'a [Uuid],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, usize>>> {
        Box::pin(std::future::ready(Ok(HashMap::new())))
    }

    /// Exactly these questions, the oldest first.
    fn unanswered<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _forms: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Unanswered>>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Takes a form's unanswered questions back; answers how many there were. What was answered stays.
    fn withdraw_questions<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _form: Uuid,
    ) -> BoxFuture<'a, Result<usize>> {
        Box::pin(std::future::ready(Ok(0)))
    }

    /// Every value a choice or label may have, held by somebody or not, for those who compose questions: "nobody in the
    /// building has …" asks for one that may not occur.
    fn values(&self, _dim: &str) -> Vec<String> {
        Vec::new()
    }

    /// A value of a choice or a label in the reader's language.
    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String;
}

/// The records behind a figure, to be made something of.
#[derive(Clone, Copy, Debug)]
pub struct HandOver<'a> {
    pub title: &'a str,
    pub records: &'a [(CommunityId, Uuid)],
    /// The question takes more than seeing the records ([`Dataset::dim_permission`]): why they were found is for those who may
    /// ask it.
    pub sensitive: bool,
}

/// What is handed out, and why.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub records: Vec<(CommunityId, Uuid)>,
    pub fields: Vec<String>,
    pub purpose: String,
    /// The form, for answers to its questions.
    pub form: Uuid,
}

/// How taking records of a form out of the house stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// So few that one takes them alone.
    Free,
    /// More than `free`: a second person must say yes first.
    Needed { free: u64 },
    /// Nobody has answered yet; `page` is where it is answered.
    Waiting { since: Micros, page: &'static str },
    /// May be taken once, for the purpose that was said yes to.
    Granted { by: String, purpose: String },
    Declined {
        by: String,
        answer: String,
        free: u64,
    },
}

/// What a second person is to say yes to.
#[derive(Clone, Debug)]
pub struct AskedRelease {
    pub form: Uuid,
    /// Where it is taken afterwards: the page of the form, within the site.
    pub page: String,
    pub area: AreaId,
    pub purpose: String,
    pub records: Vec<(CommunityId, Uuid)>,
}

/// Local time ahead of UTC, microseconds.
#[must_use]
pub fn local_offset(at: Micros) -> i64 {
    i64::from(at.local().offset().seconds()) * Micros::SECOND
}

/// The number a date has in tables.
#[must_use]
pub fn day_number(day: Date) -> i32 {
    youlin_cube::day::number(day.year().into(), day.month().into(), day.day().into())
}

/// When a record was entered: ids carry their time.
#[must_use]
pub fn known_since(id: Uuid) -> i64 {
    id.get_timestamp().map_or(i64::MIN, |at| {
        let (seconds, nanos) = at.to_unix();
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        seconds
            .saturating_mul(Micros::SECOND)
            .saturating_add(i64::from(nanos) / 1_000)
    })
}
