//! A person's file made whole: doubled entries merged and taken apart again, labels by the catalogue, a home town only
//! with consent, what cannot be true refused, a death noted and corrected.

use std::collections::BTreeSet;
use std::sync::Arc;

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use youlin_database::sql::name;
use youlin_kernel::{AreaId, Ctx, Micros, Problem, Role};
use youlin_people::facts::How;
use youlin_people::labels::{ExpireLabels, LabelCatalogue, RetireLabel, SaveLabel};
use youlin_people::life::{LifeReader, LifeSource, NoteDeath, WithdrawDeath, lifeline};
use youlin_people::merge::{
    Choices, KeepApart, MergePersons, Said, Side, UndoMerge, doubles, led_to, row_said,
};
use youlin_people::rosters::NoteAbsence;
use youlin_people::{
    Directory, Home, MembershipRole, OtherHome, PersonInput, Relation, Reveal, RevealField,
    SaveMembership, SetConsent, SetLabel, Sex, consent, looks_at_me, who_looked,
};

use crate::browser::catalogues;
use crate::ground::{Ground, JIA, grounds};

impl Ground {
    pub(crate) async fn double(&self, name: &str, year: i32, phone: &str, dwelling: Uuid) -> Uuid {
        let input = PersonInput {
            name: name.to_owned(),
            birth_year: Some(year),
            phones: vec![phone.to_owned()],
            home: Some(Home {
                dwelling,
                relation: Relation::Owner,
                household_key: None,
            }),
            ..PersonInput::default()
        };
        self.save(&self.world.service(), JIA, None, input)
            .await
            .unwrap()
    }

    async fn versions(&self, kept: Uuid, gone: Uuid) -> (i32, i32) {
        let db = self.world.db().read();
        (
            Directory::version(db, JIA, kept).await.unwrap(),
            Directory::version(db, JIA, gone).await.unwrap(),
        )
    }

    pub(crate) async fn merge(
        &self,
        ctx: &Ctx,
        kept: Uuid,
        gone: Uuid,
        choices: Choices,
    ) -> Result<Uuid, Problem> {
        let command = MergePersons {
            vault: Arc::clone(&self.vault),
            community: JIA,
            kept,
            gone,
            versions: self.versions(kept, gone).await,
            choices,
            sure: false,
        };
        self.world.db().execute(ctx, command).await
    }

    pub(crate) async fn undo(&self, ctx: &Ctx, merge: Uuid) -> Result<(Uuid, Uuid), Problem> {
        let command = UndoMerge {
            vault: Arc::clone(&self.vault),
            community: JIA,
            merge,
        };
        self.world.db().execute(ctx, command).await
    }

    async fn label(&self, ctx: &Ctx, person: Uuid, label: &str, on: bool) -> Result<(), Problem> {
        let command = SetLabel {
            vault: Arc::clone(&self.vault),
            community: JIA,
            person,
            label: label.to_owned(),
            how: How::Desk,
            on,
        };
        self.world.db().execute(ctx, command).await
    }

    async fn agree(
        &self,
        ctx: &Ctx,
        person: Uuid,
        consent: &str,
        given: bool,
    ) -> Result<(), Problem> {
        let command = SetConsent {
            vault: Arc::clone(&self.vault),
            community: JIA,
            person,
            consent: consent.to_owned(),
            given,
        };
        self.world.db().execute(ctx, command).await
    }

    async fn said(&self, id: Uuid) -> Said {
        row_said(self.world.db().read(), &self.vault, JIA, id)
            .await
            .unwrap()
    }

    async fn life(&self, ctx: &Ctx, person: Uuid, sensitive: bool) -> Vec<String> {
        let i18n = catalogues();
        let source = LifeSource {
            vault: &self.vault,
            i18n: &i18n,
            ctx,
            sections: None,
            reader: LifeReader::Desk { sensitive },
        };
        let db = self.world.db().read();
        let life = lifeline(db, &source, JIA, person, youlin_web::Paged::default())
            .await
            .unwrap();
        life.lines.into_iter().map(|line| line.text).collect()
    }
}

