//! Reads. What can be lent is known to everybody who works in the community; who has it is masked like everywhere.

mod loans;
mod paged;
mod resources;
mod support;

pub(crate) use loans::loans_by_id;
pub use loans::{LoanRow, late_loans, lent_to, loan, loans_of_case, loans_of_resource, open_loans};
pub use paged::{LoanFilter, loan_page, resource_page, support_page};
pub(crate) use resources::window;
pub use resources::{
    Availability, FreeWanted, ResourceFilter, ResourceRow, availability, free_resources, resource,
    resources,
};
pub use support::{
    SupportEntry, SupportFilter, SupportParty, SupportRow, SupportView, support, supports,
};

use youlin_kernel::{CommunityId, Result, Scope};
use youlin_people::{Directory, HelperView};

use crate::service::Sharing;

/// Neighbours who agreed to be asked, with their skills.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn skilled(
    sharing: &Sharing,
    scope: &Scope,
    community: CommunityId,
) -> Result<Vec<HelperView>> {
    Directory::skilled(sharing.db.read(), sharing.vault(), scope, community, None).await
}
