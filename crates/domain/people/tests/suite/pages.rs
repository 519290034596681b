//! Pages as a browser gets them.

use youlin_kernel::Role;
use youlin_people::{AccountPolicy, MembershipRole, SaveMembership};

use crate::browser::{Browser, account, house};
use crate::ground::{JIA, grant, grounds};

#[tokio::test]
async fn a_file_is_masked_and_shows_what_was_asked_for_once() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let home = Some(ground.homes.east_101);
        let zhou = ground
            .person(JIA, "周<b>建国", &["13800001234"], home)
            .await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "lead", vec![grant(Role::CommunityLead, 10)], None).await;
        account(&ground, "other", vec![grant(Role::CommunityDesk, 11)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let path = format!("/people/{zhou}");
        let list = desk.get("/people?q=13800001234").await;
        assert!(list.text.contains(&path) && list.text.contains("138****1234"));
        let page = desk.get(&path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("东村1号楼"));
        for secret in ["建国", "13800001234", "0000"] {
            assert!(
                !list
                    .text
                    .replace("q=13800001234", "")
                    .replace("value=\"13800001234\"", "")
                    .contains(secret)
            );
            assert!(!page.text.contains(secret), "{secret}");
        }
        let offered = |field: &str| {
            page.text
                .contains(&format!("name=\"field\" value=\"{field}\""))
        };
        assert!(offered("name") && offered("address"));
        for nothing in ["identity", "note"] {
            assert!(
                !offered(nothing),
                "{nothing} is not held: nobody says what for"
            );
        }
        let refused = desk
            .post(
                &format!("{path}/reveal"),
                &[("field", "name"), ("purpose", "")],
            )
            .await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("id=\"f-purpose-e\"") && !refused.text.contains("建国"));
        assert!(
            refused.text.contains("value=\"name\" checked"),
            "what was ticked is kept"
        );
        let nothing = [("purpose", "回访轮椅")];
        let nothing = desk.post(&format!("{path}/reveal"), &nothing).await;
        assert_eq!(nothing.status, 422);
        assert!(nothing.text.contains("请先勾选要看哪几项"));
        let fields = [
            ("field", "name"),
            ("field", "note"),
            ("purpose", "<i>回访</i>轮椅"),
        ];
        let shown = desk.post(&format!("{path}/reveal"), &fields).await;
        assert_eq!(shown.status, 200);
        assert!(
            shown
                .text
                .contains("<dd data-revealed>周&#60;b&#62;建国</dd>"),
            "{}",
            shown.text
        );
        assert!(!desk.get(&path).await.text.contains("建国"), "hidden again");
        assert!(!desk.get(&path).await.text.contains("id=\"looks\""));
        let mut lead = Browser::signed_in(&house, "lead").await;
        let seen = lead.get(&path).await;
        assert!(seen.text.contains("&#60;i&#62;回访&#60;/i&#62;轮椅"));
        assert!(seen.text.contains("desk 的名字"));
        let mut other = Browser::signed_in(&house, "other").await;
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(
            other.post(&format!("{path}/reveal"), &fields).await.status,
            404
        );

        let wrong = desk
            .post(&format!("{path}/phones"), &[("phone", "138")])
            .await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("value=\"138\"") && wrong.text.contains("id=\"f-phone-e\""));
        let added = desk
            .post(&format!("{path}/phones"), &[("phone", "139 0000 5678")])
            .await;
        assert_eq!(added.location, path);
        desk.post(
            &format!("{path}/labels"),
            &[("label", "elderly"), ("set", "on")],
        )
        .await;
        let page = desk.get(&path).await;
        assert!(page.text.contains("139****5678") && page.text.contains("老年人"));
        let known = page.text.split("data-known").nth(1).unwrap();
        let known = known.split("</details>").next().unwrap();
        for fact in ["电话", "标签", "住址"] {
            let said = known.split(&format!("<dt>{fact}</dt>")).nth(1).unwrap();
            let said = said.split("</dd>").next().unwrap();
            assert!(said.contains("服务台登记"), "{fact} in {known}");
        }
        assert!(!known.contains("身份证号"), "what is not held was not said");
        // A building is no person: it leads to its doors.
        let building = desk
            .get("/people?q=%E4%B8%9C%E6%9D%911%E5%8F%B7%E6%A5%BC")
            .await;
        assert!(building.text.contains("id=\"buildings\""));
        assert!(building.text.contains("href=\"/people/buildings/"));
        assert!(!list.text.contains("id=\"buildings\""));
        desk.post(
            &format!("{path}/labels"),
            &[("label", "elderly"), ("set", "off")],
        )
        .await;
        assert!(
            !desk
                .get(&path)
                .await
                .text
                .contains("<span class=\"tag\">老年人")
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn anybody_finds_their_grid_worker_by_address() {
    for ground in grounds().await {
        let house = house(&ground, 100, AccountPolicy::default());
        let shi = ground.person(JIA, "施雨晴", &["13800008130"], None).await;
        ground
            .person(JIA, "周建国", &["13800001234"], Some(ground.homes.east_101))
            .await;
        let join = SaveMembership {
            vault: std::sync::Arc::clone(&ground.vault),
            person_community: JIA,
            person: shi,
            organisation: None,
            role: MembershipRole::GridWorker,
            area: youlin_kernel::AreaId(100),
            duty_phone: Some("13900000001".to_owned()),
            valid_from: None,
        };
        ground
            .world
            .db()
            .execute(&ground.world.service(), join)
            .await
            .unwrap();
        let mut anybody = Browser::new(&house);
        assert_eq!(anybody.get("/my-grid-worker").await.status, 200);
        let found = anybody
            .get("/my-grid-worker?address=%E4%B8%9C%E6%9D%911%E5%8F%B7%E6%A5%BC101")
            .await;
        assert!(found.text.contains("施雨晴") && found.text.contains("tel:13900000001"));
        assert!(!found.text.contains("周**") && !found.text.contains("13800008130"));
        let unknown = anybody.get("/my-grid-worker?address=%3Cscript%3E").await;
        assert!(unknown.text.contains("&#60;script&#62;") && !unknown.text.contains("<script>"));
        let english = {
            let mut browser = anybody.clone();
            browser.cookie = "prefs=theme:dark.lang:en".to_owned();
            browser.get("/my-grid-worker").await
        };
        assert!(english.text.contains("Who is my grid worker"));
    }
}

#[tokio::test]
async fn an_administrator_makes_accounts_and_keys_and_shows_secrets_once() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "root", vec![grant(Role::Administrator, 1)], None).await;
        let mut admin = Browser::signed_in(&house, "root").await;
        let refused = [
            ("login", "s"),
            ("display_name", "小施"),
            ("role", "grid_worker"),
            ("area", "100"),
            ("organisation", ""),
        ];
        let answer = admin.post("/admin/accounts", &refused).await;
        assert_eq!(answer.status, 422);
        assert!(
            answer.text.contains("value=\"小施\"")
                && answer.text.contains("value=\"grid_worker\" selected")
        );
        let fields = [
            ("login", "shi"),
            ("display_name", "小施"),
            ("role", "grid_worker"),
            ("area", "100"),
            ("organisation", ""),
            ("role", ""),
            ("area", "1"),
            ("organisation", ""),
        ];
        let made = admin.post("/admin/accounts", &fields).await;
        assert_eq!(made.status, 200);
        let once = made
            .text
            .split("<code id=\"once\">")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .to_owned();
        assert_eq!(once.len(), 19);
        assert!(!admin.get("/admin/accounts").await.text.contains(&once));
        let mut shi = Browser::new(&house);
        assert_eq!(shi.sign_in("shi", &once).await.location, "/account");
        assert_eq!(shi.get("/admin/accounts").await.status, 403);

        let list = admin.get("/admin/accounts").await;
        let id = list
            .text
            .split("href=\"/admin/accounts/")
            .nth(2)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let page = admin.get(&format!("/admin/accounts/{id}")).await;
        assert!(page.text.contains("小施"));
        let version = page
            .text
            .split("name=\"version\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let grants = [
            ("version", version.as_str()),
            ("role", "community_desk"),
            ("area", "10"),
            ("organisation", ""),
        ];
        let path = format!("/admin/accounts/{id}/grants");
        assert_eq!(admin.post(&path, &grants).await.status, 303);
        assert_eq!(
            admin.post(&path, &grants).await.status,
            409,
            "the version is an old one now"
        );
        let reset = admin
            .post(&format!("/admin/accounts/{id}/password"), &[])
            .await;
        assert!(reset.text.contains("<code id=\"once\">") && !reset.text.contains(&once));
        assert_eq!(
            admin
                .post(&format!("/admin/accounts/{id}/close"), &[])
                .await
                .status,
            303
        );
        assert!(admin.get("/admin/accounts").await.text.contains("已停用"));

        let key = [
            ("name", "热线"),
            ("kind", "rest"),
            ("role", "community_desk"),
            ("area", "10"),
            ("organisation", ""),
        ];
        let made = admin.post("/admin/keys", &key).await;
        let secret = made
            .text
            .split("<code id=\"once\">")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .to_owned();
        let mut machine = Browser::new(&house);
        machine.key = secret;
        let me = machine.get("/api/v1/me").await;
        assert!(
            me.text.contains("\"kind\":\"machine\"") && me.text.contains("甲社区"),
            "{}",
            me.text
        );
        let revoke = admin.get("/admin/keys").await.text;
        let action = revoke
            .split("action=\"/admin/keys/")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        assert_eq!(
            admin
                .post(&format!("/admin/keys/{action}"), &[])
                .await
                .status,
            303
        );
        assert_eq!(machine.get("/api/v1/me").await.status, 401);
        ground.verify().await;
    }
}

#[tokio::test]
async fn the_language_is_kept_beside_the_other_preferences() {
    for ground in grounds().await {
        let house = house(&ground, 100, AccountPolicy::default());
        let mut browser = Browser::new(&house);
        let answer = browser
            .post("/lang", &[("lang", "en"), ("next", "/my-grid-worker")])
            .await;
        assert_eq!(answer.location, "/my-grid-worker");
        let strange = browser.post("/lang", &[("lang", "xx")]).await;
        assert_eq!(strange.status, 422);
    }
}