fn fault(problem: &Problem) -> &str {
    problem
        .fields()
        .first()
        .map_or(problem.code(), |fault| fault.code)
}

#[tokio::test]
async fn one_name_with_one_number_is_asked_about_whatever_year_was_written_down() {
    for ground in grounds().await {
        let (desk, db) = (ground.desk(), ground.world.db());
        let (east, west) = (ground.homes.east_101, ground.homes.west_101);
        let one = ground.double("周福生", 1951, "13800001234", east).await;
        let other = ground.double("周福生", 1952, "13800001234", west).await;
        // Under one roof another year may be a grandfather and his grandson.
        ground.double("周福生", 1983, "13900000000", east).await;
        let scope = desk
            .scope(&youlin_people::permissions::PEOPLE_WRITE)
            .unwrap();
        let found = doubles(db.read(), &ground.vault, &scope).await.unwrap();
        let pairs: Vec<_> = found
            .pairs
            .iter()
            .map(|pair| BTreeSet::from([pair.one.id, pair.other.id]))
            .collect();
        assert_eq!(pairs, [BTreeSet::from([one, other])]);
    }
}

#[tokio::test]
async fn a_doubled_person_becomes_one_and_two_again() {
    for ground in grounds().await {
        let (desk, db) = (ground.desk(), ground.world.db());
        let (east, west) = (ground.homes.east_101, ground.homes.west_101);
        let kept = ground.double("周福生", 1942, "13800001234", east).await;
        let gone = ground.double("周福生", 1942, "13800001234", west).await;
        // The same name and year, and nothing shared: nobody is proposed.
        let stranger = ground
            .double("周福生", 1942, "13900000000", ground.homes.east_102)
            .await;
        let scope = desk
            .scope(&youlin_people::permissions::PEOPLE_WRITE)
            .unwrap();
        let found = doubles(db.read(), &ground.vault, &scope).await.unwrap();
        assert_eq!(found.pairs.len(), 1);
        let pair = BTreeSet::from([found.pairs[0].one.id, found.pairs[0].other.id]);
        assert_eq!(pair, BTreeSet::from([kept, gone]));
        let input = PersonInput {
            name: "周福生".into(),
            note: Some("听力不好".into()),
            sex: Some(Sex::Male),
            birth_year: Some(1942),
            ..PersonInput::default()
        };
        ground.save(&desk, JIA, Some(gone), input).await.unwrap();
        ground
            .label(&desk, gone, "living_alone", true)
            .await
            .unwrap();
        ground.label(&desk, gone, "elderly", true).await.unwrap();
        ground.label(&desk, kept, "elderly", true).await.unwrap();
        ground
            .agree(&desk, kept, consent::BE_ASKED, true)
            .await
            .unwrap();
        ground.world.clock.advance(Micros::HOUR);
        ground
            .agree(&desk, gone, consent::BE_ASKED, true)
            .await
            .unwrap();
        ground
            .agree(&desk, gone, consent::BE_ASKED, false)
            .await
            .unwrap();
        let join = SaveMembership {
            vault: Arc::clone(&ground.vault),
            person_community: JIA,
            person: gone,
            organisation: None,
            role: MembershipRole::Volunteer,
            area: AreaId(11),
            duty_phone: None,
            valid_from: None,
        };
        db.execute(&ground.world.service(), join).await.unwrap();
        let reveal = Reveal {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: gone,
            fields: vec![RevealField::Name],
            purpose: "核对身份".into(),
            case: None,
        };
        db.execute(&desk, reveal).await.unwrap();
        let before = (ground.said(kept).await, ground.said(gone).await);
        let files = async |id: Uuid| {
            let scope = ground.scope(&desk);
            serde_json::to_value(
                Directory::person(db.read(), &ground.vault, &scope, id)
                    .await
                    .unwrap(),
            )
            .unwrap()
        };
        let files_before = (files(kept).await, files(gone).await);

        // Somebody else saved one of the two meanwhile.
        let stale = MergePersons {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            kept,
            gone,
            versions: (1, 1),
            choices: Choices::default(),
            sure: false,
        };
        assert_eq!(
            db.execute(&desk, stale).await.unwrap_err().kind().status(),
            409
        );
        let choices = Choices {
            home: Side::Gone,
            ..Choices::default()
        };
        ground.world.clock.advance(Micros::HOUR);
        let merge = ground.merge(&desk, kept, gone, choices).await.unwrap();
        // Again, by a second desk: the signpost says so.
        let again = ground.merge(&desk, kept, gone, choices).await.unwrap_err();
        assert_eq!(
            (again.kind().status(), again.code()),
            (409, "person-merged")
        );
        let file = Directory::person(db.read(), &ground.vault, &ground.scope(&desk), gone)
            .await
            .unwrap();
        assert_eq!(file.card.id, kept, "old links lead on");
        assert_eq!(file.card.labels, ["elderly", "living_alone"]);
        assert_eq!(
            file.card.place.as_ref().and_then(|place| place.dwelling),
            Some(west)
        );
        assert_eq!(file.phones.len(), 1, "one number stands once");
        let merged = ground.said(kept).await;
        assert_eq!(
            (merged.note.as_deref(), merged.sex.as_deref()),
            (Some("听力不好"), Some("male"))
        );
        let given = Directory::consents(db.read(), JIA, kept).await.unwrap();
        assert!(given.is_empty(), "the later word was no");
        let memberships =
            Directory::memberships(db.read(), &ground.scope(&ground.world.service()), kept)
                .await
                .unwrap();
        assert_eq!(memberships.len(), 1);
        let lead = ground.world.caller(Role::CommunityLead, JIA);
        let looks_scope = lead
            .scope(&youlin_people::permissions::PEOPLE_LOOKS)
            .unwrap();
        assert_eq!(
            who_looked(db.read(), &ground.vault, &looks_scope, kept)
                .await
                .unwrap()
                .len(),
            1
        );
        let me = ground.world.caller_with(vec![], Some(gone));
        assert_eq!(looks_at_me(db.read(), &me).await.unwrap().len(), 1);
        ground.index().await;
        let hits = Directory::search(db.read(), &ground.vault, &ground.scope(&desk), "周福生", 10)
            .await
            .unwrap();
        let ids: Vec<Uuid> = hits.iter().map(|card| card.id).collect();
        assert!(ids.contains(&kept) && ids.contains(&stranger) && !ids.contains(&gone));
        let hits = Directory::by_phone(
            db.read(),
            &ground.vault,
            &ground.scope(&desk),
            "13800001234",
        )
        .await
        .unwrap();
        assert_eq!(hits.len(), 1);

        // A label of the other entry is taken off: whose was it? Nothing is undone until it is back.
        ground
            .label(&desk, kept, "living_alone", false)
            .await
            .unwrap();
        let refused = ground.undo(&desk, merge).await.unwrap_err();
        assert_eq!(refused.code(), "merge-undo-changed");
        assert_eq!(refused.fields()[0].field, "person_label");
        assert_eq!(led_to(db.read(), JIA, gone).await.unwrap(), kept);
        ground.verify().await;
        drop((before, files_before));
    }
}

