//! Imports of merchants are taken back as a whole; what somebody changed since stays, and is named.

use std::sync::Arc;

use uuid::Uuid;
use youlin_imports::{Choice, ImportState, ImportView, Outcome};
use youlin_kernel::Micros;
use youlin_people::merchants::{
    CloseMerchant, MerchantFilter, MerchantInput, MerchantView, Merchants, PlaceMerchant,
    SaveMerchant, ShopSheets,
};

use crate::browser::imports;
use crate::ground::{Ground, JIA, grounds};
use crate::imports::{Desk, Dying};
use crate::merchants::{Market, enter, figures, input, said};

const TABLES: [&str; 5] = [
    "merchant",
    "merchant_past",
    "merchant_place",
    "merchant_person",
    "import_step",
];

/// 老王五金 moves from C-01 to C-03 and has more people, a new one comes to the stall that was its, another is new.
const SHEET: &str = "\
商户名称,场所,摊位号,主营商品,从业人数,联系电话
老王五金,中原综合批发市场,C-03,五金工具,8,13900002222
新来的布行,中原综合批发市场,C-01,布料,2,
张记布行,中原综合批发市场,C-02,布料,3,13900003333
";

async fn everything(ground: &Ground) -> Vec<MerchantView> {
    let scope = ground.scope(&ground.desk());
    let db = ground.world.db().read();
    let filter = MerchantFilter::default();
    let found = Merchants::list(db, &ground.vault, &scope, &filter, 1_000).await;
    found.unwrap()
}

pub(crate) async fn named(ground: &Ground, name: &str) -> MerchantView {
    let mut all = everything(ground).await.into_iter();
    all.find(|one| one.name == name).unwrap()
}

/// What there is, as people see it and as it lies in the tables.
async fn state(ground: &Ground, desk: &Desk<'_>) -> (Vec<String>, Vec<i64>) {
    let shown = |one: MerchantView| {
        let place = one.place_label();
        let (then, persons) = (one.former_places.len(), one.persons.len());
        let phone = one.phone_masked.unwrap_or_default();
        let (goods, employees) = (one.goods, one.employees);
        format!(
            "{} {place} {goods} {employees:?} {phone} {then} {persons}",
            one.name
        )
    };
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(desk.count(table).await);
    }
    let all = everything(ground).await;
    (all.into_iter().map(shown).collect(), counts)
}

/// The lines that were not taken back, and why.
pub(crate) async fn left(desk: &Desk<'_>, id: Uuid) -> (u32, Vec<(u32, String)>) {
    desk.undo(id).await;
    desk.work().await;
    let view = desk.view(id).await;
    assert_eq!(view.state, ImportState::Undone);
    let undone = view.undone.unwrap();
    let why = undone.refused.into_iter();
    (undone.undone, why.map(|one| (one.line, one.code)).collect())
}

async fn changed(ground: &Ground, one: &MerchantView, goods: &str) {
    let command = SaveMerchant {
        vault: Arc::clone(&ground.vault),
        community: JIA,
        known: Some((one.id, one.version)),
        input: MerchantInput {
            goods: goods.to_owned(),
            ..input(&one.name)
        },
        at: None,
    };
    let done = ground.world.db().execute(&ground.desk(), command).await;
    done.unwrap();
}

/// Which rows change, in what.
fn changes(view: &ImportView) -> Vec<String> {
    let report = view.report.clone().unwrap();
    let changed = report.named(Outcome::Changed);
    changed
        .map(|one| format!("{} {}", one.called, one.what.join(" ")))
        .collect()
}

