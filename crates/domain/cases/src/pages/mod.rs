//! Pages of cases: desk, record, workers, partners, residents, administration.

use youlin_web::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
}
