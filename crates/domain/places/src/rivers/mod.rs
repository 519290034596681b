//! Rivers: reaches (河段) with their line, chiefs (河长) by level, outlets (排口), and the code on the sign at the bank.
//!
//! A reach belongs to one community and runs along a line in the direction of its chainage (0 at its beginning). What a
//! patrol finds, when one is due and what became of it is the affair of another floor; here is only what the reach is.
//! A chief's name, post and office number stand on the public sign by order of the rules on river chiefs, so
//! they are no personal data to be sealed; a change of chief ends one row and begins the next.

mod commands;
mod import;
mod line;
mod pages;
mod queries;
mod tables;

pub use commands::{EndChief, SaveChief, SaveOutlet, SaveReach};
pub use import::{ReachesRegister, import_reaches};
pub use line::{Line, chainage, decimetres, read_line};
pub use queries::{
    Chief, Outlet, Reach, ReachLine, has_outlet, open_reaches, reach, reach_by_sign, reaches,
};

pub(crate) use pages::routes;
pub(crate) use tables::TABLES;

youlin_kernel::words! {
    /// Whose chief somebody is.
    ChiefLevel {
        City = "city",
        District = "district",
        Township = "township",
        Village = "village",
    }
}

youlin_kernel::words! {
    /// The two sides of a reach, looking along its line.
    Bank {
        Left = "left",
        Right = "right",
    }
}

youlin_kernel::words! {
    /// What comes out of an outlet.
    OutletKind {
        Rain = "rain",
        Sewage = "sewage",
        Combined = "combined",
        Industry = "industry",
        Farm = "farm",
        Unknown = "unknown",
    }
}
