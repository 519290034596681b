//! A number said again is the number, wherever numbers are shown; and forms have the language somebody speaks.

use std::sync::Arc;

use uuid::Uuid;
use youlin_datasets::{Dataset, Wanted};
use youlin_kernel::Micros;
use youlin_people::datasets::PersonsDataset;
use youlin_people::own::own_file;
use youlin_people::{LearnFacts, PersonInput};

use crate::browser::catalogues;
use crate::ground::{Ground, JIA, grounds};

const OLD: &str = "13800001111";
const NEW: &str = "13900002222";

/// The numbers of the own file, digits only, in its order.
async fn numbers(ground: &Ground, person: Uuid) -> Vec<String> {
    let (db, me) = (
        ground.world.db(),
        ground.world.caller_with(vec![], Some(person)),
    );
    let file = own_file(db.read(), &ground.vault, &me, JIA, person).await;
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let phones = file.unwrap().phones;
    phones.iter().map(|one| digits(&one.number)).collect()
}

fn typed(phone: &str) -> PersonInput {
    PersonInput {
        name: "周建国".to_owned(),
        phones: vec![phone.to_owned()],
        language: Some("en".to_owned()),
        ..PersonInput::default()
    }
}

#[tokio::test]
async fn the_number_said_last_is_first_everywhere() {
    for ground in grounds().await {
        let (db, desk) = (ground.world.db(), ground.desk());
        let service = ground.world.service();
        let zhou = ground.save(&service, JIA, None, typed(OLD)).await.unwrap();
        ground.world.clock.advance(Micros::MINUTE);
        let save = async |phone: &str| {
            ground.world.clock.advance(Micros::MINUTE);
            let ctx = ground.world.service();
            let saved = ground.save(&ctx, JIA, Some(zhou), typed(phone)).await;
            saved.unwrap();
            numbers(&ground, zhou).await
        };
        assert_eq!(save(NEW).await, [NEW, OLD]);
        assert_eq!(save(OLD).await, [OLD, NEW], "typed into the form again");
        let both = PersonInput {
            phones: vec![NEW.to_owned(), OLD.to_owned()],
            ..typed(OLD)
        };
        ground.world.clock.advance(Micros::MINUTE);
        ground.save(&service, JIA, Some(zhou), both).await.unwrap();
        assert_eq!(numbers(&ground, zhou).await, [OLD, NEW], "a list as it was");
        let heard = LearnFacts {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: zhou,
            how: youlin_people::facts::How::Visit,
            phone: Some(NEW.to_owned()),
            instead_of: None,
            birth: String::new(),
            sex: None,
            labels: Vec::new(),
            labels_off: Vec::new(),
            answers: Vec::new(),
            seen: false,
        };
        ground.world.clock.advance(Micros::MINUTE);
        db.execute(&ground.world.service(), heard).await.unwrap();
        assert_eq!(numbers(&ground, zhou).await, [NEW, OLD], "at the door");

        let wanted = Wanted {
            records: vec![(JIA, zhou)],
            fields: vec!["language".to_owned()],
            purpose: "报街道".to_owned(),
            form: Uuid::nil(),
        };
        let persons = PersonsDataset(Arc::clone(&ground.vault));
        let given = persons.hand_out(db, &desk, &catalogues(), &wanted).await;
        assert_eq!(given.unwrap()[&zhou], ["英语"]);
        ground.verify().await;
    }
}
