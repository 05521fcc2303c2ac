//! Rings, cores and shells through the program: what is asked for is done, counted and told.

use crate::common::{args, file, perirad, rows, stdout};
use crate::ring_maker::{Scene, ball, grid, image, settings};
use perirad::engine::Engine;
use perirad::error::Diagnose;
use perirad::feature::Outcome;
use perirad::geometry::SharedGrid;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::io::nifti::{write_mask, write_volume};
use perirad::io::open_mask;
use perirad::io::source::MaskSource;
use perirad::model::{Fault, Given, Model, score};
use perirad::pipeline::{Around, Subject, extract, native_region, planes_needed};
use perirad::settings::{Exclusion, Lattice};
use serde_json::Value;
use std::ffi::OsString;
use std::path::Path;

fn call(command: &str, more: &[&str]) -> Vec<OsString> {
    let (ct, mask) = (file("testdata/patient/ct"), file("testdata/patient/rtstruct.dcm"));
    let mut list = args(&[&command, &ct, &"--mask", &mask]);
    list.extend(more.iter().map(OsString::from));
    list
}

fn document(more: &[&str]) -> Value {
    let settings = file("docs/ring.toml");
    let mut list = call("extract", &["--format", "json", "--roi-many", "separate"]);
    list.extend(args(&[&"--settings", &settings]));
    list.extend(more.iter().map(OsString::from));
    serde_json::from_str(&stdout(&list)).unwrap()
}

fn lesion(document: &Value, at: usize) -> &Value {
    &document["lesions"][at]
}

fn ring(lesion: &Value) -> &Value {
    let regions = lesion["regions"].as_array().unwrap();
    &regions.iter().find(|r| r["region"] == "ring").unwrap()["ring"]
}

/// Why and by which name voxels were removed, and how many.
fn removed(ring: &Value) -> Vec<(String, String, u64)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let list = ring["removed"].as_array().unwrap().iter();
    list.map(|r| (text(&r["by"]), text(&r["name"]), r["voxels"].as_u64().unwrap())).collect()
}

