//! Which checklists there are for a phone: every version that is known is read, the newest of each is offered.

use std::sync::{Arc, PoisonError};

use youlin_checklist::{SHIPPED, Status, shipped};
use youlin_kernel::Result;
use youlin_rounds::checklists;

use crate::call::Call;
use crate::forms::Ready;

/// `id@version` of every checklist that is offered to the caller.
pub(crate) async fn offered(_call: &Call) -> Result<Vec<String>> {
    let names = SHIPPED.iter().filter_map(|(id, _)| {
        let checklist = shipped(id)?;
        let is_in_use = matches!(checklist.status, Status::InUse | Status::Example);
        is_in_use.then(|| format!("{id}@{}", checklist.version))
    });
    Ok(names.collect())
}

/// A checklist made ready, of whatever version.
pub(crate) async fn ready(call: &Call, name: &str) -> Result<Option<Arc<Ready>>> {
    let service = &call.service;
    let known = {
        let forms = service.forms.read().unwrap_or_else(PoisonError::into_inner);
        forms.get(name).cloned()
    };
    if known.is_some() {
        return Ok(known);
    }
    let Some(form) = checklists::form(name) else {
        return Ok(None);
    };
    let ready = Arc::new(Ready::new(&call.app, name, form));
    let mut forms = service
        .forms
        .write()
        .unwrap_or_else(PoisonError::into_inner);
    forms.insert(name.to_owned(), Arc::clone(&ready));
    Ok(Some(ready))
}

/// The checklist a submission fills: the version it names, else the one offered now. `true`: it is the very one.
pub(crate) async fn filled(
    call: &Call,
    id: &str,
    version: &str,
) -> Result<Option<(Arc<Ready>, bool)>> {
    if let Some(ready) = ready(call, &format!("{id}@{version}")).await? {
        return Ok(Some((ready, true)));
    }
    let offered = offered(call).await?;
    let newest = offered
        .iter()
        .find(|name| name.split_once('@').is_some_and(|(known, _)| known == id));
    match newest {
        Some(name) => Ok(ready(call, name).await?.map(|ready| (ready, false))),
        None => Ok(None),
    }
}
