//! Heads of household whom a sheet names and only the register knows.

use std::collections::HashSet;

use uuid::Uuid;
use youlin_kernel::Locale;
use youlin_people::{Directory, Home, PersonInput, Relation, SamePerson};
use youlin_tabular::workload::person;

use crate::browser::{catalogues, imports};
use crate::ground::{Ground, JIA, grounds};
use crate::imports::{Desk, counts};

async fn enter(ground: &Ground, name: &str, identity: Option<String>, dwelling: Uuid) -> Uuid {
    let input = PersonInput {
        name: name.to_owned(),
        identity,
        home: Some(Home {
            dwelling,
            relation: Relation::Owner,
            household_key: None,
        }),
        same_person: SamePerson::Different,
        ..PersonInput::default()
    };
    let ctx = ground.world.service();
    ground.save(&ctx, JIA, None, input).await.unwrap()
}

/// Who is of which household of a dwelling.
async fn together(ground: &Ground, dwelling: Uuid) -> Vec<(Uuid, Uuid)> {
    let db = ground.world.db().read();
    let all = Directory::households_in(db, JIA, dwelling).await.unwrap();
    all.into_iter().collect()
}

#[tokio::test]
async fn a_head_the_register_knows_takes_the_row_into_their_household() {
    for ground in grounds().await {
        let (home, desk) = (
            ground.homes.east_101,
            Desk::at(&ground, imports(&ground)).await,
        );
        let head = enter(&ground, "王户主", None, home).await;
        let sheet = "姓名,住址,户主,与户主关系\n\
            王小,东村1号楼101,王户主,子\n\
            王幼,东村1号楼101,王户主,女\n\
            陈远,东村1号楼102,王户主,女\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(counts(&view), (3, 0, 0, 0), "{:?}", view.report);
        desk.decide(view.id, &[], false).await;
        let of = together(&ground, home).await;
        assert_eq!(of.len(), 3, "the head is of it, too");
        assert!(of.iter().any(|(person, _)| *person == head));
        let households: HashSet<Uuid> = of.iter().map(|one| one.1).collect();
        assert_eq!(households.len(), 1);
        // Whose head lives elsewhere is, as before, of a household under that name.
        assert_eq!(desk.count("household").await, 2);
        let again = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(counts(&again), (0, 0, 3, 0), "{:?}", again.report);
        desk.undo(view.id).await;
        desk.work().await;
        assert_eq!(desk.count("household").await, 0);
        assert!(together(&ground, home).await.is_empty());
        let (db, scope) = (ground.world.db().read(), ground.scope(&ground.desk()));
        let file = Directory::person(db, &ground.vault, &scope, head).await;
        let place = file.unwrap().card.place.unwrap();
        assert_eq!(place.dwelling, Some(home), "and lives where they lived");
        ground.verify().await;
    }
}

#[tokio::test]
async fn which_of_two_heads_of_one_name_is_asked_unless_the_number_says_it() {
    for ground in grounds().await {
        let (home, desk) = (
            ground.homes.east_101,
            Desk::at(&ground, imports(&ground)).await,
        );
        let number = person(7, 1).identity;
        enter(&ground, "李同", None, home).await;
        let meant = enter(&ground, "李同", Some(number.clone()), home).await;
        let away = person(8, 1).identity;
        enter(&ground, "钱远", Some(away.clone()), ground.homes.east_102).await;
        let sheet = "姓名,住址,户主姓名\n李小,东村1号楼101,李同\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        let report = view.report.clone().unwrap();
        let asked: Vec<&str> = report
            .doubtful
            .iter()
            .map(|one| one.code.as_str())
            .collect();
        assert_eq!(asked, ["sheet-head-held-several"]);
        let sentence = report.doubtful[0].sentence(&catalogues(), Locale::Zh);
        assert!(sentence.contains("2 位同名"), "{sentence}");
        let sheet = format!(
            "姓名,住址,户主姓名,户主身份证号\n李小,东村1号楼101,李同,{number}\n\
            钱小,东村1号楼101,钱远,{away}\n"
        );
        let view = desk.judged(sheet.into_bytes()).await;
        let columns = view.columns.clone().unwrap();
        assert_eq!(
            columns.found[3].field.as_deref(),
            Some("head_identity"),
            "{columns:?}"
        );
        let report = view.report.clone().unwrap();
        let asked: Vec<(u32, &str)> = report
            .doubtful
            .iter()
            .map(|one| (one.line, one.code.as_str()))
            .collect();
        assert_eq!(asked, [(3, "sheet-head-held-elsewhere")]);
        desk.decide(view.id, &[], false).await;
        let of = together(&ground, home).await;
        assert_eq!(of.len(), 2);
        assert!(of.iter().any(|(person, _)| *person == meant));
        ground.verify().await;
    }
}
