//! A round as the telephone says it.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use youlin_kernel::{CommunityId, Ctx, Result};
use youlin_rounds::checklists::told_by_answers;
use youlin_rounds::model::Channel;
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_rounds::{NewRound, Rounds, ToldHazard, day_begun, prepare_inspection, told_hazards};
use youlin_web::App;

use super::Item;
use super::body::read_as;
use super::deliver::Act;

/// What a finding follows from, where nobody has put it in words of their own: the answers' rule, and which of the repeats.
#[derive(Debug, Deserialize)]
struct Follows {
    rule: String,
    #[serde(default)]
    place: Vec<u32>,
}

/// Id, channel and clock are the item's: a body cannot say otherwise.
pub(super) async fn round(app: &App, ctx: &Ctx, item: &Item) -> Result<(CommunityId, Act)> {
    let mut body: Map<String, Value> = read_as(&item.body)?;
    body.insert("id".into(), json!(item.id));
    body.insert("channel".into(), json!(Channel::Field));
    body.insert("sent_at".into(), json!(item.sent_at));
    let told: Vec<ToldHazard> = match body.remove("hazards") {
        Some(told) => read_as(&told)?,
        None => Vec::new(),
    };
    let follows = follows(&mut body)?;
    let mut new: NewRound = read_as(&Value::Object(body))?;
    let community = new.community;
    let rounds = app.need::<Rounds>()?;
    say(app, ctx, &rounds, &mut new, follows).await?;
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let hazards = told_hazards(app.db(), &scope, new.subject, told).await?;
    let command = prepare_inspection(&rounds, app.db(), ctx, new, hazards).await?;
    Ok((community, Act::Round(Box::new(command))))
}

/// Takes out of each finding what it follows from.
fn follows(body: &mut Map<String, Value>) -> Result<Vec<Option<Follows>>> {
    let findings = body.get_mut("findings").and_then(Value::as_array_mut);
    let all = findings.into_iter().flatten().map(|finding| {
        let follows = finding
            .as_object_mut()
            .and_then(|one| one.remove("follows"));
        follows.as_ref().map(read_as).transpose()
    });
    all.collect()
}

/// Words nobody wrote are said here as for every other way a round comes in; those the telephone sent stay where the answers
/// lead to something else here.
async fn say(
    app: &App,
    ctx: &Ctx,
    rounds: &Rounds,
    new: &mut NewRound,
    follows: Vec<Option<Follows>>,
) -> Result<()> {
    let (Some(checklist), true) = (&new.checklist, follows.iter().any(Option::is_some)) else {
        return Ok(());
    };
    let day = day_begun(ctx, (new.began_at, new.ended_at), new.sent_at);
    let answers = (checklist.as_str(), &new.answers, day);
    let told = told_by_answers(rounds, app.db(), ctx, app.i18n(), answers).await?;
    for (finding, follows) in new.findings.iter_mut().zip(follows) {
        let Some(follows) = follows else {
            continue;
        };
        let mut told = told.iter();
        let same = told.find(|(rule, place, _)| (rule, place) == (&follows.rule, &follows.place));
        if let Some((_, _, told)) = same {
            finding.text.clone_from(&told.text);
        }
    }
    Ok(())
}
