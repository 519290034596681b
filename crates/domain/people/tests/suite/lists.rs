//! Lists by area, label and age on the page of the register, and taking them out as they stand there.

use std::sync::Arc;

use jiff::civil::date;
use uuid::Uuid;
use youlin_datasets::{Dataset, Datasets, DatasetsSettings};
use youlin_kernel::Role;
use youlin_people::datasets::PersonsDataset;
use youlin_people::{AccountPolicy, Home, PersonInput, Relation};

use crate::browser::{Browser, House, account, house_with};
use crate::ground::{Ground, JIA, YI, grant, grounds};

async fn enter(
    ground: &Ground,
    name: &str,
    birth: jiff::civil::Date,
    labels: &[&str],
    dwelling: Uuid,
) -> Uuid {
    let input = PersonInput {
        name: name.to_owned(),
        birth: Some(birth),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        home: Some(Home {
            dwelling,
            relation: Relation::Owner,
            household_key: None,
        }),
        ..PersonInput::default()
    };
    let community = if dwelling == ground.homes.south_101 {
        YI
    } else {
        JIA
    };
    let ctx = ground.world.service();
    ground.save(&ctx, community, None, input).await.unwrap()
}

/// 王 and 李 in the first neighbourhood, 赵 in the second, 钱 in the other community.
async fn people(ground: &Ground) -> [Uuid; 5] {
    let homes = &ground.homes;
    let alone = &["living_alone"][..];
    let (old, young) = (date(1940, 3, 5), date(1990, 3, 5));
    [
        enter(ground, "王秀英", old, alone, homes.east_101).await,
        enter(ground, "王小明", young, alone, homes.east_102).await,
        enter(ground, "李建国", old, &[], homes.east_102).await,
        enter(ground, "赵桂兰", old, alone, homes.west_101).await,
        enter(ground, "钱玉珍", old, alone, homes.south_101).await,
    ]
}

fn with_figures(ground: &Ground) -> House {
    let sets: Vec<Arc<dyn Dataset>> = vec![Arc::new(PersonsDataset(Arc::clone(&ground.vault)))];
    let datasets = Datasets::new(
        ground.world.db().clone(),
        Arc::clone(&ground.world.areas),
        sets,
        DatasetsSettings::default(),
    );
    house_with(ground, 1_000, AccountPolicy::default(), |app| {
        app.with(Arc::new(datasets))
    })
}

fn shows(page: &str, person: &Uuid) -> bool {
    page.contains(&format!("href=\"/people/{person}\""))
}