fn codes(lesion: &Value) -> Vec<&str> {
    lesion["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect()
}

#[test]
fn the_commands_of_the_document_run() {
    let text = std::fs::read_to_string(file("docs/ring.md")).unwrap();
    let calls = text.lines().filter_map(|line| line.strip_prefix("perirad ")).collect::<Vec<_>>();
    assert_eq!(calls.len(), 4);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring.nii.gz");
    for call in calls {
        let list: Vec<OsString> = call
            .split_whitespace()
            .map(|word| match word {
                word if word.starts_with("testdata/") || word.starts_with("docs/") => {
                    file(word).into()
                }
                "ring.nii.gz" => out.clone().into(),
                word => word.into(),
            })
            .collect();
        let text = stdout(&list);
        let wide = |line: &&str| line.chars().count() > 100;
        assert_eq!(text.lines().find(wide), None, "{call}");
        if call.contains("--region all") {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for part in [
                "core",
                "shell_4",
                "deeper than 2 mm",
                "1433 voxels (14.0 %) of air",
                "2932 voxels (28.6 %) in Lung_L",
            ] {
                assert!(text.contains(part), "'{part}' is not in:\n{text}");
            }
        }
    }
    assert!(out.exists());
}

#[test]
fn every_removal_stands_in_the_json_in_its_order_and_adds_up() {
    let more = ["--roi", "GTV-1", "--region", "all", "--ring-exclude", "Lung*"];
    let found = document(&[&more[..], &["--ring-within", "Body"]].concat());
    let lesion = lesion(&found, 0);
    let regions = lesion["regions"].as_array().unwrap();
    let names: Vec<&str> = regions.iter().map(|r| r["region"].as_str().unwrap()).collect();
    assert_eq!(names, ["tumour", "ring", "core", "shell_1", "shell_2", "shell_3", "shell_4"]);
    let extent = |at: usize| (regions[at]["from_mm"].as_f64(), regions[at]["to_mm"].as_f64());
    assert_eq!(extent(0), (None, None));
    assert_eq!(extent(1), (Some(-2.0), Some(2.0)));
    assert_eq!(extent(2), (None, Some(-2.0)));
    assert_eq!(extent(6), (Some(2.0), Some(6.0)));
    assert!(regions[0]["ring"].is_null() && regions[2]["ring"].is_null());
    for region in regions.iter().filter(|r| !r["ring"].is_null()) {
        let ring = &region["ring"];
        let why: Vec<_> = removed(ring).into_iter().map(|(by, name, _)| (by, name)).collect();
        let rows = [
            ("intensity", "air"),
            ("intensity", "bone"),
            ("outside_structure", "Body"),
            ("structure", "Lung_L"),
            ("other_lesion", ""),
            ("other_ring", ""),
        ];
        assert_eq!(why, rows.map(|(by, name)| (by.to_owned(), name.to_owned())));
        let gone: u64 = removed(ring).iter().map(|r| r.2).sum();
        let number = |key: &str| ring[key].as_u64().unwrap();
        let sum = gone + number("left_voxels") + number("outside_image_voxels");
        assert_eq!(sum, number("whole_voxels"));
        assert_eq!(number("left_voxels"), region["voxels"].as_u64().unwrap());
        assert_eq!(number("removed_after_resampling_voxels"), 0);
    }
    assert!(removed(ring(lesion))[3].2 > 1000);
    let asked = found["reading"]["ring_structures"].as_array().unwrap();
    assert_eq!((&asked[0]["rule"], &asked[0]["query"]["name"]), (&"within".into(), &"Body".into()));
    assert_eq!((&asked[1]["rule"], &asked[1]["own_file"]), (&"exclude".into(), &false.into()));
    // The forms of one row for each value and for each region.
    for (form, count) in [("long", 7), ("csv", 7)] {
        let mut list = call("extract", &["--roi", "GTV-1", "--region", "all", "--format", form]);
        list.extend(args(&[&"--settings", &file("docs/ring.toml")]));
        let mut regions: Vec<_> =
            rows(&stdout(&list)).into_iter().map(|r| r["region"].clone()).collect();
        regions.dedup();
        assert_eq!(regions.len(), count, "{form}: {regions:?}");
    }
}

#[test]
fn a_structure_in_a_file_of_its_own_does_what_the_roi_does() {
    let folder = tempfile::tempdir().unwrap();
    let lung = folder.path().join("doe_lung.nii.gz");
    stdout(&[call("convert", &["--roi", "Lung_L", "-o"]), args(&[&lung])].concat());
    let base = ["--roi", "GTV-1", "--region", "ring"];
    let by_name = document(&[&base[..], &["--ring-exclude", "Lung_L"]].concat());
    let path = lung.to_str().unwrap();
    for text in [path.to_owned(), format!("{path}#1")] {
        let by_file = document(&[&base[..], &["--ring-exclude-mask", &text]].concat());
        assert_eq!(
            lesion(&by_file, 0)["regions"][0]["features"],
            lesion(&by_name, 0)["regions"][0]["features"]
        );
        assert_eq!(by_file["reading"]["ring_structures"][0]["own_file"], true);
        assert!(!by_file.to_string().contains("doe"), "a file's name is in the output");
        assert_eq!(
            removed(ring(lesion(&by_file, 0)))[2].2,
            removed(ring(lesion(&by_name, 0)))[2].2
        );
    }
    let within = document(&[&base[..], &["--ring-within-mask", path]].concat());
    let sum = |d: &Value| ring(lesion(d, 0))["left_voxels"].as_u64().unwrap();
    let none = document(&base);
    assert_eq!(sum(&within) + sum(&by_name), sum(&none));
    for wrong in [["--ring-exclude", "Lung_R"], ["--ring-exclude-mask", &format!("{path}#2")]] {
        let output = perirad(&call("extract", &[&base[..], &wrong].concat()));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains("roi_unknown"), "{told}");
    }
    // What is written is what is left.
    let written = folder.path().join("ring.nii");
    let mut list = call("convert", &["--roi", "GTV-1", "--region", "ring"]);
    list.extend(args(&[&"--ring-exclude", &"Lung_L", &"-o", &written]));
    stdout(&list);
    let voxels = |path: &Path| match open_mask(path, &Engine::serial()).unwrap() {
        MaskSource::Labels { labels, .. } => labels.counts().values().sum::<usize>(),
        _ => panic!("a NIfTI holds labels"),
    };
    let all = folder.path().join("all.nii");
    stdout(
        &[call("convert", &["--roi", "GTV-1", "--region", "ring", "-o"]), args(&[&all])].concat(),
    );
    assert!(voxels(&written) * 4 < voxels(&all) * 3, "{} of {}", voxels(&written), voxels(&all));
}

