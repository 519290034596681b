//! REST under `/api/v1`, and the telephone system's webhook.

use youlin_web::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
}
