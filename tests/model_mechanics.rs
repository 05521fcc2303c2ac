//! Models of every kind on features that are known, against sums made by hand.

use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::geometry::Grid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::model::{
    ClinicalInput, Fault, FeatureInput, Given, Model, Predictor, Score, TrainingInput, score,
    template,
};
use perirad::pipeline::{Around, FeatureSet, Subject, extract};
use perirad::settings::preset;
use std::sync::Arc;

/// Two voxels of 10 and 30 HU: mean 20, minimum 10.
fn features() -> FeatureSet {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let grid = Arc::new(Grid::new([1, 1, 2], [1.0; 3], [0.0; 3], axes).unwrap());
    let hu = ndarray::Array3::from_shape_vec((1, 1, 2), vec![10.0, 30.0]).unwrap();
    let subject = Subject {
        case: "two",
        roi: "lesion",
        image: &Volume::new(grid.clone(), hu, Intensity::Hounsfield).unwrap(),
        mask: &Mask::new(grid, ndarray::Array3::from_elem((1, 1, 2), true)).unwrap(),
        acquisition: &Acquisition::default(),
        around: Around::default(),
        below: &[],
    };
    let settings = model("kind = \"cox\"", "").extraction().unwrap();
    extract(&subject, &settings, &[Region::Tumour], &Engine::serial()).unwrap()
}

/// Mean and minimum, each less 10 and in units of 5, weighing 0.5 and 1.
fn model(head: &str, tail: &str) -> Model {
    let term = |name: &str, coefficient: f64| {
        format!(
            "[[terms]]\nname = \"{name}\"\ncoefficient = {coefficient:?}\ncentre = 10.0\n\
             scale = 5.0\npredictor = {{ region = \"tumour\", feature = \"statistics.{name}\", \
             aggregation = \"3d\" }}\n"
        )
    };
    let text = format!(
        "name = \"m\"\nversion = \"1\"\ntitle = \"t\"\nstatus = \"test\"\ncitation = \"none\"\n\
         population = \"none\"\nintended_use = \"test\"\n{head}\n{}{}{tail}\n\
         [settings]\nbase = \"ibsi-digital\"\nfeatures.families = [\"statistics\"]\n",
        term("mean", 0.5),
        term("minimum", 1.0),
    );
    Model::parse("m.toml", &text).unwrap()
}

fn scored(model: &Model, site: Option<&str>) -> Score {
    let given = Given { site: site.map(String::from), ..Given::default() };
    score(model, &features(), &given).unwrap()
}

#[test]
fn each_kind_makes_its_score_of_the_same_sum() {
    // 0.5 * (20 - 10) / 5 + 1 * (10 - 10) / 5 = 1.
    let linear = scored(&model("kind = \"linear\"\nintercept = 2.0", ""), None);
    assert_eq!((linear.value, linear.linear_predictor), (3.0, 3.0));
    let logistic = scored(&model("kind = \"logistic\"\nintercept = -1.0", ""), None);
    assert_eq!((logistic.value, logistic.linear_predictor), (0.5, 0.0));
    let cox = scored(&model("kind = \"cox\"", ""), None);
    assert_eq!((cox.value, cox.intercept), (1.0, 0.0));
    let faulty = model("kind = \"cox\"\nintercept = 1.0", "").faults();
    assert!(matches!(&faulty[..], [Fault::Wrong { key, .. }] if key == "intercept"));
}

#[test]
fn a_score_stands_among_others() {
    let tail = "[reference]\nsource = \"four patients\"\nscores = [0.0, 1.0, 2.0, 0.5]\n";
    let score = scored(&model("kind = \"cox\"", tail), None);
    assert_eq!((score.percentile, score.reference.as_deref()), (Some(62.5), Some("four patients")));
}

#[test]
fn a_site_is_taken_from_the_inputs_and_on_record() {
    let tail = "[combat]\nsource = \"two scanners\"\n\
                [combat.terms.mean]\nmean = 12.0\ndeviation = 4.0\n\
                [combat.sites.a.mean]\nshift = 1.0\nscale = 2.0\n";
    let model = model("kind = \"cox\"", tail);
    // Mean 20 is 2 deviations above 12; less 1, in units of 2: half a deviation, 14.
    let score = scored(&model, Some("a"));
    let mean = &score.contributions[0];
    assert_eq!((mean.measured, mean.value, mean.contribution), (20.0, 14.0, 0.4));
    assert_eq!((score.value, score.site.as_deref()), (0.4, Some("a")));
    let plain = scored(&model, None);
    assert_eq!((plain.value, plain.warnings[0].code), (1.0, "model.not_harmonised"));
    let given = Given { site: Some("b".into()), ..Given::default() };
    let error = perirad::model::score(&model, &features(), &given).unwrap_err();
    assert!(error.to_string().contains("'b'; it has a"), "{error}");
}