/// An image of two blocks that touch, as labels 1 and 2.
fn blocks(folder: &Path) -> [OsString; 2] {
    let grid = grid([16, 20, 30], [1.0; 3]);
    let hu = image(&grid, |[z, y, x]| ((z * 7 + y * 5 + x * 3) % 11) as f32 * 10.0);
    let labels = image(&grid, |at| match at {
        [5..11, 6..14, 6..14] => 1.0,
        [5..11, 6..14, 14..24] => 2.0,
        _ => 0.0,
    });
    [("image.nii", hu), ("labels.nii", labels)].map(|(name, volume)| {
        let mut bytes = Vec::new();
        write_volume(&mut bytes, &volume, false).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
        folder.join(name).into()
    })
}

#[test]
fn all_lesions_of_a_run_are_other_lesions_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let [ct, mask] = blocks(folder.path());
    let run = |overlap: &str, more: &[&str]| -> Value {
        let settings = folder.path().join("s.toml");
        let text = format!("base = \"cd8\"\n[ring]\noverlap = \"{overlap}\"\n");
        std::fs::write(&settings, text).unwrap();
        let mut list = args(&[&"extract", &ct, &"--mask", &mask, &"--format", &"json"]);
        list.extend(args(&[&"--settings", &settings]));
        list.extend(more.iter().map(OsString::from));
        serde_json::from_str(&stdout(&list)).unwrap()
    };
    let both = ["--label", "1,2", "--roi-many", "separate"];
    let alone = run("exclude", &["--label", "1"]);
    let gone = |document: &Value, at: usize| {
        removed(ring(lesion(document, at))).into_iter().map(|r| r.2).collect::<Vec<_>>()
    };
    assert_eq!(gone(&alone, 0), [0, 0]);
    let exclude = run("exclude", &both);
    assert!(gone(&exclude, 0).iter().chain(&gone(&exclude, 1)).all(|voxels| *voxels > 0));
    let turned = run("exclude", &["--label", "2,1", "--roi-many", "separate"]);
    assert_eq!(gone(&turned, 0), gone(&exclude, 0));
    let neighbour = run("exclude", &["--label", "1", "--ring-neighbour", "*"]);
    assert_eq!(gone(&neighbour, 0), gone(&exclude, 0));
    assert_eq!(neighbour["reading"]["ring_neighbours"][0]["name"], "*");
    let allow = run("allow", &both);
    let inside = ring(lesion(&allow, 0))["in_other_lesions_voxels"].as_u64().unwrap();
    assert_eq!(inside, gone(&exclude, 0)[0]);
    assert!(codes(lesion(&allow, 0)).contains(&"ring.other_lesions"));
    assert!(gone(&allow, 0).is_empty());
    let nearest = run("nearest", &both);
    assert_eq!(gone(&nearest, 0)[0], inside);
    assert!(gone(&nearest, 0)[1] < gone(&exclude, 0)[1]);
}

fn lesions() -> (SharedGrid, Volume, Mask) {
    let grid = grid([12, 30, 30], [3.0, 1.0, 1.0]);
    let image = image(&grid, |[z, y, x]| ((z * 7 + y * 5 + x * 3) % 11) as f32 * 10.0);
    let mask = ball(&grid, [16.0, 14.0, 15.0], 8.0);
    (grid, image, mask)
}

