//! Standard output for data, standard error for the rest.

use crate::fail::Fatal;
use perirad::error::Warning;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Writes data to the file named, or to standard output.
pub fn emit(text: &str, to: Option<&Path>) -> Result<(), Fatal> {
    if let Some(path) = to {
        return save(path, text.as_bytes());
    }
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // The reader has seen enough (`perirad … | head`).
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(Fatal::file("output.write", Path::new("standard output"), "written", &e)),
        Ok(()) => Ok(()),
    }
}

/// Writes a file whole or not at all: to a temporary name beside it, then renamed.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), Fatal> {
    let failed = |e: io::Error| Fatal::file("output.write", path, "written", &e);
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.part", std::process::id()));
    let temporary = Path::new(&temporary);
    std::fs::write(temporary, bytes).and_then(|()| std::fs::rename(temporary, path)).map_err(|e| {
        // A leftover is worse than a failure to remove it.
        let _ = std::fs::remove_file(temporary);
        failed(e)
    })
}

/// Tells an error.
pub fn tell(error: &Fatal) {
    let mut text = format!("perirad: error[{}]: {}\n", error.code, error.message);
    if !error.hint.is_empty() {
        text += &format!("  hint: {}\n", error.hint);
    }
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Tells warnings.
pub fn warn(warnings: &[Warning]) {
    for warning in warnings {
        let text = format!("perirad: warning[{}]: {}\n", warning.code, warning.message);
        let _ = io::stderr().write_all(text.as_bytes());
    }
}
