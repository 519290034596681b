//! The morning of the example's grid worker: nine visits with every reason there is. What makes them is entered as it would
//! be in life: a policy, a form with questions left, somebody back from hospital, somebody who moved in, a door behind
//! which nobody was yesterday. The nine are then proposed by the same rule as everywhere.

use std::sync::Arc;

use anyhow::{Context, Result};
use rust_xlsxwriter::Workbook;
use uuid::Uuid;
use youlin_insight::{Column, Every as Times, Mapping, Rows, SaveForm, Source};
use youlin_kernel::{AreaId, CommunityId, Ctx, ManualClock, Micros};
use youlin_people::facts::How;
use youlin_people::{AskNextTime, Home, PersonInput, Relation, SavePerson, SetLabel};
use youlin_rounds::SavePolicy;
use youlin_rounds::model::{
    Channel, DoorQuestion, Outcome, Policy, RoundKind, SubjectKind, Walkers,
};
use youlin_rounds::visits::{NewVisit, prepare_visit};

use super::keys::Keys;
use super::replay::plain;
use super::rivers::monthly;
use crate::House;

/// Back from hospital.
const DISCHARGED: &str = "p-0252";
/// Moved out of her parents' home, and where to.
const MOVED: (&str, &str) = ("p-0024", "d-gmdc-3-1-102");
/// Who is asked what form 37 lacks.
const ASKED: [&str; 2] = ["p-0328", "p-0109"];
/// Met yesterday.
const MET: [&str; 2] = ["d-gmdc-10-1-202", "d-ymhy-4-1-101"];
/// Nobody was there yesterday; today was named.
const TRIED: &str = "d-gmdc-1-1-101";

const COLUMNS: [&str; 5] = ["序号", "姓名", "现住址", "紧急联系人", "夜间有没有人照应"];
const TITLE: &str = "第37号 高龄老人关爱情况表";

struct Filler<'a> {
    house: &'a House,
    desk: Ctx,
    worker: Ctx,
    keys: Keys,
    community: CommunityId,
}

/// Fills it in, as the desk and the grid worker.
pub(super) async fn fill(
    house: &House,
    clock: &ManualClock,
    now: Micros,
    area: AreaId,
    (desk, worker): (Ctx, Ctx),
) -> Result<()> {
    let community = house.app.areas().community_of(area);
    let filler = Filler {
        house,
        desk,
        worker,
        keys: Keys::read(house.db.read()).await?,
        community: community.context("the example's community")?,
    };
    clock.set(now.plus(-6 * Micros::DAY));
    filler.policy().await?;
    filler.hospital().await?;
    filler.moved().await?;
    clock.set(now.plus(-Micros::DAY));
    filler.form(area).await?;
    for dwelling in MET {
        filler.visit(dwelling, Outcome::Done, None).await?;
    }
    filler.visit(TRIED, Outcome::Tried, Some(now)).await?;
    clock.set(now);
    Ok(())
}

