//! One test binary, so that the dictionary is loaded once.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests; what was missed is printed"
)]

mod catalogue;
mod category;
mod helpers;
mod quality;
mod segment;
mod similar;
mod urgency;

use std::sync::OnceLock;

use youlin_matching::Segmenter;

/// The shared segmenter; making one is slow.
fn segmenter() -> &'static Segmenter {
    static SEGMENTER: OnceLock<Segmenter> = OnceLock::new();
    SEGMENTER.get_or_init(Segmenter::new)
}

/// The story's call.
const CALL: &str = "瘫痪的老人需要去医院复诊，小区路面改造推不了轮椅，能不能帮忙想想办法";
