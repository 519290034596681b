//! Whom a list of merchants names: found in the register, entered, or asked about, and never doubled.

use std::sync::Arc;

use uuid::Uuid;
use youlin_imports::{Choice, ImportView};
use youlin_people::facts::How;
use youlin_people::merchants::{MerchantRelation, Merchants};
use youlin_people::{AttachPhone, Directory, PersonInput};

use crate::browser::imports;
use crate::ground::{Ground, JIA, grounds};
use crate::imports::Desk;
use crate::merchants::{Market, figures, said};
use crate::merchants_back::{left, named};

const NUMBER: &str = "320611194203050011";

/// Who belongs to a merchant: their entries with what they are to it.
async fn people(ground: &Ground, shop: &str) -> Vec<(Uuid, MerchantRelation)> {
    let view = named(ground, shop).await;
    let mut all: Vec<(Uuid, MerchantRelation)> = view
        .persons
        .iter()
        .map(|one| (one.person, one.relation))
        .collect();
    all.sort_by_key(|one| one.1.as_str());
    all
}

/// What rows that went in lack.
fn noted(view: &ImportView) -> Vec<(u32, &str)> {
    let report = view.report.as_ref().unwrap();
    let noted = report.noted.iter();
    noted.map(|one| (one.line, one.code.as_str())).collect()
}

async fn numbered(ground: &Ground, name: &str, identity: &str) -> Uuid {
    let input = PersonInput {
        name: name.to_owned(),
        identity: Some(identity.to_owned()),
        ..PersonInput::default()
    };
    let ctx = ground.world.service();
    ground.save(&ctx, JIA, None, input).await.unwrap()
}

#[tokio::test]
async fn whoever_runs_a_shop_is_found_or_entered_once() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let zhou = ground
            .person(JIA, "周建国", &["13900001111"], Some(ground.homes.east_101))
            .await;
        let wu = numbered(&ground, "吴美兰", NUMBER).await;
        let sheet = format!(
            "商户名称,场所,经营者,经营者身份证号,联系电话,从业人员数,消防安全负责人\n\
             老王五金,西村便利店,周 建 国（店长）,,139 0000 1111,3人,周建国\n\
             张记布行,西村便利店,吴美兰,{NUMBER},,2,\n\
             云上花店,西村便利店,郁念慈,,13900003333,1,\n\
             云下花店,西村便利店,郁念慈,,13900003333,1,\n\
             早点铺,西村便利店,裘安13900004444、,,,1,\n"
        );
        let view = desk.listed(&sheet).await;
        let columns = view.columns.clone().unwrap();
        let fields: Vec<&str> = columns
            .found
            .iter()
            .map(|one| one.field.as_deref().unwrap_or("-"))
            .collect();
        assert_eq!(
            fields,
            [
                "shop",
                "premises",
                "operator",
                "operator_identity",
                "phone",
                "employees",
                "safety_officer"
            ]
        );
        assert_eq!((figures(&view), said(&view)), ((5, 0, 0), Vec::new()));
        assert_eq!(desk.count("person").await, 2, "judging enters nobody");
        let done = desk.decide(view.id, &[], false).await;
        assert_eq!(figures(&done), (5, 0, 0));
        assert_eq!(
            people(&ground, "老王五金").await,
            [
                (zhou, MerchantRelation::Operator),
                (zhou, MerchantRelation::SafetyOfficer)
            ]
        );
        assert_eq!(named(&ground, "老王五金").await.employees, Some(3));
        assert_eq!(
            people(&ground, "张记布行").await,
            [(wu, MerchantRelation::Operator)]
        );
        // One person has two shops.
        let yu = people(&ground, "云上花店").await;
        assert_eq!(people(&ground, "云下花店").await, yu);
        assert_eq!(desk.count("person").await, 4);
        let scope = ground.scope(&ground.desk());
        let db = ground.world.db().read();
        let card = Directory::card(db, &ground.vault, &scope, yu[0].0).await;
        let card = card.unwrap();
        assert_eq!(card.name_masked, "郁**");
        assert_eq!(card.phone_masked.as_deref(), Some("139****3333"));
        let own = Merchants::of_person(db, &ground.vault, &scope, yu[0].0).await;
        assert_eq!(own.unwrap().len(), 2);
        // Again, and a list that says less: nobody is doubled, nobody is asked about.
        let again = desk.listed(&sheet).await;
        assert_eq!((figures(&again), said(&again)), ((0, 0, 5), Vec::new()));
        let short = "店名,负责人\n老王五金,周建国\n云上花店,郁念慈\n";
        let short = desk.listed(short).await;
        assert_eq!((figures(&short), said(&short)), ((0, 0, 2), Vec::new()));
        // Taken back, those who were entered go, those who were there stay.
        assert_eq!(left(&desk, done.id).await, (5, Vec::new()));
        assert_eq!(desk.count("person").await, 2);
        assert_eq!(desk.count("person_phone").await, 1);
        for table in ["merchant", "merchant_person", "merchant_place"] {
            assert_eq!(desk.count(table).await, 0, "{table}");
        }
        let again = desk.listed(&sheet).await;
        assert_eq!((figures(&again), said(&again)), ((5, 0, 0), Vec::new()));
        ground.verify().await;
    }
}

