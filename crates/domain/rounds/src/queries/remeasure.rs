//! What whoever looks again may measure again: what a finding was judged by when it was made, where that was a number.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_checklist::{Form, Judgement, NodeKind, Question, Trigger, Words};
use youlin_database::Database;
use youlin_kernel::{CommunityId, Problem, Result};

use super::FindingView;
use crate::checklists;
use crate::entities::{hazard, judgement};
use crate::service::Rounds;

/// The number a finding was made by, and what was asked for it: it may be measured again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Remeasurable {
    /// What was asked, by language; nothing where nobody knows the checklist any more.
    #[schema(value_type = Object)]
    pub question: Words,
    /// What was measured then, against what.
    #[schema(value_type = Object)]
    pub judgement: Judgement,
    /// The question by itself, as checklists have it: what an answer has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub own: Option<Question>,
}

/// The judgement a finding was made by, when what it measured is a number.
pub(crate) async fn first_measured(
    conn: &impl ConnectionTrait,
    (community, finding): (CommunityId, Uuid),
) -> Result<Option<(judgement::Model, Judgement)>> {
    let row = judgement::Entity::find()
        .filter(judgement::Column::CommunityId.eq(community.0))
        .filter(judgement::Column::FindingId.eq(finding))
        .filter(judgement::Column::ReturnId.is_null())
        .one(conn)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let kept = read(&row)?;
    Ok(kept.measured.number().is_some().then_some((row, kept)))
}

fn read(row: &judgement::Model) -> Result<Judgement> {
    serde_json::from_str(&row.body).map_err(Problem::internal)
}

/// The question whose answer was judged: by the checklist's rule that led to the hazard, else by the first that is judged so.
pub(crate) fn asked<'a>(
    form: &'a Form,
    rule: Option<&str>,
    kept: &Judgement,
) -> Option<&'a Question> {
    let rules = &form.checklist().findings;
    let judged = rules.iter().filter_map(|one| match &one.trigger {
        Trigger::Judgement {
            rule: code,
            question,
            ..
        } if *code == kept.rule => Some((one.code.as_str(), question.as_str())),
        _ => None,
    });
    let all: Vec<(&str, &str)> = judged.collect();
    let named = all.iter().find(|(code, _)| Some(*code) == rule);
    let (_, question) = named.or_else(|| all.first())?;
    match &form.node(question)?.kind {
        NodeKind::Field(field) => Some(&field.question),
        _ => None,
    }
}

/// Of these findings what may be measured again; hazards only, nothing else is judged.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn remeasurable(
    rounds: &Rounds,
    db: &Database,
    findings: &[&FindingView],
) -> Result<HashMap<Uuid, Remeasurable>> {
    let mut communities: Vec<i64> = findings.iter().map(|one| one.community.0).collect();
    communities.sort_unstable();
    communities.dedup();
    let mut kept: Vec<(Uuid, Uuid, Judgement)> = Vec::new();
    let mut rules: HashMap<Uuid, Option<String>> = HashMap::new();
    for some in findings.chunks(500) {
        let ids = || some.iter().map(|one| one.id);
        let rows = judgement::Entity::find()
            .filter(judgement::Column::CommunityId.is_in(communities.iter().copied()))
            .filter(judgement::Column::FindingId.is_in(ids()))
            .filter(judgement::Column::ReturnId.is_null())
            .all(db.read())
            .await?;
        for row in rows {
            let one = read(&row)?;
            if let Some(finding) = row.finding_id.filter(|_| one.measured.number().is_some()) {
                kept.push((finding, row.round_id, one));
            }
        }
        let codes: Vec<(Uuid, Option<String>)> = hazard::Entity::find()
            .select_only()
            .columns([hazard::Column::Id, hazard::Column::Rule])
            .filter(hazard::Column::CommunityId.is_in(communities.iter().copied()))
            .filter(hazard::Column::Id.is_in(ids()))
            .into_tuple()
            .all(db.read())
            .await?;
        rules.extend(codes);
    }
    // Met again, it is the hazard on the list that is looked at, not what was noted then.
    kept.retain(|(finding, ..)| rules.contains_key(finding));
    let asked_on: HashSet<Uuid> = kept.iter().map(|(_, round, _)| *round).collect();
    let asked_on: Vec<Uuid> = asked_on.into_iter().collect();
    let names = super::rounds::checklists_of(db, &communities, asked_on).await?;
    let mut all = HashMap::with_capacity(kept.len());
    for (finding, round, judgement) in kept {
        let known = match names.get(&round) {
            Some((name, read_by)) => {
                let answered = (name.as_deref(), read_by.as_deref());
                checklists::answered_by(rounds, db.read(), answered).await?
            }
            None => None,
        };
        let rule = rules.get(&finding).and_then(Option::as_deref);
        let question = known
            .as_ref()
            .and_then(|known| asked(&known.form, rule, &judgement));
        let own = known
            .as_ref()
            .zip(question)
            .and_then(|(known, one)| known.form.by_itself(&one.name));
        let question = question.map_or_else(Words::new, |one| one.label.clone());
        all.insert(
            finding,
            Remeasurable {
                question,
                judgement,
                own,
            },
        );
    }
    Ok(all)
}