#[tokio::test]
async fn a_list_is_taken_back_and_can_be_given_again() {
    for ground in grounds().await {
        let market = Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        enter(&ground, &ground.desk(), "老王五金", market.stall(0, false))
            .await
            .unwrap();
        let before = state(&ground, &desk).await;
        for _ in 0..2 {
            let view = desk.listed(SHEET).await;
            assert_eq!(said(&view), [(3, "stall-occupied"), (2, "shop-same-name")]);
            let done = desk.decide(view.id, &[(2, Choice::Take)], false).await;
            assert_eq!(figures(&done), (2, 1, 0), "the stall is free by then");
            let moved = "老王五金 stall goods employees phone";
            assert_eq!(changes(&done), [moved]);
            let wang = named(&ground, "老王五金").await;
            assert_eq!((wang.employees, wang.former_places.len()), (Some(8), 1));
            assert_eq!(state(&ground, &desk).await.1, [3, 1, 4, 0, 3]);
            ground.world.clock.advance(Micros::DAY);
            assert_eq!(left(&desk, view.id).await, (3, Vec::new()));
            assert_eq!(state(&ground, &desk).await, before);
            // Once more does nothing.
            assert_eq!(left(&desk, view.id).await, (3, Vec::new()));
            assert_eq!(state(&ground, &desk).await, before);
        }
        ground.verify().await;
    }
}

#[tokio::test]
async fn lists_are_taken_back_one_after_the_other() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let before = state(&ground, &desk).await;
        // It comes to C-01 by the first list and moves on to C-03 by the second.
        let sheet = |stall: &str| {
            format!("商户名称,场所,摊位号,主营商品\n新来的布行,中原综合批发市场,{stall},布料\n")
        };
        let first = desk.listed(&sheet("C-01")).await;
        desk.decide(first.id, &[], false).await;
        let second = desk.listed(&sheet("C-03")).await;
        let done = desk.decide(second.id, &[], true).await;
        assert_eq!(figures(&done), (0, 1, 0), "{:?}", done.report);
        let one = named(&ground, "新来的布行").await;
        assert_eq!((one.places.len(), one.former_places.len()), (1, 1));
        assert_eq!(left(&desk, second.id).await, (1, Vec::new()));
        assert_eq!(left(&desk, first.id).await, (1, Vec::new()));
        assert_eq!(state(&ground, &desk).await, before);
        ground.verify().await;
    }
}

