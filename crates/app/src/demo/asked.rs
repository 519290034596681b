//! What else policies of the example ask for: a talk at the river every month, and a monthly look at old markets, chosen by a
//! question to the register and scored by a checklist of the community's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::json;
use uuid::Uuid;
use youlin_datasets::cube::{Filter, Op, Query, Test, Value};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros};
use youlin_people::{Directory, OrganisationKind, Party};
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{Premises, PremisesFilter};
use youlin_places::rivers::reaches;
use youlin_rounds::model::{
    Channel, Outcome, Policy, RoundKind, Subject, SubjectKind, Talk, Walkers,
};
use youlin_rounds::permissions::may_walk;
use youlin_rounds::{NewRound, PublishChecklist, Rounds, SaveChecklist, SavePolicy, prepare};

use super::rivers::{monthly, plain, signed_in};
use crate::House;
use crate::assets::example;

/// Plays both, at the clock's present moment; answers how many policies there are more.
pub(crate) async fn play(house: &House) -> Result<usize> {
    let service = house.ctx(super::SAYS);
    talk(house, &service).await?;
    market(house, &service).await?;
    Ok(2)
}

/// The volunteers tell people about their river once a month, and did so the day before yesterday.
async fn talk(house: &House, service: &Ctx) -> Result<()> {
    let scope = service.scope(&PLACES_READ).map_err(plain)?;
    let green = signed_in(house, "green").await?;
    let lines = reaches(&house.db, &scope).await.map_err(plain)?;
    let reach = lines
        .into_iter()
        .find(|line| may_walk(&green, line.community, &[]).is_ok())
        .context("no reach of the volunteers")?;
    let db = house.db.read();
    let all = Directory::organisations(db, &scope, Some(OrganisationKind::VolunteerTeam));
    let team = all
        .await
        .map_err(plain)?
        .into_iter()
        .find(|one| one.community == reach.community)
        .context("no volunteers")?;
    let party = Party::organisation(team.id);
    let asks = Policy {
        kind: RoundKind::Talk,
        ..monthly(service, SubjectKind::Reach, Walkers::Party { party })
    };
    let save = saved(reach.community, "志愿队每月护河宣传", asks);
    let asked = house.db.execute(service, save).await.map_err(plain)?;
    let new = NewRound {
        kind: RoundKind::Talk,
        text: "孩子们在桥头看了水样，带了宣传单回家。".to_owned(),
        talk: Some(Talk {
            reached: 42,
            topic: "孩子们认识我们的河".to_owned(),
            handed_out: "宣传单 60 份、环保袋 40 个".to_owned(),
            by: Some(party),
        }),
        ..round(
            &green,
            reach.community,
            (SubjectKind::Reach, reach.id),
            asked,
        )
    };
    hand_in(house, &green, new).await
}

/// Markets of before 2000 are looked at every month, by a checklist with points and a pass mark.
async fn market(house: &House, service: &Ctx) -> Result<()> {
    let scope = service.scope(&PLACES_READ).map_err(plain)?;
    let filter = PremisesFilter {
        text: "中原综合批发市场".to_owned(),
        ..PremisesFilter::default()
    };
    let found = Premises::list(house.db.read(), &scope, &filter, 1)
        .await
        .map_err(plain)?;
    let market = found.into_iter().next().context("no market")?;
    let checklist = checklist(house, service, market.community).await?;
    let test = |dim: &str, op, value| {
        Filter::Test(Test {
            dim: dim.to_owned(),
            op,
            values: vec![value],
        })
    };
    let question = Query {
        dataset: "premises".to_owned(),
        filter: Filter::All(vec![
            test("premises_kind", Op::Is, Value::Text("market".to_owned())),
            test("built_year", Op::Lt, Value::Number(2000)),
        ]),
        ..Query::default()
    };
    let asks = Policy {
        question: Some(question),
        ..monthly(service, SubjectKind::Premises, Walkers::GridWorker)
    };
    let save = SavePolicy {
        checklist: Some(checklist.clone()),
        ..saved(market.community, "老市场消防每月查", asks)
    };
    let asked = house.db.execute(service, save).await.map_err(plain)?;
    let worker = signed_in(house, "grid-glt-1").await?;
    let answers = json!({
        "lane": "partly", "aisle": "3.4", "exits": "yes", "extinguishers": "yes", "hydrant": "yes",
        "wiring": "loose", "off": "yes",
    });
    let subject = (SubjectKind::Premises, market.id);
    let new = NewRound {
        checklist: Some(checklist),
        answers: serde_json::from_value(answers)?,
        text: "南门内有两处占用，当场让开。".to_owned(),
        ..round(&worker, market.community, subject, asked)
    };
    hand_in(house, &worker, new).await
}

/// The community's own checklist, in use.
async fn checklist(house: &House, ctx: &Ctx, community: CommunityId) -> Result<String> {
    let text = example("checklist.json").map_err(anyhow::Error::msg)?;
    let rounds: Arc<Rounds> = house.app.need().map_err(plain)?;
    let save = SaveChecklist {
        known: None,
        area: AreaId::from(community),
        checklist: serde_json::from_str(&text)?,
        copied_from: None,
    };
    let saved = house.db.execute(ctx, save).await.map_err(plain)?;
    let publish = PublishChecklist {
        rounds,
        id: saved.id,
        version: 1,
    };
    house.db.execute(ctx, publish).await.map_err(plain)?;
    Ok(saved.name)
}

fn saved(community: CommunityId, title: &str, policy: Policy) -> SavePolicy {
    SavePolicy {
        community,
        known: None,
        title: title.to_owned(),
        policy,
        subjects: Vec::new(),
        fixer: None,
        checklist: None,
    }
}

/// An hour of the day before yesterday.
fn round(
    ctx: &Ctx,
    community: CommunityId,
    (kind, id): (SubjectKind, Uuid),
    policy: Uuid,
) -> NewRound {
    let began = ctx.now().plus(-2 * Micros::DAY - Micros::HOUR);
    NewRound {
        id: ctx.new_id(),
        kind: RoundKind::Inspection,
        community,
        subject: Subject { kind, id },
        policy: Some(policy),
        outcome: Outcome::Done,
        channel: Channel::Field,
        began_at: began,
        ended_at: began.plus(50 * Micros::MINUTE),
        sent_at: None,
        text: String::new(),
        checklist: None,
        answers: BTreeMap::new(),
        findings: Vec::new(),
        reason: String::new(),
        try_again_at: None,
        photographs: 0,
        told_by: None,
        on_behalf: false,
        track: None,
        talk: None,
    }
}

async fn hand_in(house: &House, ctx: &Ctx, new: NewRound) -> Result<()> {
    let rounds: Arc<Rounds> = house.app.need().map_err(plain)?;
    let command = prepare(&rounds, &house.db, ctx, new).await.map_err(plain)?;
    house.db.execute(ctx, command).await.map_err(plain)?;
    Ok(())
}