/// What a chip of the page says, with its count.
fn chips(page: &str) -> Vec<String> {
    let chips = page.split("data-chips>").nth(1).unwrap_or_default();
    let chips = chips.split("</nav>").next().unwrap_or_default();
    let words = chips
        .split("</a>")
        .filter_map(|chip| chip.rsplit('>').next());
    words
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn chips_count_within_the_area_that_is_chosen() {
    for ground in grounds().await {
        let [wang, young, li, zhao, qian] = people(&ground).await;
        let house = with_figures(&ground);
        let both = vec![
            grant(Role::CommunityDesk, 10),
            grant(Role::CommunityDesk, 11),
        ];
        account(&ground, "both", both, None).await;
        let mut desk = Browser::signed_in(&house, "both").await;
        let idle = desk.get("/people").await.text;
        assert!(
            chips(&idle).is_empty(),
            "nobody waits for figures to look for a name"
        );
        assert!(idle.contains("href=\"/people?area=10\""), "{idle}");
        let page = desk.get("/people?area=10").await.text;
        assert_eq!(chips(&page), ["60 岁以上 · 3", "80 岁以上 · 3", "独居 · 3"]);
        let page = desk.get("/people?area=11").await.text;
        assert_eq!(chips(&page), ["60 岁以上 · 1", "80 岁以上 · 1", "独居 · 1"]);
        assert!(shows(&page, &qian) && !shows(&page, &wang));
        let page = desk.get("/people?area=1000").await.text;
        assert_eq!(chips(&page), ["60 岁以上 · 2", "80 岁以上 · 2", "独居 · 2"]);
        // Each is counted within the other: the figure is what the click shows.
        let page = desk.get("/people?area=1000&age=80").await.text;
        assert_eq!(chips(&page), ["60 岁以上 · 2", "80 岁以上 · 2", "独居 · 1"]);
        assert!(shows(&page, &wang) && shows(&page, &li) && !shows(&page, &young));
        let page = desk
            .get("/people?area=10&label=living_alone&age=80")
            .await
            .text;
        assert!(shows(&page, &wang) && shows(&page, &zhao) && !shows(&page, &li));
        assert!(page.contains("共 2 人"), "{page}");
        // Words cut the list down further.
        ground.index().await;
        let page = desk
            .get("/people?area=10&label=living_alone&q=%E7%8E%8B")
            .await
            .text;
        assert!(shows(&page, &wang) && shows(&page, &young) && !shows(&page, &zhao));
        let wrong = desk.get("/people?area=10&label=nonsense").await;
        assert!(wrong.text.contains("标签目录里没有"), "{}", wrong.text);
        let wrong = desk.get("/people?area=10&age=900").await;
        assert!(wrong.text.contains("0 到 150"), "{}", wrong.text);
        // Another's grid is not looked through, though it lies in a community one sees a part of.
        let own = vec![grant(Role::GridWorker, 100)];
        account(&ground, "worker", own, None).await;
        let mut worker = Browser::signed_in(&house, "worker").await;
        let own = worker.get("/people?area=100&age=80").await.text;
        let others = worker.get("/people?area=101&age=80").await.text;
        assert!(shows(&own, &wang) && shows(&others, &wang), "{others}");
        assert_eq!(chips(&others), chips(&own));
    }
}

#[tokio::test]
async fn a_list_is_taken_out_as_it_stands_on_the_page() {
    for ground in grounds().await {
        let [wang, _young, _li, zhao, _qian] = people(&ground).await;
        let house = with_figures(&ground);
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "lead", vec![grant(Role::CommunityLead, 10)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let mut lead = Browser::signed_in(&house, "lead").await;
        let page = desk
            .get("/people?area=10&label=living_alone&age=80")
            .await
            .text;
        let button = "/people/exports?area=10&label=living_alone&age=80";
        assert!(page.contains(&button.replace('&', "&#38;")), "{page}");
        let form = desk.get(button).await.text;
        let said = "独居，80 岁以上";
        assert!(form.contains(said) && form.contains("2 人"), "{form}");
        assert!(
            form.contains("href=\"/people/exports?area=10\""),
            "it can be dropped: {form}"
        );
        // Nobody fits, or the list is none of persons: said at the field, with what was asked.
        let filter = [
            ("area", "10"),
            ("purpose", "重阳慰问"),
            ("label", "living_alone"),
        ];
        let with = |more: &[(&'static str, &'static str)]| [&filter[..], more].concat();
        let nobody = desk.post("/people/exports", &with(&[("age", "120")])).await;
        assert_eq!(nobody.status, 422);
        assert!(
            nobody.text.contains("现在没有符合这个条件的人"),
            "{}",
            nobody.text
        );
        assert!(
            nobody.text.contains("value=\"重阳慰问\"") && nobody.text.contains("value=\"120\"")
        );
        let shops = [("age", "80"), ("contents", "merchants")];
        let shops = desk.post("/people/exports", &with(&shops)).await;
        assert!(shops.text.contains("商户名单用不上"), "{}", shops.text);
        // All of it waits for a second person, who reads what it is cut down by.
        let asked = [("age", "80"), ("contents", "register"), ("dwelling", "")];
        assert_eq!(
            desk.post("/people/exports", &with(&asked)).await.status,
            303
        );
        let waiting = lead.get("/people/exports/approve").await.text;
        assert!(
            waiting.contains(said) && waiting.contains("2 人"),
            "{waiting}"
        );
        let id = waiting.split("action=\"/people/exports/").nth(1);
        let id = id.and_then(|rest| rest.split('/').next()).unwrap();
        let decide = format!("/people/exports/{id}/decide");
        assert_eq!(
            lead.post(&decide, &[("decision", "approve")]).await.status,
            303
        );
        // Between the yes and the file somebody came: the file is of the moment it is made.
        let homes = &ground.homes;
        enter(
            &ground,
            "孙阿婆",
            date(1938, 1, 1),
            &["living_alone"],
            homes.west_101,
        )
        .await;
        let book = desk.post(&format!("/people/exports/{id}/take"), &[]).await;
        assert_eq!(book.status, 200, "{}", book.text);
        let sheets = texts_of(&book.bytes);
        assert!(
            sheets.contains(&format!("重阳慰问（名单条件：{said}）")),
            "{sheets}"
        );
        for name in ["王秀英", "赵桂兰", "孙阿婆"] {
            assert!(sheets.contains(name), "{name}");
        }
        for name in ["王小明", "李建国"] {
            assert!(!sheets.contains(name), "{name} is not on the list");
        }
        // Words that were searched for lie sealed: they may be a name.
        ground.index().await;
        let ask = [("area", "1000"), ("purpose", "回访"), ("q", "王秀英")];
        assert_eq!(desk.post("/people/exports", &ask).await.status, 303);
        let page = desk.get("/people/exports").await.text;
        let path = page.split("action=\"").find(|part| {
            part.split('"')
                .next()
                .is_some_and(|path| path.ends_with("/take"))
        });
        let path = path.and_then(|part| part.split('"').next()).unwrap();
        let list = desk.post(path, &[]).await.text;
        assert!(list.contains("查找“王秀英”"), "{list}");
        assert_eq!(list.lines().count(), 3, "{list}");
        for (person, seen) in [(wang, 2), (zhao, 1)] {
            let me = ground.world.caller_with(vec![], Some(person));
            let looks = youlin_people::looks_at_me(ground.world.db().read(), &me).await;
            assert_eq!(looks.unwrap().len(), seen);
        }
        ground.verify().await;
    }
}

/// All texts of a workbook.
fn texts_of(bytes: &[u8]) -> String {
    let book = youlin_tabular::read(bytes, &youlin_tabular::Limits::default()).unwrap();
    let lines = book.sheets.iter().flat_map(|sheet| &sheet.lines);
    let cells = lines.flat_map(|line| line.cells.iter().map(|cell| cell.shown()));
    cells.collect::<Vec<_>>().join("\n")
}
