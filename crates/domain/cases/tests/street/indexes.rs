//! Lists of one dwelling, or of one category, among a city's cases are read by an index and not by reading them all.

use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;
use youlin_testkit::sqlite;

use crate::ground::Ground;

/// The one step by which SQLite answers this.
async fn step(sql: &str, values: [sea_orm::Value; 3]) -> String {
    let ground = Ground::new(sqlite().await).await;
    let db = ground.world.db().read();
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    let asked = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(asked).await.unwrap();
    let steps: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("", "detail").unwrap())
        .collect();
    let [only] = steps.as_slice() else {
        panic!("it sorts by itself: {steps:?}");
    };
    only.clone()
}

#[tokio::test]
async fn cases_of_a_dwelling_are_found_by_its_index_in_their_order() {
    // As `cases_of_dwelling` asks.
    let sql = "SELECT * FROM case_record WHERE community_id = ? AND dwelling_id = ? ORDER BY id DESC LIMIT ?";
    let only = step(sql, [7i64.into(), Uuid::nil().into(), 20i64.into()]).await;
    assert!(only.contains("USING INDEX case_dwelling"), "{only}");
    assert!(only.contains("dwelling_id=?"), "{only}");
}

#[tokio::test]
async fn cases_of_a_category_are_found_by_its_index_in_their_order() {
    // As a share of `list` asks.
    let sql = "SELECT community_id, id, reported_at AS sort_key FROM case_record \
               WHERE community_id = ? AND category = ? ORDER BY id DESC LIMIT ?";
    let only = step(sql, [7i64.into(), "E-1".into(), 20i64.into()]).await;
    assert!(only.contains("USING INDEX case_category"), "{only}");
    assert!(only.contains("category=?"), "{only}");
}
