//! Tracks: where a round went, recorded only where its policy asks for it and names the rule it rests on (domain §3: no trace
//! by default). What a track says of its reach is worked out by `youlin-coverage`, shown to the person who walked first,
//! with what is odd about it, and only then, with their own words, to whoever plans. Positions themselves are shown to
//! nobody else and deleted after [`KEEP_DAYS`]; the figures stay.

mod api;
mod attach;
mod coverage;
mod fix;
mod gpx;
mod job;
mod judge;
mod keep;
mod kept;
mod live;
pub(crate) mod pages;
mod picture;
mod queries;
mod stored;
mod table;

pub use attach::{AttachTrack, Intake, TrackTaken, prepare_track};
pub use coverage::{ReachCoverage, coverage_over};
pub use fix::{MOST_FIXES, NewTrack, TrackFix, WireFix};
pub use gpx::{Gpx, GpxFault, read_gpx, write_gpx};
pub use job::EndTracks;
pub use judge::{
    Alike, Demand, DemandKind, TrackFlag, TrackSummary, engine_reach, judge, metres,
    open_stretches, union,
};
pub use keep::{ReleaseTrack, RemoveTrack, ShiftTrack, prepare_shift};
pub use kept::TracksKept;
pub use live::{EndLive, LivePoint, LiveView, StartLive, Started, live_fixes, live_of, live_token};
pub use queries::{TrackAccess, TrackView, own_fixes, track_of};
pub use stored::{pack, unpack};

pub(crate) use api::routes as api_routes;
pub(crate) use attach::{OfRound, Prepared, worked_out};
pub(crate) use job::{END_TRACKS, EndOldTracks};
pub(crate) use picture::escaped;
pub(crate) use table::TRACKS_AND_WATER;

use youlin_kernel::words;

/// Days the positions of a track are kept: long enough to ask about a month's patrols and to recognise a copy.
pub const KEEP_DAYS: i64 = 90;
/// Days after which a track goes on to whoever plans, also when the walker said nothing.
pub const FIRST_DAYS: i64 = 2;

words! {
    /// By which way a track came.
    TrackSource {
        /// A file from a watch or a telephone.
        Gpx = "gpx",
        /// With its round from the field client.
        Field = "field",
        /// Position by position while it was walked.
        Live = "live",
    }
}
