//! A submission is taken: once, with everything that follows from it, in one transaction.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, IdempotencyKey, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result, Scope};
use youlin_people::FieldPlace;
use youlin_rounds::model::{FindingState, Short};
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_rounds::{FiledFinding, HandIn, HandedIn, prepare_known};
use youlin_xforms::{Instance, Meta};

use super::attach::attach;
use super::found::id_of;
use super::meaning::{self, Meaning, Photographs};
use super::posted::Posted;
use crate::call::Call;
use crate::entities::openrosa_submission;
use crate::published;

/// Characters of what a client calls an instance.
const MOST_ID: usize = 250;

/// What became of it, for whoever sent it.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) meta: Meta,
    /// It was here before.
    pub(super) again: bool,
    pub(super) findings: usize,
    pub(super) cases: usize,
    /// Kept beside the policy it named.
    pub(super) is_extra: bool,
    /// What it lacks of what that policy asks, where it is that.
    pub(super) short: Option<Short>,
    /// Taken in this request.
    pub(super) photographs: usize,
    pub(super) is_incomplete: bool,
    /// Read by another version than it was filled in; none: by the very one.
    pub(super) other_version: Option<Version>,
    pub(super) received_at: Micros,
}

/// How the version of the phone stands to the newest one here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Older,
    /// Nothing here was ever published under it.
    Unknown,
}

/// Takes what was posted.
pub(super) async fn take(call: &Call, posted: Posted) -> Result<Taken> {
    let scope = call.ctx.scope(&ROUNDS_WALK)?;
    let sent = Instance::read(&posted.xml).map_err(meaning::wrong)?;
    let meta = sent.meta.clone();
    let named = [&meta.form_id, &meta.version, &meta.instance_id];
    if named.iter().any(|name| name.chars().count() > MOST_ID) {
        return Err(Problem::new(ProblemKind::Malformed, "openrosa-no-instance"));
    }
    let round = round_id(call, &meta.instance_id);
    let fingerprint = hex::encode(Sha256::digest(posted.xml.as_bytes()));
    // Before anything is checked: what was taken is not refused because something went meanwhile.
    let known = known(call, &scope, round).await?;
    if known
        .as_ref()
        .is_some_and(|row| row.fingerprint != fingerprint)
    {
        return Err(other_content());
    }
    let form = format!("{}@{}", meta.form_id, meta.version);
    let found = published::filled(call, &form).await?;
    let other = found.as_ref().filter(|(_, exact)| !exact);
    let other_version = other.map(|(ready, _)| {
        if meaning::is_newer(&meta.version, ready.version()) {
            Version::Unknown
        } else {
            Version::Older
        }
    });
    let (done, again, photographs) = match (known, found) {
        (Some(row), Some((ready, _))) => {
            let photographs = meaning::photographs(call, &ready, round, &sent).await?;
            (row, true, photographs)
        }
        (Some(row), None) => (row, true, Photographs::new()),
        (None, None) => {
            let unknown = Problem::new(ProblemKind::NotFound, "openrosa-form");
            return Err(unknown.arg("form", &meta.form_id));
        }
        (None, Some((ready, exact))) => {
            refuse_edited(call, &scope, &meta).await?;
            let read = (ready.as_ref(), exact);
            let meaning = meaning::read(call, &scope, read, round, &sent).await?;
            let photographs = meaning.photographs.clone();
            let row = row(call, &meaning, &meta, (form, ready.name()), fingerprint);
            let row = seal(call, row, meaning.is_kept.then_some(posted.xml.as_str()))?;
            let (done, again) = hand_in(call, &scope, meaning, row).await?;
            (done, again, photographs)
        }
    };
    let handed: HandedIn = serde_json::from_str(&done.answer).map_err(Problem::internal)?;
    let count = attach(call, &handed, &photographs, posted.files).await?;
    let of_case = |one: &&FiledFinding| one.state == FindingState::Case;
    Ok(Taken {
        meta,
        again,
        findings: handed.findings.len(),
        is_extra: handed.extra,
        short: handed.short,
        cases: handed.findings.iter().filter(of_case).count(),
        photographs: count,
        is_incomplete: posted.is_incomplete,
        other_version,
        received_at: Micros(done.received_at),
    })
}

/// The round an instance of this account becomes.
fn round_id(call: &Call, instance: &str) -> Uuid {
    id_of(&[b"openrosa", call.account.as_bytes(), instance.as_bytes()])
}

