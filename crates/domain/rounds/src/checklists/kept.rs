//! Finding a checklist by its name: one that comes with the house, or one a place keeps. A round keeps `id@version` of what
//! it answered, so that an older or withdrawn version stays readable; a version that is not held here (a form made
//! elsewhere, a draft that was dropped) is read by the newest one of its id at that time, which is kept with the round, and
//! that is said.

use std::sync::{Arc, PoisonError};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use youlin_checklist::{Checklist, Form, is_shipped, shipped};
use youlin_database::Database;
use youlin_kernel::{CommunityId, Micros, Problem, Result};

use super::shipped_form;
use crate::entities::checklist;
use crate::model::{ChecklistState, SubjectKind};
use crate::service::Rounds;

/// A checklist under the name of a round.
#[derive(Clone, Debug)]
pub struct Known {
    pub form: Arc<Form>,
    /// The name the answers are read by; another than asked for when that version is not held.
    pub name: String,
    pub exact: bool,
    pub withdrawn_at: Option<Micros>,
}

/// The published or withdrawn checklist of exactly this name and version.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn form(rounds: &Rounds, db: &Database, name: &str) -> Result<Option<Arc<Form>>> {
    form_on(rounds, db.read(), name).await
}

async fn form_on(
    rounds: &Rounds,
    conn: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<Arc<Form>>> {
    if let Some(held) = held(rounds, name) {
        return Ok(Some(held));
    }
    if let Some(form) = shipped_form(name) {
        return Ok(Some(keep(rounds, name, form)));
    }
    let Some((code, number)) = parts(name) else {
        return Ok(None);
    };
    match row(conn, code, number).await? {
        Some(row) if row.state != ChecklistState::Draft.as_str() => {
            Ok(Some(keep(rounds, name, built(&row)?)))
        }
        _ => Ok(None),
    }
}

/// The checklist of this name, or the newest version of its id when that version is not held; none when nobody knows
/// the id.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn known(rounds: &Rounds, db: &Database, name: &str) -> Result<Option<Known>> {
    known_on(rounds, db.read(), name).await
}

/// The same, asked in whatever somebody is doing.
///
/// # Errors
/// 503 when the database does not answer.
async fn known_on(
    rounds: &Rounds,
    conn: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<Known>> {
    let code = name.split_once('@').map_or(name, |(code, _)| code);
    if let Some(form) = form_on(rounds, conn, name).await? {
        let withdrawn_at = match parts(name) {
            Some((code, number)) if !is_shipped(code) => row(conn, code, number)
                .await?
                .and_then(|row| row.withdrawn_at.map(Micros)),
            _ => None,
        };
        return Ok(Some(Known {
            form,
            name: name.to_owned(),
            exact: true,
            withdrawn_at,
        }));
    }
    let newest = match shipped(code) {
        Some(one) => Some(format!("{code}@{}", one.version)),
        None => newest(conn, code).await?,
    };
    let Some(newest) = newest else {
        return Ok(None);
    };
    let found = form_on(rounds, conn, &newest).await?;
    Ok(found.map(|form| Known {
        form,
        name: newest,
        exact: false,
        withdrawn_at: None,
    }))
}

/// The version by which answers to one that nobody here knows are read from now on; none where that one is known.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn read_by(rounds: &Rounds, db: &Database, name: &str) -> Result<Option<String>> {
    if form(rounds, db, name).await?.is_some() {
        return Ok(None);
    }
    Ok(known(rounds, db, name).await?.map(|known| known.name))
}

/// The checklist by which the answers of a round are read: the one it names, or the one they were read by when they came.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn answered_by(
    rounds: &Rounds,
    conn: &impl ConnectionTrait,
    (name, read_by): (Option<&str>, Option<&str>),
) -> Result<Option<Known>> {
    match (name, read_by) {
        (None, _) => Ok(None),
        (Some(name), None) => known_on(rounds, conn, name).await,
        (Some(_), Some(then)) => {
            let known = known_on(rounds, conn, then).await?;
            Ok(known.map(|known| Known {
                exact: false,
                ..known
            }))
        }
    }
}

fn parts(name: &str) -> Option<(&str, i32)> {
    let (code, number) = name.split_once('@')?;
    Some((code, number.parse().ok()?))
}

/// Whether a round to such a subject can be asked by this checklist: it is published (or was), and meant for it.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn fits(
    conn: &impl ConnectionTrait,
    name: &str,
    subject: SubjectKind,
) -> Result<bool> {
    let subjects = match (shipped_form(name), parts(name)) {
        (Some(form), _) => form.checklist().subjects.clone(),
        (None, Some((code, number))) => match row(conn, code, number).await? {
            Some(row) if row.state != ChecklistState::Draft.as_str() => {
                built(&row)?.checklist().subjects.clone()
            }
            _ => return Ok(false),
        },
        (None, None) => return Ok(false),
    };
    Ok(subjects.is_empty() || subjects.iter().any(|one| one == subject.as_str()))
}

async fn row(
    conn: &impl ConnectionTrait,
    code: &str,
    number: i32,
) -> Result<Option<checklist::Model>> {
    Ok(checklist::Entity::find()
        .filter(checklist::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(checklist::Column::Code.eq(code))
        .filter(checklist::Column::Number.eq(number))
        .one(conn)
        .await?)
}

async fn newest(conn: &impl ConnectionTrait, code: &str) -> Result<Option<String>> {
    let row = checklist::Entity::find()
        .filter(checklist::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(checklist::Column::Code.eq(code))
        .filter(checklist::Column::State.ne(ChecklistState::Draft.as_str()))
        .order_by_desc(checklist::Column::Number)
        .one(conn)
        .await?;
    Ok(row.map(|row| format!("{}@{}", row.code, row.number)))
}

/// A published row is always sound: it was checked when it was published.
fn built(row: &checklist::Model) -> Result<Form> {
    let checklist: Checklist = serde_json::from_str(&row.content).map_err(Problem::internal)?;
    Form::build(checklist).map_err(|faults| {
        Problem::internal(format!(
            "{}@{}: {} faults",
            row.code,
            row.number,
            faults.len()
        ))
    })
}

fn held(rounds: &Rounds, name: &str) -> Option<Arc<Form>> {
    let forms = rounds.forms.read().unwrap_or_else(PoisonError::into_inner);
    forms.get(name).map(Arc::clone)
}

fn keep(rounds: &Rounds, name: &str, form: Form) -> Arc<Form> {
    let form = Arc::new(form);
    let mut forms = rounds.forms.write().unwrap_or_else(PoisonError::into_inner);
    forms.insert(name.to_owned(), Arc::clone(&form));
    form
}
