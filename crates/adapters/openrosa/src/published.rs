//! Which checklists there are for a phone: the newest published version of each is offered, every version that is known is
//! read.

use std::sync::{Arc, PoisonError};

use youlin_checklist::Form;
use youlin_kernel::{ProblemKind, Result};
use youlin_rounds::model::ChecklistState;
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_rounds::{checklist, checklists, checklists_of};

use crate::call::Call;
use crate::forms::Ready;

/// The checklists of the caller's scope that are in use, made ready.
pub(crate) async fn offered(call: &Call) -> Result<Vec<Arc<Ready>>> {
    let scope = call.ctx.scope(&ROUNDS_WALK)?;
    let lines = checklists_of(call.app.db(), call.ctx.areas(), &scope).await?;
    let mut codes: Vec<String> = Vec::new();
    let mut all = Vec::new();
    // The newest version of each comes first.
    for line in lines {
        if line.state != ChecklistState::Published || codes.contains(&line.code) {
            continue;
        }
        codes.push(line.code);
        all.extend(ready(call, &line.name).await?);
    }
    Ok(all)
}

/// A version the caller may fetch: also one that is not offered any more, because a phone may be half way through it.
pub(crate) async fn fetched(call: &Call, name: &str) -> Result<Option<Arc<Ready>>> {
    let scope = call.ctx.scope(&ROUNDS_WALK)?;
    match checklist(call.app.db(), call.ctx.areas(), &scope, name).await {
        Ok(view) if view.line.state != ChecklistState::Draft => ready(call, name).await,
        Ok(_draft) => Ok(None),
        Err(problem) if problem.kind() == ProblemKind::NotFound => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The checklist a submission fills: the version it names, else the newest. `true`: it is the very one.
pub(crate) async fn filled(call: &Call, name: &str) -> Result<Option<(Arc<Ready>, bool)>> {
    if let Some(ready) = ready(call, name).await? {
        return Ok(Some((ready, true)));
    }
    let known = checklists::known(&call.service.rounds, call.app.db(), name).await?;
    Ok(known.map(|known| {
        let ready = made(call, &known.name, known.form);
        (ready, known.exact)
    }))
}

async fn ready(call: &Call, name: &str) -> Result<Option<Arc<Ready>>> {
    if let Some(known) = held(call, name) {
        return Ok(Some(known));
    }
    let form = checklists::form(&call.service.rounds, call.app.db(), name).await?;
    Ok(form.map(|form| made(call, name, form)))
}

fn held(call: &Call, name: &str) -> Option<Arc<Ready>> {
    let forms = &call.service.forms;
    let forms = forms.read().unwrap_or_else(PoisonError::into_inner);
    forms.get(name).cloned()
}

fn made(call: &Call, name: &str, form: Arc<Form>) -> Arc<Ready> {
    if let Some(known) = held(call, name) {
        return known;
    }
    let ready = Arc::new(Ready::new(&call.app, form));
    let forms = &call.service.forms;
    let mut forms = forms.write().unwrap_or_else(PoisonError::into_inner);
    forms.insert(name.to_owned(), Arc::clone(&ready));
    ready
}