#[test]
fn thin_rings_and_rings_of_which_little_is_left_are_told() {
    let (_, image, mask) = lesions();
    let told = |inner: f64, outer: f64, highest: Option<f64>| -> Vec<&'static str> {
        let mut settings = settings();
        (settings.ring.inner_mm, settings.ring.outer_mm) = (inner, outer);
        let range = |highest| Exclusion { name: "x".into(), lowest: None, highest: Some(highest) };
        settings.ring.exclude = highest.into_iter().map(range).collect();
        let set = Scene::of(&image).measured(&mask, &settings, &[Region::Ring]);
        set.warnings.iter().map(|w| w.code).collect()
    };
    assert_eq!(told(1.5, 1.5, None), [""; 0]);
    assert_eq!(told(1.5, 1.4, None), ["ring.thick_slices"]);
    assert_eq!(told(2.0, 2.0, Some(30.0)), [""; 0]);
    assert_eq!(told(2.0, 2.0, Some(60.0)), ["ring.little_left"]);
    // Fewer than 64 voxels, although nothing is removed.
    let (grid, image) = (mask.grid().clone(), image);
    let small = ball(&grid, [15.0, 14.0, 15.0], 1.0);
    let set = Scene::of(&image).measured(&small, &settings(), &[Region::Ring]);
    let warned = set.warnings.iter().any(|w| w.code == "ring.little_left");
    assert_eq!(warned, set.regions[0].voxels < 64, "{}", set.regions[0].voxels);
}

#[test]
fn a_ring_without_voxels_measures_nothing_and_says_so() {
    let (_, image, mask) = lesions();
    for lattice in [Lattice::Resampled, Lattice::Native] {
        let mut settings = settings();
        settings.features.families = perirad::feature::FamilyKey::all();
        settings.ring.lattice = lattice;
        settings.ring.exclude =
            vec![Exclusion { name: "all".into(), lowest: Some(-5000.0), highest: None }];
        settings.ring.shells_mm = vec![[-90.0, -80.0]];
        let regions = [Region::Ring, Region::Core, Region::Shell(1)];
        let set = Scene::of(&image).measured(&mask, &settings, &regions);
        for at in [0, 2] {
            assert_eq!(set.regions[at].voxels, 0);
            let features = &set.regions[at].features;
            let none =
                |f: &&perirad::feature::FeatureValue| matches!(f.outcome, Outcome::Undefined(_));
            let defined: Vec<_> =
                features.iter().filter(|f| !none(f)).map(|f| f.spec.key).collect();
            assert!(defined.is_empty(), "{defined:?}");
        }
        assert!(set.regions[1].voxels > 0);
        assert_eq!(set.warnings.iter().filter(|w| w.code == "ring.little_left").count(), 2);
    }
}

