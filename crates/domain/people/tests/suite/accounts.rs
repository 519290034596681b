//! Who may give which rights, and keys.

use sha2::{Digest, Sha256};
use youlin_kernel::{AreaId, Role};
use youlin_people::{
    AccountPolicy, Accounts, CloseAccount, CreateAccount, CreateApiKey, DisableTotp, KeyKind,
    PasswordHash, RevokeApiKey, SetGrants, SetPassword, account_list,
};
use youlin_web::AccountSource;

use crate::ground::{grant, grounds};

fn new(login: &str, grants: Vec<youlin_kernel::Grant>) -> CreateAccount {
    CreateAccount {
        login: login.to_owned(),
        password: PasswordHash::none(),
        display_name: "名字".to_owned(),
        person: None,
        grants,
        must_change: false,
    }
}

#[tokio::test]
async fn nobody_gives_or_takes_what_is_not_theirs_to_give() {
    for ground in grounds().await {
        let db = ground.world.db();
        let here = ground.world.caller(Role::Administrator, AreaId(10));
        let service = ground.world.service();
        let district = vec![grant(Role::Administrator, 1)];
        let chief = db
            .execute(&service, new("chief", district.clone()))
            .await
            .unwrap();
        let own = db
            .execute(&here, new("shi", vec![grant(Role::GridWorker, 100)]))
            .await
            .unwrap();

        let refused = db
            .execute(&here, new("x1", district.clone()))
            .await
            .unwrap_err();
        assert_eq!(refused.kind().status(), 403);
        let other = vec![grant(Role::GridWorker, 110)];
        assert!(db.execute(&here, new("x2", other)).await.is_err());
        let up = SetGrants {
            account: own,
            version: None,
            grants: district,
        };
        assert!(db.execute(&here, up).await.is_err());
        let take = SetGrants {
            account: chief,
            version: None,
            grants: vec![],
        };
        assert!(db.execute(&here, take).await.is_err());
        let password = SetPassword {
            account: chief,
            password: PasswordHash::none(),
            must_change: true,
        };
        assert!(
            db.execute(&here, password).await.is_err(),
            "no taking over of a wider account"
        );
        assert!(
            db.execute(&here, DisableTotp { account: chief })
                .await
                .is_err()
        );
        assert!(
            db.execute(
                &here,
                CloseAccount {
                    account: chief,
                    closed: true
                }
            )
            .await
            .is_err()
        );
        for role in Role::ALL
            .into_iter()
            .filter(|role| *role != Role::Administrator)
        {
            let ctx = ground.world.caller(role, AreaId(1));
            assert!(
                db.execute(&ctx, new("x3", vec![])).await.is_err(),
                "{role:?}"
            );
            let password = SetPassword {
                account: own,
                password: PasswordHash::none(),
                must_change: true,
            };
            assert!(db.execute(&ctx, password).await.is_err(), "{role:?}");
        }
        let partner = vec![grant(Role::Partner, 10)];
        let refused = db.execute(&here, new("x4", partner)).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "partner-organisation");
        for (login, code) in [
            ("SHI", "login-taken"),
            ("a", "login-shape"),
            ("a b", "login-shape"),
            ("", "required"),
        ] {
            let refused = db.execute(&here, new(login, vec![])).await.unwrap_err();
            assert_eq!(refused.fields()[0].code, code, "{login:?}");
        }
        let logins: Vec<String> = account_list(db.read())
            .await
            .unwrap()
            .into_iter()
            .map(|a| a.login)
            .collect();
        assert_eq!(logins, ["chief", "shi"]);
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_lost_race_over_grants_is_a_conflict() {
    for ground in grounds().await {
        let db = ground.world.db();
        let admin = ground.world.caller(Role::Administrator, AreaId(1));
        let id = db
            .execute(&admin, new("shi", vec![grant(Role::GridWorker, 100)]))
            .await
            .unwrap();
        let seen = account_list(db.read()).await.unwrap()[0].version;
        let to = |role| SetGrants {
            account: id,
            version: Some(seen),
            grants: vec![grant(role, 100)],
        };
        db.execute(&admin, to(Role::MicroGridWorker)).await.unwrap();
        let lost = db.execute(&admin, to(Role::Volunteer)).await.unwrap_err();
        assert_eq!((lost.kind().status(), lost.code()), (409, "stale"));
        let held = &account_list(db.read()).await.unwrap()[0].grants;
        assert_eq!(held, &[grant(Role::MicroGridWorker, 100)]);
    }
}

#[tokio::test]
async fn a_key_opens_its_own_interface_until_it_is_revoked() {
    for ground in grounds().await {
        let db = ground.world.db();
        let admin = ground.world.caller(Role::Administrator, AreaId(10));
        let make = |kind| CreateApiKey {
            name: "热线平台".to_owned(),
            kind,
            grants: vec![grant(Role::CommunityDesk, 10)],
        };
        let rest = db.execute(&admin, make(KeyKind::Rest)).await.unwrap();
        let open311 = db.execute(&admin, make(KeyKind::Open311)).await.unwrap();
        let accounts = Accounts::new(db.clone(), AccountPolicy::default());
        let hash = |key: &str| -> [u8; 32] { Sha256::digest(key.as_bytes()).into() };
        let found = accounts.key(hash(&rest.key)).await.unwrap().unwrap();
        assert_eq!(found.actor.kind(), "machine");
        assert_eq!(found.grants.to_vec(), [grant(Role::CommunityDesk, 10)]);
        assert!(accounts.key(hash(&open311.key)).await.unwrap().is_none());
        assert!(
            accounts
                .key_of(KeyKind::Open311, hash(&open311.key))
                .await
                .unwrap()
                .is_some()
        );
        assert!(accounts.key(hash("yl_guess")).await.unwrap().is_none());
        let elsewhere = ground.world.caller(Role::Administrator, AreaId(11));
        assert!(
            db.execute(&elsewhere, RevokeApiKey { id: rest.id })
                .await
                .is_err()
        );
        db.execute(&admin, RevokeApiKey { id: rest.id })
            .await
            .unwrap();
        assert!(accounts.key(hash(&rest.key)).await.unwrap().is_none());
        ground.verify().await;
    }
}
