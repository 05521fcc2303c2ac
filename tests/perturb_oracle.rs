//! The intraclass correlation against pingouin and a published example.

use crate::common::{file, python, rows};
use perirad::cohort::icc;
use std::process::Command;

#[test]
fn icc_and_interval_are_those_of_pingouin() {
    let Some(python) = python() else { return };
    let run = Command::new(python).arg(file("tests/python/icc_oracle.py")).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let table = rows(&String::from_utf8(run.stdout).unwrap());
    assert_eq!(table.len(), 7);
    for row in table {
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        let values: Vec<f64> = row["values"].split(' ').map(|v| v.parse().unwrap()).collect();
        let values: Vec<Vec<f64>> =
            values.chunks(number("columns") as usize).map(<[f64]>::to_vec).collect();
        let found = icc(&values).unwrap();
        let [low, high] = found.interval;
        for (ours, column) in [(found.value, "icc"), (low, "low"), (high, "high")] {
            let theirs = number(column);
            let near = (ours - theirs).abs() <= 1e-10 * theirs.abs().max(1e-3);
            assert!(near, "{} {column}: {ours}, pingouin {theirs}", row["case"]);
        }
        if row["case"] == "shrout_fleiss" {
            // Shrout and Fleiss 1979, table 4.
            assert_eq!(format!("{:.2}", found.value), "0.17");
        }
    }
}
