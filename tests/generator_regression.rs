//! The committed patient is what the generator makes: drift only, no claim about numbers.

use perirad_generator::patient::Patient;
use std::collections::BTreeMap;
use std::path::Path;

/// The seed named in testdata/README.md.
const SEED: u64 = 1;

fn read(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

#[test]
fn the_committed_patient_is_the_generators_byte_for_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/patient");
    let mut committed = BTreeMap::new();
    read(&folder, "", &mut committed).unwrap();
    let made: BTreeMap<_, _> = Patient::new(SEED).files().unwrap().into_iter().collect();
    assert!(
        committed.keys().eq(made.keys()),
        "files differ: {:?} against {:?}",
        committed.keys(),
        made.keys()
    );
    for (name, bytes) in &made {
        // Not assert_eq: it would print both files.
        assert!(committed[name] == *bytes, "{name} differs; testdata/README.md says how to remake");
    }
}
