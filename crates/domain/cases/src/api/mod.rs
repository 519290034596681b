//! REST under `/api/v1`, and the telephone system's webhook. Thin: every change is the command the pages use too.

mod acts;
mod catalogue;
mod intake;
mod reads;
mod telephony;

use youlin_web::Routes;

pub(crate) fn routes() -> Routes {
    intake::routes()
        .merge(reads::routes())
        .merge(acts::routes())
        .merge(catalogue::routes())
        .merge(telephony::routes())
}
