//! `youlin`: see `youlin --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    youlin::commands::run(std::env::args_os())
}
