//! Lists of one dwelling among a city's cases are read by an index and not by reading them all.

use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;
use youlin_testkit::sqlite;

use crate::ground::Ground;

#[tokio::test]
async fn cases_of_a_dwelling_are_found_by_its_index_in_their_order() {
    let ground = Ground::new(sqlite().await).await;
    let db = ground.world.db().read();
    // As `cases_of_dwelling` asks.
    let sql = "EXPLAIN QUERY PLAN SELECT * FROM case_record WHERE community_id = ? AND dwelling_id = ? \
               ORDER BY id DESC LIMIT ?";
    let values = [7i64.into(), Uuid::nil().into(), 20i64.into()];
    let asked = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(asked).await.unwrap();
    let steps: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("", "detail").unwrap())
        .collect();
    let [only] = steps.as_slice() else {
        panic!("it sorts by itself: {steps:?}");
    };
    assert!(only.contains("USING INDEX case_dwelling"), "{only}");
    assert!(only.contains("dwelling_id=?"), "{only}");
}
