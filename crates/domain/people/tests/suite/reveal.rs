//! Showing what is hidden: only for a purpose, only where one may, always on record.

use std::sync::Arc;

use youlin_kernel::{AreaId, Role};
use youlin_people::permissions::PEOPLE_LOOKS;
use youlin_people::{
    Directory, PersonInput, Reveal, RevealField, Revealed, looks_at_me, who_looked,
};

use crate::ground::{Ground, JIA, grant, grounds};

async fn reveal(
    ground: &Ground,
    ctx: &youlin_kernel::Ctx,
    person: uuid::Uuid,
    fields: Vec<RevealField>,
    purpose: &str,
) -> youlin_kernel::Result<Revealed> {
    let command = Reveal {
        vault: Arc::clone(&ground.vault),
        community: JIA,
        person,
        fields,
        purpose: purpose.to_owned(),
        case: None,
    };
    ground.world.db().execute(ctx, command).await
}

#[tokio::test]
async fn a_purpose_is_needed_and_every_look_is_on_record() {
    for ground in grounds().await {
        let home = Some(ground.homes.east_101);
        let zhou = ground.person(JIA, "周建国", &["13800001234"], home).await;
        let input = PersonInput {
            name: "周建国".to_owned(),
            note: Some("<b>白天在单位</b>".to_owned()),
            ..PersonInput::default()
        };
        let desk = ground.desk();
        ground.save(&desk, JIA, Some(zhou), input).await.unwrap();
        let db = ground.world.db().read();
        let scope = ground.scope(&desk);
        let file = Directory::person(db, &ground.vault, &scope, zhou)
            .await
            .unwrap();
        let phone = RevealField::Phone(file.phones[0].0);

        for purpose in ["", "  ", "x", " 查 "] {
            let refused = reveal(&ground, &desk, zhou, vec![phone], purpose)
                .await
                .unwrap_err();
            assert_eq!(refused.fields()[0].code, "purpose-needed", "{purpose:?}");
        }
        let long = "查".repeat(201);
        let refused = reveal(&ground, &desk, zhou, vec![phone], &long)
            .await
            .unwrap_err();
        assert_eq!(refused.fields()[0].code, "too-long");
        let refused = reveal(&ground, &desk, zhou, vec![], "回访")
            .await
            .unwrap_err();
        assert_eq!(refused.fields()[0].field, "fields");
        let strange = vec![RevealField::Phone(zhou)];
        assert!(reveal(&ground, &desk, zhou, strange, "回访").await.is_err());
        let lead = ground.world.caller(Role::CommunityLead, JIA);
        let looks_scope = lead.scope(&PEOPLE_LOOKS).unwrap();
        let looks = who_looked(db, &ground.vault, &looks_scope, zhou)
            .await
            .unwrap();
        assert!(
            looks.is_empty(),
            "a refused look showed nothing and is not on record"
        );

        let fields = vec![
            RevealField::Name,
            phone,
            RevealField::Note,
            RevealField::Address,
        ];
        let shown = reveal(&ground, &desk, zhou, fields, "回访轮椅")
            .await
            .unwrap();
        let values: Vec<&str> = shown
            .fields
            .iter()
            .map(|f| f.value.as_deref().unwrap())
            .collect();
        assert_eq!(
            values[..3],
            ["周建国", "138 0000 1234", "<b>白天在单位</b>"]
        );
        assert!(values[3].contains("101"));
        let nothing = reveal(&ground, &desk, zhou, vec![RevealField::Identity], "核对")
            .await
            .unwrap();
        assert_eq!(nothing.fields[0].value, None);

        let looks = who_looked(db, &ground.vault, &looks_scope, zhou)
            .await
            .unwrap();
        assert_eq!(looks.len(), 2);
        let first = looks.iter().find(|look| look.id == shown.look).unwrap();
        assert_eq!(first.purpose, "回访轮椅");
        assert_eq!(first.fields, ["address", "name", "note", "phone"]);
        let himself = ground
            .world
            .caller_with(vec![grant(Role::Resident, 10)], Some(zhou));
        assert_eq!(looks_at_me(db, &himself).await.unwrap().len(), 2);
        let somebody = ground
            .world
            .caller_with(vec![grant(Role::Resident, 10)], None);
        assert!(looks_at_me(db, &somebody).await.unwrap().is_empty());
        ground.verify().await;
    }
}

#[tokio::test]
async fn only_those_who_may_and_only_in_their_area() {
    for ground in grounds().await {
        let zhou = ground
            .person(JIA, "周建国", &[], Some(ground.homes.east_101))
            .await;
        let name = || vec![RevealField::Name];
        for (role, area, may) in [
            (Role::GridWorker, 100, true),
            (Role::GridWorker, 101, false),
            (Role::CommunityDesk, 10, true),
            (Role::CommunityDesk, 11, false),
            (Role::CommunityLead, 10, true),
            (Role::DistrictOperator, 1, true),
            (Role::MicroGridWorker, 1000, false),
            (Role::Volunteer, 10, false),
            (Role::Partner, 10, false),
            (Role::Resident, 10, false),
            (Role::SubdistrictSupervisor, 2, false),
            (Role::Auditor, 1, false),
            (Role::Administrator, 1, false),
        ] {
            let ctx = ground.world.caller(role, AreaId(area));
            let outcome = reveal(&ground, &ctx, zhou, name(), "核对情况").await;
            assert_eq!(outcome.is_ok(), may, "{role:?} in {area}");
        }
        let visitor = ground.world.visitor();
        let refused = reveal(&ground, &visitor, zhou, name(), "核对情况")
            .await
            .unwrap_err();
        assert_eq!(refused.kind().status(), 401);
        ground.verify().await;
    }
}