#[tokio::test]
async fn an_undo_puts_everything_back() {
    for ground in grounds().await {
        let (desk, db) = (ground.desk(), ground.world.db());
        let kept = ground
            .double("周福生", 1942, "13800001234", ground.homes.east_101)
            .await;
        let gone = ground
            .double("周福", 1943, "13800009999", ground.homes.west_101)
            .await;
        ground
            .label(&desk, gone, "living_alone", true)
            .await
            .unwrap();
        ground
            .agree(&desk, kept, consent::BE_ASKED, true)
            .await
            .unwrap();
        ground.world.clock.advance(Micros::HOUR);
        ground
            .agree(&desk, gone, consent::BE_ASKED, true)
            .await
            .unwrap();
        let view = async |id: Uuid| {
            let scope = ground.scope(&desk);
            let file = Directory::person(db.read(), &ground.vault, &scope, id)
                .await
                .unwrap();
            let consents = Directory::consents(db.read(), JIA, id).await.unwrap();
            (
                serde_json::to_value(file).unwrap(),
                consents,
                ground.said(id).await,
            )
        };
        let before = (view(kept).await, view(gone).await);
        for home in [Side::Kept, Side::Gone, Side::Both] {
            let choices = Choices {
                name: Side::Gone,
                birth: Side::Gone,
                home,
                ..Choices::default()
            };
            let merge = ground.merge(&desk, kept, gone, choices).await.unwrap();
            assert_eq!(ground.said(kept).await.name, "周福");
            ground.world.clock.advance(Micros::HOUR);
            assert_eq!(ground.undo(&desk, merge).await.unwrap(), (kept, gone));
            assert_eq!((view(kept).await, view(gone).await), before, "{home}");
            assert_eq!(
                ground.undo(&desk, merge).await.unwrap_err().code(),
                "merge-undone"
            );
        }
        // Who agreed to stand in for somebody does so under the kept entry, and under their own again.
        let away = ground.person(JIA, "施晓", &[], None).await;
        let note = NoteAbsence {
            community: JIA,
            person: (JIA, away),
            from: desk.now(),
            to: desk.now().plus(2 * Micros::DAY),
            substitute: Some((JIA, gone)),
        };
        db.execute(&ground.world.service(), note).await.unwrap();
        let substitute = async || {
            let mut find = sea_orm::sea_query::Query::select();
            find.column(name("substitute_id")).from(name("absence"));
            let row = db.read().query_one(&find).await.unwrap().unwrap();
            row.try_get::<Uuid>("", "substitute_id").unwrap()
        };
        // What was entered since for the kept entry stays with it.
        let merge = ground
            .merge(&desk, kept, gone, Choices::default())
            .await
            .unwrap();
        ground.label(&desk, kept, "volunteer", true).await.unwrap();
        assert_eq!(substitute().await, kept);
        ground.undo(&desk, merge).await.unwrap();
        assert_eq!(substitute().await, gone);
        assert_eq!(
            view(kept).await.0["card"]["labels"],
            serde_json::json!(["volunteer"])
        );
        assert_eq!(view(gone).await, before.1);
        // A chain is undone from its end.
        let third = ground
            .double("周三", 1950, "13700000000", ground.homes.east_102)
            .await;
        let first = ground
            .merge(&desk, kept, gone, Choices::default())
            .await
            .unwrap();
        let second = ground
            .merge(&desk, third, kept, Choices::default())
            .await
            .unwrap();
        assert_eq!(led_to(db.read(), JIA, gone).await.unwrap(), third);
        assert_eq!(
            ground.undo(&desk, first).await.unwrap_err().code(),
            "merge-undo-later"
        );
        ground.undo(&desk, second).await.unwrap();
        ground.undo(&desk, first).await.unwrap();
        assert_eq!(view(gone).await, before.1);
        let apart = KeepApart {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            one: kept,
            other: gone,
        };
        db.execute(&desk, apart).await.unwrap();
        let lines = ground.life(&desk, kept, true).await;
        assert!(lines.iter().any(|line| line.contains("合并")), "{lines:?}");
        ground.verify().await;
    }
}

