//! What the commands say to whoever typed them: standard output for results, so that they can be piped.

use std::fmt::Display;
use std::io::Write;

/// One line. A reader that went away (`youlin … | head`) is no fault.
pub(crate) fn say(line: impl Display) {
    let _gone = writeln!(std::io::stdout().lock(), "{line}");
}

/// A line about progress or a warning, beside the results.
pub(crate) fn note(line: impl Display) {
    let _gone = writeln!(std::io::stderr().lock(), "{line}");
}
