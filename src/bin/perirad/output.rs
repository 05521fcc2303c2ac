//! Standard output for data, standard error for the rest.

use crate::fail::{Fatal, last_part};
use perirad::error::Warning;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

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

/// Refuses to write over a file that is read.
pub fn spares(output: &Path, inputs: &[&Path]) -> Result<(), Fatal> {
    let file = |path: &Path| fs::canonicalize(path).ok().filter(|found| found.is_file());
    let Some(written) = file(output) else { return Ok(()) };
    if !inputs.iter().any(|input| file(input).is_some_and(|read| read == written)) {
        return Ok(());
    }
    Err(Fatal {
        code: "output.input",
        message: format!("{} is to be read and written over", last_part(&written)),
        hint: "Name another file for the output.".into(),
    })
}

/// Writes a file whole or not at all: to a temporary name beside it, then renamed. What a link leads
/// to is written, not the link; a pipe or a device is written to as it is.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), Fatal> {
    let failed = |e: io::Error| Fatal::file("output.write", path, "written", &e);
    let Some(target) = renamed_over(path) else {
        let opened = OpenOptions::new().append(true).open(path);
        return opened.and_then(|mut file| file.write_all(bytes)).map_err(failed);
    };
    let mut temporary = target.as_os_str().to_owned();
    temporary.push(format!(".{}.part", std::process::id()));
    let temporary = Path::new(&temporary);
    fs::write(temporary, bytes).and_then(|()| fs::rename(temporary, &target)).map_err(|e| {
        // A leftover is worse than a failure to remove it.
        let _ = fs::remove_file(temporary);
        failed(e)
    })
}

/// Links that are followed before they count as a circle.
const MOST_LINKS: usize = 40;

/// The file that a path means, where it is a plain one or is not there yet; `None` for all else, which
/// a rename would replace: pipes, devices, and what a process has open, such as the file that its
/// standard output goes to.
fn renamed_over(path: &Path) -> Option<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = target.parent().and_then(|folder| fs::canonicalize(folder).ok());
        if folder.is_some_and(|folder| folder.starts_with("/proc")) {
            return None;
        }
        let Ok(next) = fs::read_link(&target) else {
            let other = fs::metadata(&target).is_ok_and(|found| !found.is_file());
            return (!other).then_some(target);
        };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    None
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
    warn_of("", warnings);
}

/// Tells warnings of a lesion or scan; without a name, of the whole run.
pub fn warn_of<'a>(what: &str, warnings: impl IntoIterator<Item = &'a Warning>) {
    let prefix = if what.is_empty() { String::new() } else { format!("{what}: ") };
    for warning in warnings {
        let text = format!("perirad: warning[{}]: {prefix}{}\n", warning.code, warning.message);
        let _ = io::stderr().write_all(text.as_bytes());
    }
}
