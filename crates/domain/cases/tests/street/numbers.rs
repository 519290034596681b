//! Numbers begin anew in each community: whoever sees several is told of which a number is, and finds it by both.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;
use youlin_cases::model::{Source, Urgency};
use youlin_cases::{
    CaseFilter, CaseFinder, CaseTexts, NewCase, list, numbered, permissions, prepare,
};
use youlin_database::text::BuildTextIndex;
use youlin_kernel::{AreaId, Ctx, Micros, Role};
use youlin_places::PlaceInput;
use youlin_web::{Finder, Shell};

use crate::ground::Ground;

impl Ground {
    pub(crate) fn area(&self, code: &str) -> AreaId {
        self.world.areas.load().by_code(code).unwrap().id
    }

    async fn report(&self, code: &str, text: &str) -> (Uuid, String) {
        self.filed(code, "P-1", text).await
    }

    pub(crate) async fn filed(&self, code: &str, category: &str, text: &str) -> (Uuid, String) {
        let new = NewCase {
            source: Source::Desk,
            text: text.into(),
            category: category.into(),
            urgency: Urgency::Normal,
            place: PlaceInput {
                area: Some(self.area(code)),
                ..PlaceInput::default()
            },
            reporter: None,
            contact: None,
            answers: BTreeMap::new(),
            external_key: None,
            call: None,
        };
        let report = prepare(&self.cases, new).unwrap();
        // Ids are in the order of their making from one moment to the next.
        self.world.clock.advance(Micros::SECOND);
        let ctx = self.world.service();
        let done = self.world.db().execute(&ctx, report).await.unwrap();
        (done.id, done.number)
    }

    pub(crate) async fn asked(&self, who: &Ctx, typed: &str) -> Vec<Uuid> {
        let scope = who.scope(&permissions::CASES_READ).unwrap();
        let filter = CaseFilter {
            q: Some(typed.to_owned()),
            ..CaseFilter::default()
        };
        let db = self.world.db();
        let page = list(db, &self.cases, who, &scope, &filter).await.unwrap();
        page.items.iter().map(|row| row.id).collect()
    }
}

#[tokio::test]
async fn a_number_of_several_communities_is_said_and_found_with_its_community() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let (here, number) = ground.report("A", "路灯不亮，照不到台阶").await;
        let (there, same) = ground.report("B", "路灯一闪一闪").await;
        assert_eq!(number, same);
        let build = BuildTextIndex(vec![Arc::new(CaseTexts)]);
        let service = ground.world.service();
        build.catch_up(&service, ground.world.db()).await.unwrap();
        let above = ground
            .world
            .caller(Role::SubdistrictSupervisor, ground.area("S1"));
        let desk = ground.world.caller(Role::CommunityDesk, ground.area("A"));
        let both = ground.asked(&above, &number).await;
        assert_eq!(both, [there, here], "by the number alone both");
        for (typed, meant) in [
            (format!("甲社区 {number}"), vec![here]),
            (format!("{number} 乙社区"), vec![there]),
            (format!("乙社区{number}"), vec![there]),
            (format!("b community {number}"), vec![there]),
            // Of two that are called so both, each with its name.
            (format!("社区 {number}"), vec![there, here]),
            (format!("丙社区 {number}"), vec![]),
        ] {
            assert_eq!(ground.asked(&above, &typed).await, meant, "{typed}");
        }
        // What lies outside stays outside.
        let outside = ground.asked(&desk, &format!("乙社区 {number}")).await;
        assert_eq!(outside, Vec::<Uuid>::new());
        let community = youlin_kernel::CommunityId(ground.area("B").0);
        let s = Shell::plain(&ground.app, &above);
        assert_eq!(numbered(&s, &community, &same), format!("乙社区 {same}"));
        let found = CaseFinder.find(&s, &number, 8).await.unwrap();
        let said: Vec<bool> = ["乙社区", "甲社区"]
            .iter()
            .zip(&found)
            .map(|(name, one)| one.detail.starts_with(&format!("{name} {number} ·")))
            .collect();
        assert_eq!(said, [true, true], "{found:?}");
        // Whoever has one community needs no name beside each number.
        let own = Shell::plain(&ground.app, &desk);
        let community = youlin_kernel::CommunityId(ground.area("A").0);
        assert_eq!(numbered(&own, &community, &number), number);
    }
}

#[tokio::test]
async fn a_case_is_called_by_a_clause_of_its_report() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let text = "使用泡沫夹芯板：实测 泡沫夹芯板（B3 级），要求不使用 泡沫夹芯板（B1 级）、泡沫夹芯板（B2 级）、泡沫夹芯板（B3 级），分区 C 区，泡沫夹芯板面积 860 m²";
        let (id, _) = ground.report("A", text).await;
        let view = ground.case(id).await;
        assert_eq!(
            view.row.title(),
            "使用泡沫夹芯板：实测 泡沫夹芯板（B3 级）…"
        );
        assert_eq!(view.full_text, text, "nothing of it is lost");
    }
}
