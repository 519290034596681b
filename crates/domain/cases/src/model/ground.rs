//! A case follows its place: when a grid is split, closed or drawn anew, what is not ended yet belongs to the grid its place
//! falls into. Whoever has the lead keeps it; what has ended stays where it was.

use serde_json::json;
use youlin_kernel::AreaId;
use youlin_people::Party;
use youlin_places::duties::{Cause, Spot};

use super::decide::CaseState;
use super::kinds::Happened;

/// Grid and neighbourhood.
pub(crate) type Areas = (Option<i64>, Option<i64>);

impl CaseState {
    /// What is known of its place.
    pub(crate) fn spot(&self) -> Spot {
        Spot {
            building: self.case.building_id,
            at: self.case.lon.zip(self.case.lat),
            ..Spot::of(self.area())
        }
    }

    /// The case in the area its place falls into now; `None` when it stands there already or has ended.
    pub(crate) fn following(&self, to: Areas, cause: Cause) -> Option<(Self, Happened)> {
        let case = &self.case;
        if self.status().is_ended() || to == (case.grid_id, case.neighbourhood_id) {
            return None;
        }
        let mut after = self.clone();
        (after.case.grid_id, after.case.neighbourhood_id) = to;
        let (from, lead): (AreaId, Option<Party>) = (self.area(), self.lead());
        let data = json!({
            "from": from, "to": after.area(), "cause": cause.as_str(), "lead": lead,
        });
        Some((after, Happened::new("moved").data(data)))
    }
}
