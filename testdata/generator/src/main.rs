//! Writes the synthetic data to a folder.

use perirad_generator::{Failure, NamedFile, chest, cohort, patient::Patient};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Makes perirad's synthetic data; the same seed makes the same bytes.

Usage:
  perirad-generator patient --out DIR [--seed 1]              CT series, RTSTRUCT, clinical facts
  perirad-generator cohort  --out DIR [--count 160] [--seed 1]  phantoms and cohort.csv
  perirad-generator chest   --out DIR [--seed 1]              large CT with lesions, for benchmarks (0.5 GB)
";

#[derive(Clone, Copy, PartialEq)]
enum What {
    Patient,
    Cohort,
    Chest,
}

/// What to make.
struct Task {
    what: What,
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
    let made = match what.as_str() {
        "patient" => What::Patient,
        "cohort" => What::Cohort,
        "chest" => What::Chest,
        other => return Err(format!("'{other}' is neither 'patient', 'cohort' nor 'chest'")),
    };
    let mut task = Task { what: made, out: PathBuf::new(), count: 160, seed: 1 };
    for pair in options.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} has no value", pair[0])) };
        let number = || value.parse().map_err(|_| format!("{name} {value}: not a whole number"));
        match name.as_str() {
            "--out" => task.out = value.into(),
            "--seed" => task.seed = number()?,
            "--count" if made == What::Cohort => task.count = number()? as usize,
            other => return Err(format!("'{other}' is no option of {what}")),
        }
    }
    if task.out.as_os_str().is_empty() {
        return Err("--out DIR is missing".to_owned());
    }
    Ok(task)
}

fn run(task: &Task) -> Result<(), Failure> {
    let mut each = |(name, bytes): NamedFile| write(&task.out, &name, &bytes);
    match task.what {
        What::Cohort => cohort::files(task.seed, task.count).try_for_each(each),
        What::Patient => Patient::new(task.seed).files()?.into_iter().try_for_each(each),
        What::Chest => chest::files(task.seed, &mut each),
    }
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
