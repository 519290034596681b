//! Pages of cases: desk, record, workers, partners, residents, administration.

mod admin;
mod desk;
mod files;
mod finder;
mod link;
mod resident;
mod street;

pub use admin::NAV as ADMIN_NAV;
pub use desk::NAV as DESK_NAV;
pub use desk::{CaseSection, CaseSections, badge, light_words, numbered, task_badge};
pub use files::hand_out;
pub use finder::CaseFinder;
pub use street::NAV as STREET_NAV;
pub use street::upload;

use youlin_web::Routes;

pub(crate) fn routes() -> Routes {
    desk::routes()
        .merge(street::routes())
        .merge(resident::routes())
        .merge(link::routes())
        .merge(files::routes())
        .merge(admin::routes())
}