#[tokio::test]
async fn labels_follow_the_catalogue() {
    for ground in grounds().await {
        let (desk, db) = (ground.desk(), ground.world.db());
        let person = ground
            .person(JIA, "周福生", &[], Some(ground.homes.east_101))
            .await;
        // Sensitive: the desk notes it, the card never shows it, the timeline only to who may see it.
        ground
            .label(&desk, person, "discharged", true)
            .await
            .unwrap();
        let card = async || {
            Directory::card(db.read(), &ground.vault, &ground.scope(&desk), person)
                .await
                .unwrap()
        };
        assert!(card().await.labels.is_empty());
        assert!(
            ground
                .life(&desk, person, true)
                .await
                .iter()
                .any(|line| line.contains("出院"))
        );
        assert!(
            !ground
                .life(&desk, person, false)
                .await
                .iter()
                .any(|line| line.contains("出院"))
        );
        let admin = ground.world.caller(Role::Administrator, AreaId(1));
        let refused = ground
            .label(&admin, person, "disabled", true)
            .await
            .unwrap_err();
        assert_eq!(fault(&refused), "label-sensitive");
        // Said at the door nobody knows that somebody served.
        let by_visit = SetLabel {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person,
            label: "veteran".into(),
            how: How::Visit,
            on: true,
        };
        assert_eq!(
            fault(&db.execute(&desk, by_visit).await.unwrap_err()),
            "label-source"
        );
        // An administrator adds one that holds for ten days.
        let save = |fresh, code: &str| SaveLabel {
            vault: Arc::clone(&ground.vault),
            fresh,
            code: code.into(),
            name_zh: "临时照看".into(),
            name_en: "Looked after for now".into(),
            part: "care".into(),
            sensitivity: "personal".into(),
            purpose: "care".into(),
            sources: Vec::new(),
            days: "10".into(),
            consent: String::new(),
        };
        assert_eq!(
            db.execute(&desk, save(true, "temporary"))
                .await
                .unwrap_err()
                .kind()
                .status(),
            403
        );
        assert_eq!(
            fault(
                &db.execute(&admin, save(true, "Temp orary"))
                    .await
                    .unwrap_err()
            ),
            "label-code"
        );
        db.execute(&admin, save(true, "temporary")).await.unwrap();
        assert_eq!(
            fault(
                &db.execute(&admin, save(true, "temporary"))
                    .await
                    .unwrap_err()
            ),
            "label-known"
        );
        ground
            .label(&desk, person, "temporary", true)
            .await
            .unwrap();
        assert_eq!(card().await.labels, ["temporary"]);
        ground.world.clock.advance(11 * Micros::DAY);
        ground.expire().await;
        assert!(card().await.labels.is_empty());
        let lines = ground.life(&desk, person, true).await;
        assert_eq!(
            lines
                .iter()
                .filter(|line| line.contains("临时照看"))
                .count(),
            2,
            "{lines:?}"
        );
        // Retired: nobody gets it any more.
        let retire = RetireLabel {
            vault: Arc::clone(&ground.vault),
            code: "temporary".into(),
            retired: true,
        };
        db.execute(&admin, retire).await.unwrap();
        assert_eq!(
            fault(
                &ground
                    .label(&desk, person, "temporary", true)
                    .await
                    .unwrap_err()
            ),
            "label-retired"
        );
        let all = LabelCatalogue::load(db.read(), &ground.vault)
            .await
            .unwrap();
        assert!(all.of("temporary").unwrap().retired);
        ground.verify().await;
    }
}

