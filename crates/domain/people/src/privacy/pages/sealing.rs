//! Which key seals what, and how far the job is. Read from the tables each time: nobody takes a key out on a belief.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use youlin_database::sealed::SealedTable;
use youlin_web::{App, Caller, Prefs, Shell, WebResult, page};

use super::shell;
use crate::Vault;
use crate::privacy::sealing::{SealedTables, SealingPass, fields_by_key, sealing_pass};

struct Row {
    table: SealedTable,
    active: u64,
    others: u64,
    pass: Option<SealingPass>,
}

#[derive(Template)]
#[template(path = "privacy/sealing.html")]
struct SealingPage {
    s: Shell,
    /// Number, algorithm, fields.
    keys: Vec<(u16, String, u64)>,
    active: u16,
    rows: Vec<Row>,
    /// Fields sealed by another key than the active one.
    left: u64,
    total: u64,
    /// Fields of a key that is not in the file: they cannot be read.
    unknown: u64,
}

/// `GET /admin/sealing`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let tables = app.need::<SealedTables>()?;
    let ring = vault.keyring();
    let active = ring.active().0;
    let mut keys: Vec<(u16, String, u64)> = ring
        .ids()
        .map(|(id, algorithm)| (id.0, algorithm.provider().name().to_owned(), 0))
        .collect();
    let (mut rows, mut unknown) = (Vec::new(), 0);
    for (table, counts) in fields_by_key(app.db().read(), &vault, &tables.0).await? {
        let (mut own, mut others) = (0, 0);
        for (key, fields) in counts {
            match keys.iter_mut().find(|(id, ..)| Some(*id) == key) {
                Some((_, _, sum)) => *sum += fields,
                None => unknown += fields,
            }
            if key == Some(active) {
                own += fields;
            } else {
                others += fields;
            }
        }
        rows.push(Row {
            pass: sealing_pass(app.db().read(), active, table.table).await?,
            table,
            active: own,
            others,
        });
    }
    let left = rows.iter().map(|row| row.others).sum();
    let total = rows.iter().map(|row| row.others + row.active).sum();
    page(&SealingPage {
        s: shell(&app, &ctx, prefs, "/admin/sealing"),
        keys,
        active,
        rows,
        left,
        total,
        unknown,
    })
}