#[tokio::test]
async fn what_a_colleague_went_on_with_stays_and_is_named() {
    for ground in grounds().await {
        let market = Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let db = ground.world.db();
        enter(&ground, &ground.desk(), "顺达五金", market.stall(0, false))
            .await
            .unwrap();
        let sheet = "商户名称,场所,摊位号,主营商品\n\
            顺达五金,中原综合批发市场,C-03,五金工具\n\
            张记布行,中原综合批发市场,C-02,布料\n\
            云上花店,西村便利店,,鲜花\n\
            李记,西村便利店,,早点\n\
            吴记,,,早点\n\
            周记,,,早点\n";
        let view = desk.listed(sheet).await;
        let done = desk.decide(view.id, &[(2, Choice::Take)], false).await;
        assert_eq!(figures(&done), (5, 1, 0));
        // One is changed, one gets a place, one gives up, and somebody new comes to the stall 顺达五金 left.
        changed(&ground, &named(&ground, "张记布行").await, "窗帘").await;
        enter(&ground, &ground.desk(), "永源布行", market.stall(0, false))
            .await
            .unwrap();
        let place = PlaceMerchant {
            community: JIA,
            merchant: named(&ground, "吴记").await.id,
            at: youlin_people::merchants::Where {
                stall: None,
                ..market.stall(0, false)
            },
        };
        db.execute(&ground.desk(), place).await.unwrap();
        let li = named(&ground, "李记").await;
        let close = CloseMerchant {
            community: JIA,
            merchant: li.id,
            version: li.version,
            closed_on: String::new(),
        };
        db.execute(&ground.desk(), close).await.unwrap();
        let (undone, why) = left(&desk, view.id).await;
        assert_eq!(undone, 2, "云上花店 and 周记");
        let why: Vec<(u32, &str)> = why
            .iter()
            .map(|(line, why)| (*line, why.as_str()))
            .collect();
        assert_eq!(
            why,
            [
                (2, "shop-undo-taken"),
                (3, "shop-undo-changed"),
                (5, "shop-undo-changed"),
                (6, "shop-undo-changed"),
            ]
        );
        let shun = named(&ground, "顺达五金").await;
        assert_eq!(shun.place_label(), "中原综合批发市场 C-03");
        assert_eq!(named(&ground, "张记布行").await.goods, "窗帘");
        let names: Vec<String> = everything(&ground)
            .await
            .into_iter()
            .map(|one| one.name)
            .collect();
        assert!(
            !names
                .iter()
                .any(|name| name == "云上花店" || name == "周记")
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_file_with_keys_is_taken_back_with_its_persons() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let zhou = ground.person(JIA, "周建国", &[], None).await;
        let file = format!(
            "key,premises_key,stall_key,name,trade,employees,phone,since,owner_key\n\
             a,m1,c1,顺达五金商行,hardware,2,13900011000,2024-03-01,{zhou}\n\
             b,m1,c2,永源布行,textiles,1,,,\n"
        );
        let give = async |text: &str| {
            let id = desk.give_as("merchants", text.as_bytes().to_vec()).await;
            desk.work().await;
            desk.accept(id).await.unwrap();
            desk.work().await;
            let view = desk.view(id).await;
            assert_eq!(view.state, ImportState::Done, "{view:?}");
            view
        };
        let first = give(&file).await;
        assert_eq!(figures(&first), (2, 0, 0));
        assert_eq!(left(&desk, first.id).await, (2, Vec::new()));
        assert_eq!(state(&ground, &desk).await.1, [0; 5]);
        assert_eq!(figures(&give(&file).await), (2, 0, 0));
        let before = state(&ground, &desk).await;
        // The two change their stalls with a third in between, and one loses its number.
        let second = file
            .replace("b,m1,c2", "b,m1,c3")
            .replace("13900011000", "")
            .replace("hardware,2", "hardware,5")
            + "c,m1,c2,瑞和布行,textiles,1,,,\n";
        let second = give(&second).await;
        assert_eq!(figures(&second), (1, 2, 0));
        let (stall, number) = ("永源布行 · b stall", "顺达五金商行 · a employees phone");
        assert_eq!(changes(&second), [number, stall]);
        assert_eq!(left(&desk, second.id).await, (3, Vec::new()));
        assert_eq!(state(&ground, &desk).await, before);
        let shun = named(&ground, "顺达五金商行").await;
        assert_eq!(shun.phone_masked.as_deref(), Some("139****1000"));
        assert_eq!(desk.count("person").await, 1);
        ground.verify().await;
    }
}

#[tokio::test]
async fn cut_off_in_the_middle_it_goes_on_and_doubles_nothing() {
    for ground in grounds().await {
        let inner = ShopSheets {
            vault: Arc::clone(&ground.vault),
            in_use: Vec::new(),
        };
        let imports = Dying::imports(&ground, inner, false, 1);
        let desk = Desk::at(&ground, imports).await;
        let mut sheet = "商户名称,主营商品,从业人数\n".to_owned();
        for n in 0..450 {
            sheet += &format!("商户{n},五金,{}\n", n % 9);
        }
        let view = desk.listed(&sheet).await;
        desk.accept(view.id).await.unwrap();
        desk.work().await;
        assert_eq!(desk.view(view.id).await.state, ImportState::Running);
        assert_eq!(desk.count("merchant").await, 200, "one batch went in");
        ground.world.clock.advance(Micros::HOUR);
        desk.work().await;
        let view = desk.view(view.id).await;
        assert_eq!(
            (view.state, figures(&view)),
            (ImportState::Done, (450, 0, 0))
        );
        assert_eq!(desk.count("import_step").await, 450);
        desk.undo(view.id).await;
        desk.work().await;
        assert_eq!(desk.view(view.id).await.state, ImportState::Undoing);
        assert_eq!(
            desk.count("merchant").await,
            250,
            "one batch was taken back"
        );
        ground.world.clock.advance(Micros::HOUR);
        assert_eq!(left(&desk, view.id).await, (450, Vec::new()));
        assert_eq!(desk.count("merchant").await, 0);
        ground.verify().await;
    }
}
