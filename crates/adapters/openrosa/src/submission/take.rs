//! A submission is taken: once, with everything that follows from it, in one transaction.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, IdempotencyKey, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result, Scope};
use youlin_people::FieldPlace;
use youlin_rounds::model::FindingState;
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_rounds::{HandIn, HandedIn, prepare_known};
use youlin_xforms::Meta;

use super::attach::attach;
use super::found::id_of;
use super::meaning::{self, Meaning};
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
    pub(super) subject: String,
    /// It was here before.
    pub(super) again: bool,
    pub(super) findings: usize,
    pub(super) cases: usize,
    /// Taken in this request.
    pub(super) photographs: usize,
    pub(super) is_incomplete: bool,
    pub(super) is_older: bool,
    pub(super) received_at: Micros,
}

/// Takes what was posted.
pub(super) async fn take(call: &Call, posted: Posted) -> Result<Taken> {
    let scope = call.ctx.scope(&ROUNDS_WALK)?;
    let meta = Meta::read(&posted.xml).map_err(meaning::wrong)?;
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
    if known.is_none() {
        refuse_edited(call, &scope, &meta).await?;
    }
    let form = format!("{}@{}", meta.form_id, meta.version);
    let Some((ready, exact)) = published::filled(call, &form).await? else {
        return Err(Problem::new(ProblemKind::NotFound, "openrosa-form").arg("form", &meta.form_id));
    };
    let meaning = meaning::read(call, &scope, &ready, exact, round, &posted.xml).await?;
    let subject = meaning.known.subject.name.clone();
    let photographs = meaning.photographs.clone();
    let answered = |row: openrosa_submission::Model| -> Result<HandedIn> {
        serde_json::from_str(&row.answer).map_err(Problem::internal)
    };
    let (done, again) = match known {
        Some(row) => (answered(row)?, true),
        None => {
            let named = (meta.instance_id.as_str(), form, ready.name());
            match hand_in(call, meaning, named, &fingerprint, &posted.xml).await {
                Ok(done) => (done, false),
                // The same came by two requests at once, and the other one was faster.
                Err(problem) => match known_meanwhile(call, &scope, round, &problem).await? {
                    Some(row) if row.fingerprint == fingerprint => (answered(row)?, true),
                    Some(_) => return Err(other_content()),
                    None => return Err(problem),
                },
            }
        }
    };
    let count = attach(call, &done, &photographs, posted.files).await?;
    let cases = |done: &HandedIn| {
        let of_case = done
            .findings
            .iter()
            .filter(|one| one.state == FindingState::Case);
        of_case.count()
    };
    Ok(Taken {
        meta,
        subject,
        again,
        findings: done.findings.len(),
        cases: cases(&done),
        photographs: count,
        is_incomplete: posted.is_incomplete,
        is_older: !exact,
        received_at: call.ctx.now(),
    })
}

/// The round an instance of this account becomes.
fn round_id(call: &Call, instance: &str) -> Uuid {
    id_of(&[b"openrosa", call.account.as_bytes(), instance.as_bytes()])
}

async fn known(call: &Call, scope: &Scope, id: Uuid) -> Result<Option<openrosa_submission::Model>> {
    Ok(openrosa_submission::Entity::find()
        .filter(openrosa_submission::Column::CommunityId.is_in(scope.communities()))
        .filter(openrosa_submission::Column::Id.eq(id))
        .one(call.app.db().read())
        .await?)
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

/// `(instance, form, read as)`.
type Named<'a> = (&'a str, String, String);

async fn hand_in(
    call: &Call,
    meaning: Meaning,
    named: Named<'_>,
    fingerprint: &str,
    xml: &str,
) -> Result<HandedIn> {
    let (instance, form, read_as) = named;
    let Meaning {
        new,
        known,
        is_kept,
        ..
    } = meaning;
    let (round, community) = (new.id, new.community);
    let xml_sealed = if is_kept {
        let at = FieldPlace::new("openrosa_submission", "xml", community.0, round);
        Some(call.service.vault.seal(&call.ctx, at, xml)?)
    } else {
        None
    };
    let hand_in = prepare_known(&call.service.rounds, &call.ctx, new, known)?.taken_once();
    let submit = Submit {
        hand_in,
        row: openrosa_submission::Model {
            community_id: community.0,
            id: round,
            version: 1,
            account_id: call.account,
            instance_id: instance.to_owned(),
            form,
            read_as,
            fingerprint: fingerprint.to_owned(),
            xml_sealed,
            answer: String::new(),
            received_at: call.ctx.now().0,
        },
    };
    let key = format!("openrosa:{round}");
    let key = IdempotencyKey::new(community, &key, Submit::NAME, &fingerprint)?;
    let done = call
        .app
        .db()
        .execute_once(&call.ctx, Some(key), submit)
        .await;
    done.map_err(|problem| match problem.code() {
        "idempotency-reused" => other_content(),
        _ => problem,
    })
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