impl Ground {
    async fn expire(&self) {
        use youlin_database::{JobHandler, JobRun};
        let job = ExpireLabels(Arc::clone(&self.vault));
        let run = JobRun {
            community: youlin_kernel::CommunityId::SYSTEM,
            id: Uuid::nil(),
            kind: job.kind().to_owned(),
            key: String::new(),
            payload: serde_json::Value::Null,
            attempts: 0,
        };
        job.run(&self.world.service(), self.world.db(), &run)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_home_town_needs_consent_and_goes_with_it() {
    for ground in grounds().await {
        let desk = ground.desk();
        let person = ground
            .person(JIA, "周福生", &[], Some(ground.homes.east_101))
            .await;
        let town = "hometown:如皋";
        let refused = ground.label(&desk, person, town, true).await.unwrap_err();
        assert_eq!(fault(&refused), "label-consent");
        ground
            .agree(&desk, person, consent::MATCH_HOME_TOWN, true)
            .await
            .unwrap();
        ground.label(&desk, person, town, true).await.unwrap();
        ground.label(&desk, person, town, false).await.unwrap();
        ground
            .label(&desk, person, "hometown:海安", true)
            .await
            .unwrap();
        ground
            .agree(&desk, person, consent::MATCH_HOME_TOWN, false)
            .await
            .unwrap();
        let lines = ground.life(&desk, person, true).await;
        let told = lines.join("\n");
        assert!(!told.contains("如皋") && !told.contains("海安"), "{told}");
        assert!(lines.iter().any(|line| line.contains("老乡")), "{told}");
        ground.verify().await;
    }
}

#[tokio::test]
async fn what_cannot_be_true_is_asked_or_refused() {
    for ground in grounds().await {
        let (desk, db) = (ground.desk(), ground.world.db());
        let (east, west) = (ground.homes.east_101, ground.homes.west_101);
        let person = ground.double("周福生", 1942, "13800001234", east).await;
        let moving = |other_home| PersonInput {
            name: "周福生".into(),
            birth_year: Some(1942),
            home: Some(Home {
                dwelling: west,
                relation: Relation::Owner,
                household_key: None,
            }),
            other_home,
            ..PersonInput::default()
        };
        let asked = ground
            .save(&desk, JIA, Some(person), moving(OtherHome::Ask))
            .await
            .unwrap_err();
        assert_eq!(fault(&asked), "lives-elsewhere");
        ground
            .save(&desk, JIA, Some(person), moving(OtherHome::Also))
            .await
            .unwrap();
        let card = Directory::card(db.read(), &ground.vault, &ground.scope(&desk), person)
            .await
            .unwrap();
        assert_eq!(
            card.place.unwrap().dwelling,
            Some(east),
            "the main home stays"
        );
        for dwelling in [east, west] {
            let living =
                Directory::residents(db.read(), &ground.vault, &ground.scope(&desk), dwelling)
                    .await
                    .unwrap();
            assert_eq!(living.len(), 1);
        }
        let die = |day: &str| NoteDeath {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person,
            day: day.into(),
            how: How::Desk,
        };
        assert_eq!(
            fault(&db.execute(&desk, die("2999-01-01")).await.unwrap_err()),
            "death-future"
        );
        assert_eq!(
            fault(&db.execute(&desk, die("1941-01-01")).await.unwrap_err()),
            "death-before-birth"
        );
        ground
            .agree(&desk, person, consent::BE_ASKED, true)
            .await
            .unwrap();
        ground.world.clock.advance(Micros::HOUR);
        db.execute(&desk, die("2026-01-05")).await.unwrap();
        let card = Directory::card(db.read(), &ground.vault, &ground.scope(&desk), person)
            .await
            .unwrap();
        assert_eq!(card.place, None);
        assert!(
            Directory::consents(db.read(), JIA, person)
                .await
                .unwrap()
                .is_empty()
        );
        let refused = ground
            .save(&desk, JIA, Some(person), moving(OtherHome::Moved))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "person-died");
        let refused = ground
            .agree(&desk, person, consent::BE_ASKED, true)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "person-died");
        let other = ground.double("周福生", 1942, "13800001234", east).await;
        let refused = ground
            .merge(&desk, other, person, Choices::default())
            .await
            .unwrap_err();
        assert_eq!(fault(&refused), "merge-died");
        ground.world.clock.advance(Micros::HOUR);
        let wrong = WithdrawDeath {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person,
        };
        db.execute(&desk, wrong).await.unwrap();
        let card = Directory::card(db.read(), &ground.vault, &ground.scope(&desk), person)
            .await
            .unwrap();
        assert_eq!(card.place.unwrap().dwelling, Some(east), "the home goes on");
        ground.verify().await;
    }
}
