//! The patient level of a score, through the program.

use crate::common::{args, file, rows, stdout};

fn score(more: &[&str]) -> String {
    let (ct, mask) = (file("testdata/patient/ct"), file("testdata/patient/rtstruct.dcm"));
    let mut list = args(&[&"score", &ct, &"--mask", &mask, &"--roi", &"GTV*"]);
    list.extend(args(&[&"--roi-many", &"separate", &"--model", &"demo-synthetic"]));
    list.extend(args(&[&"--clinical", &"node=0", &"--clinical", &"head_and_neck=0"]));
    list.extend(more.iter().map(Into::into));
    stdout(&list)
}

#[test]
fn the_patient_level_is_that_of_its_lesions() {
    let text = score(&["--patient", "--patient-bins", "0:5:10", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let scores: Vec<f64> = document["lesions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lesion| lesion["score"]["value"].as_f64().unwrap())
        .collect();
    let patient = &document["patient"];
    let value = |name: &str| {
        let values = patient["values"].as_array().unwrap();
        values.iter().find(|v| v["name"] == name).unwrap()["value"].as_f64().unwrap()
    };
    assert_eq!(scores.len(), 2);
    // Reading numbers from JSON may cost a last bit.
    let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
    assert!(near(value("minimum"), scores[0].min(scores[1])));
    assert!(near(value("mean"), f64::midpoint(scores[0], scores[1])));
    let lowest = usize::from(scores[1] < scores[0]);
    assert_eq!(patient["lowest_lesion"], document["lesions"][lowest]["roi"]);
    assert!(value("entropy") >= 0.0);
    assert_eq!(patient["model"], document["lesions"][0]["score"]["model"]);
    assert_eq!(patient["notice"], document["notice"]);
    for (format, told) in [("table", "volume_weighted_mean"), ("long", "patient.gini")] {
        assert!(score(&["--patient", "--format", format]).contains(told), "{format}");
    }
    assert!(!score(&[]).contains("score of the patient"));
    let long = rows(&score(&["--patient", "--format", "long"]));
    let of: Vec<_> = long.iter().filter(|row| row["family"] == "patient").collect();
    let said =
        format!("{}. {}", patient["model"]["status"].as_str().unwrap(), perirad::model::NOTICE);
    assert_eq!(of.len(), 13);
    assert!(of.iter().all(|row| row["note"].contains(&said)), "{of:?}");
    let lowest = of.iter().find(|row| row["feature"] == "patient.lowest_lesion").unwrap();
    assert!(lowest["note"].ends_with(patient["lowest_lesion"].as_str().unwrap()), "{lowest:?}");
}
