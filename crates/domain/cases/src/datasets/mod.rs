//! Cases as they can be counted.

mod dataset;
mod lives;
mod load;

pub use dataset::CasesDataset;
