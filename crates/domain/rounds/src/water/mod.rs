//! Water: simple tests and gauging at points of a reach, and what comes out of outlets when it has not rained. A point is
//! looked at again and again, so it has a time line, and photographs of the same spot stand side by side. What is beyond a
//! limit is shown with the limit and where it stands, and may become a case; nothing becomes one by itself.

mod api;
mod case;
mod chart;
mod limits;
pub(crate) mod pages;
mod point;
mod queries;
mod reading;
mod spot;

pub(crate) use api::routes as api_routes;
pub use case::FileReading;
pub use limits::{
    Beyond, Indicator, Kind, Limit, Limits, Measured, Source, Values, WrongValue, limits,
};
pub use point::SavePoint;
pub use queries::{PointView, ReadingView, point_view, points_of, readings_of, readings_of_round};
pub use reading::{NewReading, TakeReading};
pub(crate) use spot::MOST as MOST_SPOT_PHOTOS;
pub use spot::{AttachSpotPhoto, SpotKind, SpotPhoto, photos_of, spot_photo};
