//! REST under `/api/v1`.

mod find;
mod imports;
mod map;
mod premises;
mod tree;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::routes;
use youlin_kernel::Access;
use youlin_web::Routes;

use crate::permissions::{PLACES_ADMIN, PLACES_CHECK, PLACES_READ, PLACES_REGISTER};

/// Boundary files of a district are some megabytes.
pub(crate) const UPLOAD_MAX: usize = 32 * 1024 * 1024;

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&PLACES_READ);
    let admin = Access::Needs(&PLACES_ADMIN);
    let mut all = Routes::new()
        .api(read, routes!(tree::area_tree))
        .api(read, routes!(tree::find_areas))
        .api(read, routes!(tree::area))
        .api(read, routes!(find::locate))
        .api(read, routes!(find::addresses))
        .api(read, routes!(find::building))
        .api(Access::Public, routes!(map::areas_geojson))
        .api(read, routes!(premises::list_premises))
        .api(read, routes!(premises::get_premises))
        .api(
            Access::Needs(&PLACES_REGISTER),
            routes!(premises::save_premises),
        )
        .api(read, routes!(premises::list_equipment))
        .api(
            Access::Needs(&PLACES_CHECK),
            routes!(premises::check_equipment),
        );
    for (schemas, paths, router) in [
        routes!(imports::import_areas),
        routes!(imports::import_boundaries),
        routes!(imports::import_estates),
        routes!(imports::import_buildings),
        routes!(imports::import_dwellings),
    ] {
        let roomy = router.layer(DefaultBodyLimit::max(UPLOAD_MAX));
        all = all.api(admin, (schemas, paths, roomy));
    }
    all
}