#[test]
fn impossible_calls_are_refused() {
    let (grid, image, mask) = lesions();
    let mr = Volume::new(grid, image.data.clone(), Intensity::Arbitrary).unwrap();
    let mut settings = settings();
    settings.discretise = perirad::preprocess::Method::FixedBinNumber { count: 8 };
    settings.ring.exclude =
        vec![Exclusion { name: "air".into(), lowest: None, highest: Some(-500.0) }];
    let subject = Subject {
        case: "c",
        roi: "r",
        image: &mr,
        mask: &mask,
        acquisition: &Acquisition::default(),
        around: Around::default(),
        below: &[],
    };
    let engine = Engine::serial();
    let code = |region| {
        let made = extract(&subject, &settings, &[region], &engine);
        made.map_or_else(|e| e.code(), |_| "measured")
    };
    assert_eq!(code(Region::Tumour), "measured");
    assert_eq!(code(Region::Ring), "pipeline.needs_hu");
    assert_eq!(code(Region::Shell(1)), "pipeline.no_shell");
    let planes = planes_needed(&mask, "r", &settings, &[Region::Shell(0)], &engine);
    assert_eq!(planes.unwrap_err().code(), "pipeline.no_shell");
    for lattice in [Lattice::Native, Lattice::Resampled] {
        settings.ring.lattice = lattice;
        let refused = native_region(&subject, &settings, Region::Ring, &engine).unwrap_err();
        assert_eq!(refused.code(), "pipeline.needs_hu");
        assert!(refused.to_string().contains("ring.exclude"), "{refused}");
    }
    let output = perirad(&call("extract", &["--roi", "GTV-1", "--region", "shells"]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("extract.no_shells"));
}

fn model(regions: [&str; 2], shells: &str) -> Model {
    let term = |region: &str| {
        format!(
            "[[terms]]\nname = \"{region}\"\ncoefficient = 1.0\ncentre = 0.0\nscale = 1.0\n\
             predictor = {{ region = \"{region}\", feature = \"statistics.mean\", aggregation = \
             \"3d\" }}\n"
        )
    };
    let text = format!(
        "name = \"m\"\nversion = \"1\"\ntitle = \"t\"\nstatus = \"test\"\ncitation = \"none\"\n\
         population = \"none\"\nintended_use = \"test\"\nkind = \"linear\"\nintercept = 0.0\n{}{}\
         [settings]\nbase = \"cd8\"\n[settings.ring]\nshells_mm = {shells}\n",
        term(regions[0]),
        term(regions[1]),
    );
    Model::parse("m.toml", &text).unwrap()
}

#[test]
fn models_name_cores_and_shells_and_say_which_are_not_there() {
    let good = model(["core", "shell_2"], "[[0.0, 1.0], [1.0, 3.0]]");
    assert_eq!(good.faults(), []);
    let regions = [Region::Tumour, Region::Ring, Region::Core, Region::Shell(2)];
    assert_eq!(good.regions(), regions);
    let (_, image, mask) = lesions();
    let settings = good.extraction().unwrap();
    let structure = perirad::pipeline::Structure {
        name: "s",
        rule: perirad::pipeline::StructureRule::Within,
        mask: &ball(mask.grid(), [10.0, 14.0, 15.0], 9.0),
    };
    let scene = Scene { structures: &[structure], ..Scene::of(&image) };
    let set = scene.measured(&mask, &settings, &regions);
    let found = score(&good, &set, &Given::default()).unwrap();
    let mean = |region| set.outcome(region, "statistics.mean", "3d").unwrap().value().unwrap();
    assert_eq!(found.value, mean(Region::Core) + mean(Region::Shell(2)));
    // Only of regions that count: the ring, which lost voxels too, is none of them.
    let codes: Vec<_> = found.warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["model.ring_structures"]);
    assert!(found.warnings[0].message.contains("shell_2"));
    let missing = model(["core", "shell_2"], "[[0.0, 1.0]]").faults();
    assert!(matches!(&missing[..], [Fault::Wrong { what, .. }] if what.contains("shell_2")));
    let text = "region = \"shell_99\"";
    assert!(Model::parse("m.toml", text).is_err());
}

#[test]
fn what_is_written_of_a_native_ring_is_the_ring() {
    let (grid, image, mask) = lesions();
    let mut settings = settings();
    settings.resample.spacing_mm = [perirad::settings::Spacing::Mm(1.0); 3];
    settings.ring.lattice = Lattice::Native;
    settings.ring.shells_mm = vec![[-3.0, 3.0]];
    let subject = Subject {
        case: "c",
        roi: "r",
        image: &image,
        mask: &mask,
        acquisition: &Acquisition::default(),
        around: Around::default(),
        below: &[],
    };
    for region in [Region::Ring, Region::Shell(1), Region::Core, Region::Tumour] {
        let shown = native_region(&subject, &settings, region, &Engine::serial()).unwrap();
        assert_eq!(shown.grid(), &grid);
        let made = extract(&subject, &settings, &[region], &Engine::serial()).unwrap();
        match &made.regions[0].ring {
            Some(ring) => assert_eq!(shown.count(), ring.left()),
            None => assert!(shown.count() > 0 && shown.count() <= mask.count()),
        }
        let mut bytes = Vec::new();
        write_mask(&mut bytes, &shown, true).unwrap();
    }
}
