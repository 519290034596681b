//! Leaders and talents: reasons become a question, a yes a listing, and taking it back ends it at once.

use std::sync::Arc;

use uuid::Uuid;
use youlin_kernel::{AreaId, Problem, Role};
use youlin_people::permissions::TALENTS_READ;
use youlin_people::talents::{
    AnswerTalent, AskTalent, DecideNaming, NameNeighbour, NamingState, ReasonKind, Rule,
    SetTalentRules, TalentKind, TalentState, WithdrawTalent, listed, namings, talents, usual_rules,
};
use youlin_people::{AccountPolicy, MembershipRole, SetConsent, SetLabel, consent};

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, YI, grant, grounds};

impl Ground {
    async fn name(&self, ctx: &youlin_kernel::Ctx, name: &str) -> Result<Uuid, Problem> {
        let command = NameNeighbour {
            vault: Arc::clone(&self.vault),
            area: AreaId(1000),
            name: name.to_owned(),
            place: "东村1号楼".into(),
            why: "楼道灯坏了总是她去修".into(),
        };
        self.world.db().execute(ctx, command).await
    }

    fn ask_to_lead(&self, person: Uuid) -> AskTalent {
        AskTalent {
            vault: Arc::clone(&self.vault),
            community: JIA,
            person,
            kind: TalentKind::Leader,
            field: "楼道议事".into(),
        }
    }

    async fn is_listed(&self, person: Uuid) -> bool {
        let desk = self.desk();
        let scope = desk.scope(&TALENTS_READ).unwrap();
        let all = listed(self.world.db().read(), &self.vault, &scope)
            .await
            .unwrap();
        all.iter().any(|one| one.card.id == person)
    }
}

