//! Whose request it is: by the secret in its path, remembered for some seconds.

use std::net::IpAddr;

use youlin_kernel::{Ctx, Locale, Problem, ProblemKind, Result};
use youlin_web::App;

use crate::service::{OpenRosa, Owner};
use crate::tokens::{self, NoteUse};

/// The owner of an address. Those of no address are counted by client, so that nobody tries many.
///
/// # Errors
/// 403 `openrosa-address` for an address that is none or was ended: what the phone holds stays there; 429.
pub(crate) async fn owner(
    app: &App,
    service: &OpenRosa,
    visitor: &Ctx,
    client: IpAddr,
    secret: &str,
) -> Result<Owner> {
    let now = visitor.now();
    let hash = tokens::hash(&service.vault, secret);
    let known = match service.owners.get(&hash, now) {
        Some(known) => known,
        None => {
            let found = find(app, hash).await?;
            service.owners.put(hash, now, found.clone());
            found
        }
    };
    let Some(owner) = known else {
        app.limits().public(client, true)?;
        return Err(Problem::new(ProblemKind::Forbidden, "openrosa-address"));
    };
    service.count(owner.token)?;
    if service.is_to_be_noted(owner.token, now) {
        let note = NoteUse { token: owner.token };
        // Nobody's work waits for a note.
        if let Err(problem) = app.db().execute(visitor, note).await {
            tracing::debug!(%problem, "the last use of an address was not noted");
        }
    }
    Ok(owner)
}

async fn find(app: &App, hash: [u8; 16]) -> Result<Option<Owner>> {
    let db = app.db().read();
    let Some(row) = tokens::by_hash(db, hash).await? else {
        return Ok(None);
    };
    if tokens::is_ended(db, &row).await? {
        return Ok(None);
    }
    let who = app.accounts().account(row.account_id).await?;
    Ok(who.map(|who| Owner {
        token: row.id,
        who,
        locale: Locale::negotiate(&row.language),
    }))
}
