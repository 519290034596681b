//! Working time of the legal calendar: deadlines, working time between two instants, traffic lights.
//!
//! Limits of cases run in working hours or working days. Which days are worked in China is decided year by year by a
//! notice of the State Council General Office, so it is data ([`YearTable`]); 2024 to 2026 are compiled in ([`shipped`]), later years
//! are loaded by an administrator. Beyond the last table nothing blocks and nothing is guessed in silence: the plain
//! Monday-to-Friday week is used and the answer names the missing year ([`Deadline::provisional`]).
//!
//! A pure engine: no clock, no files, no global state. Any instant jiff can hold is accepted; nothing panics, and no
//! input makes a computation long.
//!
//! ```
//! use youlin_workday::{Calendar, Limit, LimitUnit};
//!
//! let calendar = Calendar::default();
//! let friday = "2026-02-13T17:00:00+08:00".parse()?; // the Saturday after it is worked, then Spring Festival
//! let due = calendar.deadline(friday, Limit::new(2, LimitUnit::WorkingHours), &[]);
//! assert_eq!(due.at, "2026-02-14T09:30:00+08:00".parse()?);
//! assert_eq!(due.provisional, None);
//! # Ok::<(), jiff::Error>(())
//! ```

mod calendar;
mod clock;
mod days;
mod hours;
mod light;
mod limit;
mod local;
mod table;

pub use calendar::{CHINA, Calendar, CalendarError, DayKind};
pub use hours::{DayHours, HoursError};
pub use light::{Course, DueSoon, Light, LightPolicy};
pub use limit::{Deadline, Limit, LimitUnit, Pause, is_affected};
pub use table::{InvalidTable, ReadError, TableFault, YearTable, shipped};
