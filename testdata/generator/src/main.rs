//! Writes the synthetic data to a folder.

use perirad_generator::{Failure, cohort, patient::Patient};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Makes perirad's synthetic data; the same seed makes the same bytes.

Usage:
  perirad-generator patient --out DIR [--seed 1]              CT series, RTSTRUCT, clinical facts
  perirad-generator cohort  --out DIR [--count 160] [--seed 1]  phantoms and cohort.csv
";

/// What to make.
struct Task {
    cohort: bool,
    out: PathBuf,
    count: usize,
    seed: u64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|a| a == "--help" || a == "-h") {
        return say(&mut std::io::stdout(), USAGE, ExitCode::SUCCESS);
    }
    let task = match parse(&arguments) {
        Ok(task) => task,
        Err(problem) => {
            let text = format!("{problem}\n\n{USAGE}");
            return say(&mut std::io::stderr(), &text, ExitCode::from(2));
        }
    };
    match run(&task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(&mut std::io::stderr(), &format!("{error}\n"), ExitCode::FAILURE),
    }
}

/// A closed pipe is no reason to fail.
fn say(to: &mut dyn Write, text: &str, code: ExitCode) -> ExitCode {
    let _ = to.write_all(text.as_bytes());
    code
}

fn parse(arguments: &[String]) -> Result<Task, String> {
    let (what, options) = arguments.split_first().ok_or("nothing to make was named")?;
    let cohort = match what.as_str() {
        "patient" => false,
        "cohort" => true,
        other => return Err(format!("'{other}' is neither 'patient' nor 'cohort'")),
    };
    let mut task = Task { cohort, out: PathBuf::new(), count: 160, seed: 1 };
    for pair in options.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} has no value", pair[0])) };
        let number = || value.parse().map_err(|_| format!("{name} {value}: not a whole number"));
        match name.as_str() {
            "--out" => task.out = value.into(),
            "--seed" => task.seed = number()?,
            "--count" if cohort => task.count = number()? as usize,
            other => return Err(format!("'{other}' is no option of {what}")),
        }
    }
    if task.out.as_os_str().is_empty() {
        return Err("--out DIR is missing".to_owned());
    }
    Ok(task)
}

fn run(task: &Task) -> Result<(), Failure> {
    if task.cohort {
        return cohort::files(task.seed, task.count)
            .try_for_each(|(name, bytes)| write(&task.out, &name, &bytes));
    }
    for (name, bytes) in Patient::new(task.seed).files()? {
        write(&task.out, &name, &bytes)?;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    let written = match path.parent() {
        Some(parent) => std::fs::create_dir_all(parent),
        None => Ok(()),
    }
    .and_then(|()| std::fs::write(&path, bytes));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}