#[tokio::test]
async fn suggested_asked_agreed_listed_and_taken_back_in_ones_own_file() {
    for ground in grounds().await {
        let (db, desk) = (ground.world.db(), ground.desk());
        let home = Some(ground.homes.east_101);
        let zhang = ground.person(JIA, "张爱华", &[], home).await;
        let label = SetLabel {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: zhang,
            label: "talent:haircut".into(),
            how: youlin_people::facts::How::Desk,
            on: true,
        };
        db.execute(&desk, label).await.unwrap();
        let naming = ground
            .name(&ground.world.visitor(), "张阿姨")
            .await
            .unwrap();
        let decide = DecideNaming {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            id: naming,
            person: Some(zhang),
        };
        db.execute(&desk, decide).await.unwrap();

        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let house = house(&ground, 100, AccountPolicy::default());
        let mut browser = Browser::signed_in(&house, "desk").await;
        let page = browser.get("/talents/suggested").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("楼道灯坏了总是她去修") && page.text.contains("张**"));
        assert!(
            page.text.contains(&format!("#n-{naming}")),
            "the reason leads to its record"
        );
        assert!(!page.text.contains("张爱华"));

        assert!(!ground.is_listed(zhang).await);
        let id = db.execute(&desk, ground.ask_to_lead(zhang)).await.unwrap();
        let again = db.execute(&desk, ground.ask_to_lead(zhang)).await.unwrap();
        assert_eq!(id, again, "nobody is asked twice");
        assert!(!ground.is_listed(zhang).await, "asked is not agreed");
        let gone = browser.get("/talents/suggested").await;
        assert!(!gone.text.contains("张**"));
        let answer = AnswerTalent {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            id,
            yes: true,
        };
        db.execute(&desk, answer).await.unwrap();
        assert!(ground.is_listed(zhang).await);
        let page = browser.get("/talents").await;
        assert!(page.text.contains("楼道议事"));

        // In the own file it is one tap.
        let own = ground.world.caller_with(Vec::new(), Some(zhang));
        let back = |given| SetConsent {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: zhang,
            consent: consent::BE_LISTED.into(),
            given,
        };
        db.execute(&own, back(false)).await.unwrap();
        assert!(!ground.is_listed(zhang).await);
        db.execute(&own, back(true)).await.unwrap();
        assert!(ground.is_listed(zhang).await);
        let off = WithdrawTalent {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            id,
        };
        db.execute(&desk, off).await.unwrap();
        assert!(!ground.is_listed(zhang).await);
        let scope = desk.scope(&TALENTS_READ).unwrap();
        let all = talents(db.read(), &ground.vault, &scope).await.unwrap();
        assert_eq!(
            all[0].state,
            TalentState::Withdrawn,
            "that it was stays on record"
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn namings_are_sealed_few_a_day_and_stay_in_their_place() {
    for ground in grounds().await {
        let visitor = ground.world.visitor();
        for n in 0..20 {
            ground.name(&visitor, &format!("邻居{n}")).await.unwrap();
        }
        let flood = ground.name(&visitor, "又一位").await.unwrap_err();
        assert_eq!(flood.code(), "named-often");
        ground.name(&ground.desk(), "服务台转告").await.unwrap();
        let desk = ground.desk();
        let scope = desk.scope(&TALENTS_READ).unwrap();
        let db = ground.world.db().read();
        let open = namings(db, &ground.vault, &scope, NamingState::Open)
            .await
            .unwrap();
        assert_eq!(open.len(), 21);
        assert!(
            open.iter()
                .any(|one| one.name == "邻居0" && one.from_resident)
        );
        let other = ground.world.caller(Role::GridWorker, AreaId(101));
        let scope = other.scope(&TALENTS_READ).unwrap();
        let none = namings(db, &ground.vault, &scope, NamingState::Open)
            .await
            .unwrap();
        assert!(none.is_empty());

        let house = house(&ground, 100, AccountPolicy::default());
        let mut anybody = Browser::new(&house);
        let form = [
            ("address", "南村1号楼101"),
            ("name", "王师傅"),
            ("why", "修车"),
        ];
        let sent = anybody.post("/name-a-neighbour", &form).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let nowhere = [
            ("address", "不存在的地方xyz"),
            ("name", "王师傅"),
            ("why", "修车"),
        ];
        let refused = anybody.post("/name-a-neighbour", &nowhere).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("王师傅"), "what was typed stays");
        assert_eq!(anybody.get("/name-a-neighbour?area=1000").await.status, 200);
        let theirs = ground.world.caller(Role::CommunityDesk, YI);
        let scope = theirs.scope(&TALENTS_READ).unwrap();
        let there = namings(db, &ground.vault, &scope, NamingState::Open)
            .await
            .unwrap();
        assert_eq!(there.len(), 1);
        ground.verify().await;
    }
}

#[tokio::test]
async fn what_counts_is_data_and_nobody_asks_a_child_or_the_staff() {
    for ground in grounds().await {
        let (db, desk) = (ground.world.db(), ground.desk());
        let zhou = ground
            .person(JIA, "周志愿", &[], Some(ground.homes.east_101))
            .await;
        let shi = ground
            .person(JIA, "施晓", &[], Some(ground.homes.east_101))
            .await;
        ground
            .joins(zhou, MembershipRole::Volunteer, AreaId(1000))
            .await;
        ground
            .joins(shi, MembershipRole::Volunteer, AreaId(1000))
            .await;
        ground
            .joins(shi, MembershipRole::GridWorker, AreaId(100))
            .await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(
            &ground,
            "micro",
            vec![grant(Role::MicroGridWorker, 1000)],
            None,
        )
        .await;
        let house = house(&ground, 100, AccountPolicy::default());
        let mut browser = Browser::signed_in(&house, "desk").await;
        let page = browser.get("/talents/suggested").await;
        assert!(page.text.contains("周**") && !page.text.contains("施*"));
        let rules: Vec<Rule> = usual_rules()
            .into_iter()
            .map(|rule| Rule {
                counts: rule.kind != ReasonKind::Joined,
                ..rule
            })
            .collect();
        let set = SetTalentRules {
            community: JIA,
            rules,
        };
        db.execute(&desk, set).await.unwrap();
        let page = browser.get("/talents/suggested").await;
        assert!(!page.text.contains("周**"));
        assert_eq!(browser.get("/talents/rules").await.status, 200);
        let mut micro = Browser::signed_in(&house, "micro").await;
        assert_eq!(micro.get("/talents").await.status, 403);

        let child = youlin_people::PersonInput {
            name: "小明".into(),
            birth_year: Some(2020),
            ..youlin_people::PersonInput::default()
        };
        let child = ground.save(&desk, JIA, None, child).await.unwrap();
        let refused = db
            .execute(&desk, ground.ask_to_lead(child))
            .await
            .unwrap_err();
        assert_eq!(refused.fields()[0].code, "talent-child");
        ground.verify().await;
    }
}