#[tokio::test]
async fn who_is_not_sure_is_asked_about_and_the_shop_goes_in_either_way() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let zhou = ground
            .person(JIA, "周建国", &[], Some(ground.homes.east_101))
            .await;
        let li = ground.person(JIA, "李知行", &[], None).await;
        ground.person(JIA, "王伟", &["13900005555"], None).await;
        let wu = numbered(&ground, "吴美兰", NUMBER).await;
        let sheet = format!(
            "商户名称,法定代表人,身份证号,联系人,联系电话\n\
             甲店,周建国,,,13900001111\n\
             乙店,李知行,,,13900002222\n\
             丙店,张三,,,\n\
             丁店,王伟,,,13900006666\n\
             戊店,吴大兰,{NUMBER},,\n\
             己店,顺达贸易有限公司,,方知远,13900007777\n\
             庚店,张三,,李四,\n"
        );
        let view = desk.listed(&sheet).await;
        assert_eq!(
            said(&view),
            [
                (2, "shop-person-perhaps-at"),
                (3, "shop-person-perhaps"),
                (4, "shop-person-bare"),
                (6, "shop-person-number"),
                (7, "shop-person-name"),
                (8, "shop-persons-unclear"),
            ]
        );
        let report = view.report.clone().unwrap();
        assert_eq!(report.doubtful[0].column, "法定代表人");
        let told = serde_json::to_string(&report).unwrap();
        assert!(
            !told.contains("周建国") && !told.contains("李知行"),
            "{told}"
        );
        let choices = [
            (2, Choice::Take),
            (3, Choice::New),
            (4, Choice::Take),
            (6, Choice::Take),
            (7, Choice::Take),
        ];
        let done = desk.decide(view.id, &choices, false).await;
        assert_eq!((figures(&done), said(&done).len()), ((6, 0, 0), 1));
        let operator = MerchantRelation::Operator;
        assert_eq!(people(&ground, "甲店").await, [(zhou, operator)]);
        let other = people(&ground, "乙店").await;
        assert!(other.len() == 1 && other[0].0 != li, "{other:?}");
        assert!(people(&ground, "丙店").await.is_empty());
        // Another number, and nothing that says it is the same: somebody new, as everywhere.
        assert_eq!(people(&ground, "丁店").await.len(), 1);
        assert_eq!(people(&ground, "戊店").await, [(wu, operator)]);
        let contact = people(&ground, "己店").await;
        assert_eq!(contact.len(), 1);
        assert_eq!(contact[0].1, MerchantRelation::Contact);
        assert_eq!(desk.count("person").await, 4 + 3);
        // The entered person got a number since: they stay when the list is taken back, and this is said.
        let attach = AttachPhone {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: contact[0].0,
            phone: "0513-85550001".to_owned(),
            how: How::Desk,
        };
        let db = ground.world.db();
        db.execute(&ground.desk(), attach).await.unwrap();
        let (undone, why) = left(&desk, view.id).await;
        assert_eq!(undone, 6);
        assert_eq!(why, [(7, "shop-undo-person".to_owned())]);
        assert_eq!(desk.count("person").await, 5);
        assert_eq!(desk.count("merchant").await, 0);
        ground.verify().await;
    }
}

