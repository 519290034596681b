//! Two entries of the register that mean one person become one (part of 一人一档): likely doubles are found by what is held,
//! never by a name alone; the desk chooses field by field; everything that hangs on the other entry goes to the kept one;
//! the other entry stays as a signpost, so that cases, lists and links that name it still lead to the person. A journal
//! says of every row what was done to it. From it an undo puts everything back, and a question as of a day before the
//! merge counts two persons still.
//!
//! A later table whose rows belong to persons is added to [`moved::MOVED`] in one line.

mod already;
mod doubles;
mod history;
mod homes;
mod merge_persons;
mod migrations;
mod moved;
pub(crate) mod pages;
mod row;
mod said;
mod signpost;
mod undo;

pub(crate) use already::{Entering, not_twice};
pub use doubles::{Doubles, KeepApart, Likely, Why, doubles};
pub(crate) use history::merges_of;
pub(crate) use history::{History, Piece, looked_at};
pub use history::{Meant, MergeView};
pub(crate) use homes::{Told, taken_over, told};
pub use merge_persons::MergePersons;
pub(crate) use migrations::WHOLE_FILE;
pub(crate) use row::opened;
pub use row::row_said;
pub use said::{Choices, Said, Side};
pub use signpost::{Signposts, led_to, same_person, same_person_of};
pub(crate) use signpost::{ids_of, led_anywhere, not_merged};
pub use undo::UndoMerge;
