//! Administration of cases: categories, the working calendar, what is set.

use youlin_web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
}