#[tokio::test]
async fn an_answer_about_the_shop_is_none_about_its_people() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        ground.person(JIA, "周建国", &[], None).await;
        let sheet = "商户名称,经营地址,经营者,电话\n云上花店,人民公园南门,周建国,13900001111\n";
        let view = desk.listed(sheet).await;
        assert_eq!(said(&view), [(2, "shop-place-unknown")]);
        let done = desk.decide(view.id, &[(2, Choice::Take)], false).await;
        assert_eq!(figures(&done), (1, 0, 0));
        assert_eq!(noted(&done), [(2, "shop-person-later")]);
        assert_eq!(
            done.report.clone().unwrap().left_rows(),
            0,
            "the shop is in"
        );
        assert!(people(&ground, "云上花店").await.is_empty());
        // The row once more: the shop is no question any more, the person is.
        let again = desk.listed(sheet).await;
        assert_eq!(said(&again), [(2, "shop-person-perhaps")]);
        desk.decide(again.id, &[(2, Choice::Take)], false).await;
        assert_eq!(people(&ground, "云上花店").await.len(), 1);
        assert_eq!(desk.count("person").await, 1);
        // Covered names and numbers nobody can have are no data.
        let wrong = "商户名称,经营者,身份证号\n花店,周**,\n鞋店,裘安,320611194203050012\n";
        let wrong = desk.listed(wrong).await;
        assert_eq!(
            said(&wrong),
            [(2, "sheet-covered"), (3, "sheet-identity-check")]
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn another_operator_is_asked_about_and_whoever_was_it_is_not_overwritten() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let operator = MerchantRelation::Operator;
        let sheet = |name: &str, phone: &str| {
            format!("商户名称,场所,经营者,电话\n云上花店,西村便利店,{name},{phone}\n")
        };
        let first = desk.listed(&sheet("裘安", "13900004444")).await;
        desk.decide(first.id, &[], false).await;
        let qiu = people(&ground, "云上花店").await[0].0;
        // Another name, known or not: did it change hands, or do both run it?
        let yu = ground.person(JIA, "郁念慈", &["13900003333"], None).await;
        for (name, phone) in [("郁念慈", "13900003333"), ("沈云", "13900005555")] {
            let view = desk.listed(&sheet(name, phone)).await;
            assert_eq!(said(&view), [(2, "shop-operator-other")]);
            let told = serde_json::to_string(&view.report).unwrap();
            assert!(told.contains("裘*") && !told.contains("裘安"), "{told}");
        }
        let view = desk.listed(&sheet("郁念慈", "13900003333")).await;
        let handed = desk.decide(view.id, &[(2, Choice::Take)], false).await;
        assert_eq!(figures(&handed), (0, 1, 0));
        let shop = named(&ground, "云上花店").await;
        assert_eq!(people(&ground, "云上花店").await, [(yu, operator)]);
        let was: Vec<Uuid> = shop.former_persons.iter().map(|one| one.person).collect();
        assert_eq!(was, [qiu], "history, not overwritten");
        // The same list again asks nothing.
        let again = desk.listed(&sheet("郁念慈", "13900003333")).await;
        assert_eq!((figures(&again), said(&again)), ((0, 0, 1), Vec::new()));
        // Both run it.
        let view = desk.listed(&sheet("沈云", "13900005555")).await;
        let both = desk.decide(view.id, &[(2, Choice::New)], false).await;
        assert_eq!(people(&ground, "云上花店").await.len(), 2);
        // Taken back one after the other, it is as it was.
        assert_eq!(left(&desk, both.id).await, (1, Vec::new()));
        assert_eq!(left(&desk, handed.id).await, (1, Vec::new()));
        assert_eq!(people(&ground, "云上花店").await, [(qiu, operator)]);
        assert!(named(&ground, "云上花店").await.former_persons.is_empty());
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_row_no_answer_can_save_is_refused_before_anybody_is_asked() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet =
            "商户名称,经营地址,从业人数\n云上花店,人民公园南门,-3\n云下花店,人民公园南门,3\n";
        let view = desk.listed(sheet).await;
        assert_eq!(said(&view), [(2, "no-number"), (3, "shop-place-unknown")]);
        assert_eq!(view.report.unwrap().refused[0].column, "从业人数");
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_row_counts_once_whomever_it_lacks() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = "商户名称,经营地址,经营者\n云上花店,人民公园南门,夫甲、妻乙\n";
        let view = desk.listed(sheet).await;
        let done = desk.decide(view.id, &[(2, Choice::Take)], false).await;
        let report = done.report.clone().unwrap();
        assert_eq!(
            (report.new, report.refused_rows(), report.left_rows()),
            (1, 0, 0)
        );
        // The row once more would ask the same: what helps is said instead.
        let by_hand = (2, "shop-person-by-hand");
        assert_eq!(noted(&done), [by_hand, by_hand]);
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_row_that_is_there_twice_is_refused_before_anybody_is_asked() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = "店招名称,统一社会信用代码,经营地址\n\
             云上花店,92320613000010014U,西村便利店\n\
             云上花店,92320613000010014U,人民公园南门\n";
        let view = desk.listed(sheet).await;
        assert_eq!(said(&view), [(3, "shop-twice")]);
        let done = desk.decide(view.id, &[], true).await;
        assert_eq!(said(&done), [(3, "shop-twice")], "as it was said");
        assert_eq!(figures(&done), (1, 0, 0));
        ground.verify().await;
    }
}