#[test]
fn a_case_is_compared_with_what_the_model_was_fitted_on() {
    let fits = |applies: &str| {
        let head = "kind = \"linear\"\nintercept = 0.0";
        let score = scored(&model(head, applies), None);
        let fits = score.applicability.iter().map(|one| (one.what, one.outcome.name()));
        (fits.collect::<Vec<_>>(), score.warnings.iter().map(|w| w.code).collect::<Vec<_>>())
    };
    let names = ["contrast_agent", "kvp", "slice_thickness", "kernel", "volume"];
    let (found, warnings) = fits("");
    assert_eq!(found, names.map(|name| (name, "unknown")));
    assert!(warnings.is_empty());
    // The image is an array: it states nothing of its scan. Two voxels are 0.002 mL.
    let (found, warnings) = fits(
        "[applies]\nsource = \"s\"\ncontrast_agent = true\nminimum_ml = 1.0\n\
         slice_thickness_mm = [1.0, 3.0]",
    );
    assert_eq!(found[..4], names.map(|name| (name, "unknown"))[..4]);
    assert_eq!((found[4], &warnings[..]), (("volume", "warn"), &["model.not_applicable"][..]));
    let (found, _) = fits("[applies]\nsource = \"s\"\nminimum_ml = 0.002");
    assert_eq!(found[4], ("volume", "pass"));
    let faulty = "[applies]\nsource = \"s\"\nkernels = []\nslice_thickness_mm = [3.0, 1.0]";
    let faults = model("kind = \"linear\"\nintercept = 0.0", faulty).faults();
    assert_eq!(faults.len(), 2, "{faults:?}");
}

#[test]
fn a_range_of_training_is_of_finite_numbers() {
    let faults = |range: &str| {
        let text = format!(
            "name = \"m\"\nversion = \"1\"\ntitle = \"t\"\nstatus = \"s\"\ncitation = \"c\"\n\
             population = \"p\"\nintended_use = \"u\"\nkind = \"cox\"\n[[terms]]\nname = \"a\"\n\
             coefficient = 1.0\ncentre = 0.0\nscale = 1.0\nrange = {range}\n\
             predictor = {{ clinical = \"age\" }}\n[settings]\nbase = \"cd8\"\n"
        );
        let model = Model::parse("m.toml", &text).unwrap();
        let hint = model.lacks("age", "not given".into()).hint();
        (format!("{:?}", model.faults()), hint)
    };
    let (found, hint) = faults("[20.0, 90.0]");
    assert_eq!(found, "[]");
    assert_eq!(hint, "Give its number with --clinical age=NUMBER.");
    assert!(faults("[0.0, 1.0]").1.contains("age=0 or =1"));
    for range in ["[inf, inf]", "[-inf, 90.0]", "[nan, 90.0]"] {
        assert!(faults(range).0.contains("not finite"), "{range}");
    }
    assert!(faults("[90.0, 20.0]").0.contains("above its second"));
}

#[test]
fn a_template_is_a_model_whatever_its_names_are() {
    for name in
        ["e\u{301}tude", "a\u{200b}b", "\u{1b}[31m", "\u{7f}", "it's \"so\"", "a\\b", "a\nb", ""]
    {
        let predictor = Predictor::Clinical(ClinicalInput { clinical: name.into() });
        let inputs = [TrainingInput { predictor: predictor.clone(), values: vec![1.0, 2.0] }];
        let text = template(name, &inputs, &preset("cd8").unwrap());
        let model = Model::parse("mine.toml", &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(model.name, name);
        assert_eq!((&model.terms[0].name[..], &model.terms[0].predictor), (name, &predictor));
    }
}

#[test]
fn a_template_is_a_model_without_its_coefficients() {
    let feature = |key: &str| {
        let (feature, aggregation) = (format!("statistics.{key}"), "3d".into());
        Predictor::Feature(FeatureInput { region: Region::Tumour, feature, aggregation })
    };
    let input = |predictor, values: &[f64]| TrainingInput { predictor, values: values.to_vec() };
    let inputs = [
        input(feature("mean"), &[1.0, 2.0, 6.0]),
        input(feature("minimum"), &[0.1, 0.1, 0.1]),
        input(Predictor::Clinical(ClinicalInput { clinical: "node".into() }), &[]),
    ];
    let text = template("mine", &inputs, &preset("cd8").unwrap());
    let model = Model::parse("mine.toml", &text).unwrap();
    assert_eq!(model.extraction().unwrap(), preset("cd8").unwrap());
    // Mean 3, squares 4 + 1 + 9 over 3.
    let [mean, minimum, node] = &model.terms[..] else { panic!("{text}") };
    assert_eq!((mean.centre, mean.range), (Some(3.0), Some([1.0, 6.0])));
    assert_eq!(mean.scale, Some((14.0_f64 / 3.0).sqrt()));
    // Equal values, whose sum over three is 0.10000000000000002.
    assert_eq!((minimum.centre, minimum.scale), (Some(0.1), Some(1.0)));
    assert_eq!((node.scale, node.range), (None, None));
    let absent = |fault: &Fault| matches!(fault, Fault::Absent { .. });
    // Five texts, the intercept, three coefficients, centre and scale of the clinical input.
    assert_eq!(model.faults().iter().filter(|fault| absent(fault)).count(), 11);
    assert_eq!(model.faults().len(), 11);
}