async fn known(call: &Call, scope: &Scope, id: Uuid) -> Result<Option<openrosa_submission::Model>> {
    // Not `one`: SQLite plans a statement anew whenever its LIMIT is bound, which takes longer than looking one row up.
    let found = openrosa_submission::Entity::find()
        .filter(openrosa_submission::Column::CommunityId.is_in(scope.communities()))
        .filter(openrosa_submission::Column::Id.eq(id))
        .all(call.app.db().read())
        .await?;
    Ok(found.into_iter().next())
}

/// After a failure that may be two rows of one key.
async fn known_meanwhile(
    call: &Call,
    scope: &Scope,
    id: Uuid,
    problem: &Problem,
) -> Result<Option<openrosa_submission::Model>> {
    match problem.kind() {
        ProblemKind::Internal | ProblemKind::Unavailable => known(call, scope, id).await,
        _ => Ok(None),
    }
}

fn other_content() -> Problem {
    Problem::new(ProblemKind::Conflict, "openrosa-other-content")
}

/// What was sent and edited afterwards would be a second round: its first one, and its cases, are under way.
async fn refuse_edited(call: &Call, scope: &Scope, meta: &Meta) -> Result<()> {
    let Some(before) = &meta.deprecated_id else {
        return Ok(());
    };
    match known(call, scope, round_id(call, before)).await? {
        Some(_) => Err(Problem::new(ProblemKind::Conflict, "openrosa-edited")),
        None => Ok(()),
    }
}

/// What is written down of it; what became of it is filled in when it is taken.
fn row(
    call: &Call,
    meaning: &Meaning,
    meta: &Meta,
    (form, read_as): (String, String),
    fingerprint: String,
) -> openrosa_submission::Model {
    openrosa_submission::Model {
        community_id: meaning.new.community.0,
        id: meaning.new.id,
        version: 1,
        account_id: call.account,
        instance_id: meta.instance_id.clone(),
        form,
        read_as,
        fingerprint,
        xml_sealed: None,
        answer: String::new(),
        received_at: call.ctx.now().0,
    }
}

fn seal(
    call: &Call,
    mut row: openrosa_submission::Model,
    xml: Option<&str>,
) -> Result<openrosa_submission::Model> {
    if let Some(xml) = xml {
        let at = FieldPlace::new("openrosa_submission", "xml", row.community_id, row.id);
        row.xml_sealed = Some(call.service.vault.seal(&call.ctx, at, xml)?);
    }
    Ok(row)
}

/// Takes it, and says whether it was there by now.
async fn hand_in(
    call: &Call,
    scope: &Scope,
    meaning: Meaning,
    row: openrosa_submission::Model,
) -> Result<(openrosa_submission::Model, bool)> {
    let Meaning { new, known, .. } = meaning;
    let key = format!("openrosa:{}", row.id);
    let key = IdempotencyKey::new(new.community, &key, Submit::NAME, &row.fingerprint)?;
    let rounds = &call.service.rounds;
    let prepared = prepare_known(rounds, call.app.db(), &call.ctx, new, known).await?;
    let hand_in = prepared.taken_once();
    let submit = Submit {
        hand_in,
        row: row.clone(),
    };
    match call
        .app
        .db()
        .execute_once(&call.ctx, Some(key), submit)
        .await
    {
        Ok(done) => {
            let answer = serde_json::to_string(&done).map_err(Problem::internal)?;
            Ok((openrosa_submission::Model { answer, ..row }, false))
        }
        Err(problem) if problem.code() == "idempotency-reused" => Err(other_content()),
        // The same came by two requests at once, and the other one was faster.
        Err(problem) => match known_meanwhile(call, scope, row.id, &problem).await? {
            Some(held) if held.fingerprint == row.fingerprint => Ok((held, true)),
            Some(_) => Err(other_content()),
            None => Err(problem),
        },
    }
}

/// The round and the note that it was taken.
#[derive(Debug)]
struct Submit {
    hand_in: HandIn,
    row: openrosa_submission::Model,
}

impl Command for Submit {
    type Output = HandedIn;
    const NAME: &'static str = "openrosa.submit";

    fn blind(&self) -> bool {
        self.hand_in.blind()
    }

    fn make_ready(&self, ctx: &Ctx) {
        self.hand_in.make_ready(ctx);
    }

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<HandedIn> {
        let done = self.hand_in.run(ctx, tx).await?;
        let row = openrosa_submission::Model {
            answer: serde_json::to_string(&done).map_err(Problem::internal)?,
            ..self.row.clone()
        };
        let community = CommunityId(row.community_id);
        let entry = AuditEntry::new(Self::NAME, "openrosa_submission", row.id)
            .detail(json!({ "form": row.form }));
        tx.insert::<openrosa_submission::Entity>(row).await?;
        tx.audit(ctx, community, entry);
        Ok(done)
    }
}