#[tokio::test]
async fn one_answer_is_not_taken_for_two_questions() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let first = "商户名称,场所,经营者,电话\n云上花店,西村便利店,裘安,13900004444\n";
        let first = desk.listed(first).await;
        desk.decide(first.id, &[], false).await;
        ground.person(JIA, "周建国", &[], None).await;
        let sheet = "商户名称,场所,经营者,电话\n云上花店,西村便利店,周建国,13900001111\n";
        let view = desk.listed(sheet).await;
        assert_eq!(said(&view), [(2, "shop-person-perhaps")]);
        let done = desk.decide(view.id, &[(2, Choice::Take)], false).await;
        assert_eq!(noted(&done), [(2, "shop-operator-beside")]);
        assert_eq!(people(&ground, "云上花店").await.len(), 2);
        ground.verify().await;
    }
}

#[tokio::test]
async fn whoever_runs_a_shop_by_now_stays_when_the_residents_are_taken_back() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let residents = "姓名,手机,住址\n\
            郁念慈,13900003333,东村1号楼101\n\
            裘安,13900004444,东村1号楼102\n";
        let residents = desk.judged(residents.as_bytes().to_vec()).await;
        desk.decide(residents.id, &[], false).await;
        let shops = "商户名称,场所,经营者,电话\n云上花店,西村便利店,郁念慈,13900003333\n";
        let shops = desk.listed(shops).await;
        assert_eq!(said(&shops), Vec::new());
        desk.decide(shops.id, &[], false).await;
        let (undone, why) = left(&desk, residents.id).await;
        assert_eq!((undone, why), (1, vec![(2, "sheet-undo-used".to_owned())]));
        assert_eq!(people(&ground, "云上花店").await.len(), 1);
        assert_eq!(desk.count("person").await, 1);
        ground.verify().await;
    }
}
