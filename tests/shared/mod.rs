//! Where the shared reference data is.

use std::io::Write;
use std::path::PathBuf;

/// A path inside the shared data; `None`, said loudly, where the data is not there.
///
/// With `CI` set its absence is a failure.
pub(crate) fn data(relative: &str) -> Option<PathBuf> {
    let root = std::env::var("PERIRAD_DATA").unwrap_or_else(|_| "../shared/data".into());
    let path = PathBuf::from(root).join(relative);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "shared data is missing: {relative}");
    // Written past the test harness's capture, which would hide it.
    let _ = writeln!(std::io::stderr(), "SKIPPED: shared data is missing: {relative}");
    None
}