impl Filler<'_> {
    fn person(&self, key: &str) -> Result<Uuid> {
        let found = self.keys.persons.get(key).copied();
        found.with_context(|| format!("there is no person {key}"))
    }

    fn dwelling(&self, key: &str) -> Result<Uuid> {
        let found = self.keys.dwellings.get(key).copied();
        found.with_context(|| format!("there is no dwelling {key}"))
    }

    async fn policy(&self) -> Result<()> {
        let save = SavePolicy {
            community: self.community,
            known: None,
            title: "高龄老人每月走访".to_owned(),
            policy: Policy {
                kind: RoundKind::Visit,
                from: self.desk.now().plus(-60 * Micros::DAY).date(),
                doors: DoorQuestion {
                    label: Some("living_alone".to_owned()),
                    age_from: Some(80),
                    alone: true,
                },
                ..monthly(&self.desk, SubjectKind::Dwelling, Walkers::GridWorker)
            },
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        let done = self.house.db.execute(&self.desk, save).await;
        done.map(|_id| ()).map_err(plain)
    }

    async fn hospital(&self) -> Result<()> {
        let set = SetLabel {
            vault: Arc::clone(&self.house.services.vault),
            community: self.community,
            person: self.person(DISCHARGED)?,
            label: "discharged".to_owned(),
            how: How::Call,
            on: true,
        };
        self.house.db.execute(&self.desk, set).await.map_err(plain)
    }

    async fn moved(&self) -> Result<()> {
        let save = SavePerson {
            vault: Arc::clone(&self.house.services.vault),
            community: self.community,
            id: Some(self.person(MOVED.0)?),
            version: None,
            ext_key: None,
            input: PersonInput {
                keep_hidden: true,
                home: Some(Home {
                    dwelling: self.dwelling(MOVED.1)?,
                    relation: Relation::Tenant,
                    household_key: None,
                }),
                ..PersonInput::default()
            },
        };
        let done = self.house.db.execute(&self.desk, save).await;
        done.map(|_id| ()).map_err(plain)
    }

    /// The form as it came from above, and what nobody holds asked at the next visit.
    async fn form(&self, area: AreaId) -> Result<()> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, TITLE)?;
        for (at, name) in (0..).zip(COLUMNS) {
            sheet.write(1, at, name)?;
        }
        sheet.write(4, 0, "填表人：")?;
        let workbook = book.save_to_buffer()?;
        let blank = youlin_insight::read_blank(&workbook).map_err(plain)?;
        let source = |name: &str| match name {
            "序号" => Source::Serial,
            "姓名" => Source::Field("name".to_owned()),
            "现住址" => Source::Field("address".to_owned()),
            _ => Source::Nobody,
        };
        let columns = blank.layout.columns.iter().map(|one| Column {
            column: one.column,
            row: one.row,
            name: one.name.clone(),
            source: source(&one.name),
        });
        let save = SaveForm {
            number: "37".to_owned(),
            name: "37号表 高龄老人关爱情况".to_owned(),
            requester: "区民政局".to_owned(),
            every: Times::Quarter,
            area: self
                .house
                .app
                .areas()
                .community_of(area)
                .map_or(area, AreaId::from),
            file_name: "37.xlsx".to_owned(),
            mapping: Mapping {
                rows: Rows::default(),
                columns: columns.collect(),
            },
            blank,
            workbook,
        };
        let form = self
            .house
            .db
            .execute(&self.desk, save)
            .await
            .map_err(plain)?;
        let persons = ASKED.iter().map(|key| self.person(key));
        let ask = AskNextTime {
            community: self.community,
            form,
            questions: COLUMNS[3..]
                .iter()
                .map(|name| ((*name).to_owned(), (*name).to_owned()))
                .collect(),
            persons: persons.collect::<Result<_>>()?,
        };
        let done = self.house.db.execute(&self.desk, ask).await;
        done.map(|_open| ()).map_err(plain)
    }

    async fn visit(&self, dwelling: &str, outcome: Outcome, again: Option<Micros>) -> Result<()> {
        let at = self.worker.now();
        let new = NewVisit {
            id: self.worker.new_id(),
            dwelling: self.dwelling(dwelling)?,
            outcome,
            channel: Channel::Page,
            policy: None,
            began_at: at.plus(-10 * Micros::MINUTE),
            ended_at: at,
            sent_at: None,
            text: match outcome {
                Outcome::Done => "聊了一会儿，精神不错，药还够吃。".to_owned(),
                Outcome::Tried | Outcome::Skipped | Outcome::Withdrawn => String::new(),
            },
            reason: String::new(),
            try_again_at: again,
            lived: None,
            shown: None,
            learnt: Vec::new(),
            gone: Vec::new(),
            problem: None,
            reporter: None,
            photographs: 0,
        };
        let rounds = self.house.app.need().map_err(plain)?;
        let command = prepare_visit(&rounds, &self.house.db, &self.worker, new);
        let command = command.await.map_err(plain)?;
        let done = self.house.db.execute(&self.worker, command).await;
        done.map(|_done| ()).map_err(plain)
    }
}
