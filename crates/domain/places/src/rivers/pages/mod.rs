//! `/places/rivers`: the reaches of the communities one works for, a reach with its chiefs and outlets, and their forms.

mod form;
mod outlet;
mod parts;
mod show;

use youlin_kernel::Access;
use youlin_web::Routes;

use crate::permissions::{PLACES_READ, PLACES_REGISTER};

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&PLACES_READ);
    let keep = Access::Needs(&PLACES_REGISTER);
    Routes::new()
        .get("/places/rivers", read, show::list)
        .get("/places/rivers/new", keep, form::fresh)
        .post("/places/rivers", keep, form::create)
        .get("/places/rivers/{id}", read, show::one)
        .get("/places/rivers/{id}/map.geojson", read, show::map)
        .get("/places/rivers/{id}/edit", keep, form::edit)
        .post("/places/rivers/{id}", keep, form::change)
        .post("/places/rivers/{id}/chiefs", keep, parts::chief)
        .post("/places/rivers/{id}/chiefs/end", keep, parts::end_chief)
        .post("/places/rivers/{id}/outlets", keep, parts::outlet)
        .get("/places/rivers/{id}/outlets/{outlet}", keep, outlet::edit)
        .post("/places/rivers/{id}/outlets/{outlet}", keep, outlet::change)
}
