//! `youlin`: see `youlin --help`.

use std::process::ExitCode;

/// A request makes some hundreds of small allocations on whichever thread serves it: what the system's allocator spends
/// on sharing them between threads is a tenth of a report.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    youlin::commands::run(std::env::args_os())
}
