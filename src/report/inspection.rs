//! What files hold, for people to read.

use super::Table;
use super::qa::contours_text;
use super::text::wrapped;
use crate::error::readable;
use crate::io::inspect::{
    Geometry, Inspection, NiftiSummary, Problem, SegmentSummary, SegmentationSummary,
    SeriesSummary, StructureSummary,
};
use crate::io::qa::RoiQa;

/// Everything found under one path.
pub fn inspection_text(found: &Inspection) -> String {
    let skipped = if found.skipped == 0 {
        String::new()
    } else {
        format!(", {} of no format that is read", found.skipped)
    };
    let mut text = format!("{}: {} file(s){skipped}\n", found.name, found.files);
    for series in &found.series {
        text += &series_text(series);
    }
    for set in &found.structure_sets {
        text += &structures_text(set);
    }
    for set in &found.segmentations {
        text += &segmentation_text(set);
    }
    let formats = [("NIfTI", &found.nifti), ("NRRD", &found.nrrd), ("MetaImage", &found.metaimage)];
    for (format, files) in formats {
        for file in files {
            text += &voxels_text(format, file);
        }
    }
    text + &problems_text(&found.problems)
}

fn series_text(series: &SeriesSummary) -> String {
    let mut text = format!(
        "\nseries {}: {}, {} file(s)\n  UID {}\n",
        series.number.as_deref().unwrap_or("without number"),
        series.sop_class,
        series.files,
        series.uid
    );
    if let Some(geometry) = &series.geometry {
        text += &geometry_text(geometry);
    }
    let scan = &series.acquisition;
    let mut facts = Vec::new();
    if let Some(kvp) = scan.kvp {
        facts.push(format!("{kvp} kVp"));
    } else {
        facts.push("no kVp".into());
    }
    let named = [
        ("kernel", &scan.kernel),
        ("contrast", &scan.contrast_agent),
        ("by", &scan.manufacturer),
        ("", &scan.scanner),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            facts.push(format!("{name} {value}").trim().to_string());
        }
    }
    if let Some(mm) = scan.slice_thickness_mm {
        facts.push(format!("slices {mm} mm thick"));
    }
    text += &wrapped("  scan      ", &facts.join(", "));
    text + &problems_text(&series.problems)
}

fn geometry_text(geometry: &Geometry) -> String {
    let xyz = |[z, y, x]: [f64; 3]| format!("{} x {} x {}", readable(x), readable(y), readable(z));
    let [z, y, x] = geometry.shape;
    let [left, back, up] = geometry.origin_mm.map(readable);
    format!(
        "  voxels    {x} x {y} x {z} of {} mm, {} mm in all (x, y, z)\n  \
         first at  {left}, {back}, {up} mm LPS; x, y, z run to {}\n",
        xyz(geometry.spacing_mm),
        xyz(geometry.extent_mm),
        geometry.orientation
    )
}

fn structures_text(set: &StructureSummary) -> String {
    let mut text = format!("\nRTSTRUCT {}\n", set.file);
    if let Some(uid) = &set.referenced_series {
        text += &format!("  drawn on series {uid}\n");
    }
    let mut table =
        Table::new(&[">number", "ROI", "type", ">contours", ">planes", ">mL"]).indented(2);
    for roi in &set.rois {
        table.row([
            roi.number.to_string(),
            roi.name.clone(),
            roi.interpreted_type.clone().unwrap_or_default(),
            roi.contours.to_string(),
            roi.planes.to_string(),
            roi.volume_ml.map(|ml| format!("{ml:.2}")).unwrap_or_default(),
        ]);
    }
    text += &table.render();
    text += &contours_text(&set.on_image);
    text += &on_image_text(&set.on_image);
    for roi in &set.rois {
        text += &problems_text(&roi.problems);
    }
    text + &problems_text(&set.problems)
}

/// What is odd about ROIs on the image, once for all that share it.
fn on_image_text(records: &[RoiQa]) -> String {
    let mut shared: Vec<(Problem, Vec<&str>)> = Vec::new();
    for record in records {
        for problem in &record.problems {
            match shared.iter_mut().find(|(other, _)| other == problem) {
                Some((_, names)) => names.push(&record.name),
                None => shared.push((problem.clone(), vec![&record.name])),
            }
        }
    }
    let told = shared.into_iter().map(|(problem, names)| {
        // Messages that are errors name their ROI.
        let named = names.iter().all(|name| problem.message.contains(&format!("{name:?}")));
        let message = if named {
            problem.message.clone()
        } else {
            format!("{}: {}", names.join(", "), problem.message)
        };
        Problem { message, ..problem }
    });
    problems_text(&told.collect::<Vec<_>>())
}

fn segmentation_text(set: &SegmentationSummary) -> String {
    let mut text = format!("\n{} {}\n", set.format, set.file);
    if let Some(geometry) = &set.geometry {
        text += &geometry_text(geometry);
    }
    if let Some(uid) = &set.referenced_series {
        text += &format!("  drawn on series {uid}\n");
    }
    if let Some(threshold) = set.threshold {
        text += &format!("  inside    from {threshold} of the largest value on\n");
    }
    if !set.segments.is_empty() {
        let columns = [">number", "segment", "type", "by", ">frames", ">voxels", ">mL"];
        let mut table = Table::new(&columns).indented(2);
        for SegmentSummary { segment, voxels, volume_ml } in &set.segments {
            let meaning = [&segment.category, &segment.kind].map(|part| part.as_deref());
            table.row([
                segment.number.to_string(),
                segment.name.clone(),
                meaning.into_iter().flatten().collect::<Vec<_>>().join(", "),
                segment.algorithm.clone().unwrap_or_default(),
                segment.frames.map(|frames| frames.to_string()).unwrap_or_default(),
                voxels.to_string(),
                format!("{volume_ml:.2}"),
            ]);
        }
        text += &table.render();
    }
    text + &problems_text(&set.problems)
}

fn voxels_text(format: &str, file: &NiftiSummary) -> String {
    let mut text = format!("\n{format} {}\n", file.file);
    if let Some(geometry) = &file.geometry {
        text += &geometry_text(geometry);
    }
    if let Some([low, high]) = file.range {
        text += &format!("  values    {low} to {high}\n");
    }
    if !file.labels.is_empty() {
        let mut table = Table::new(&[">label", ">voxels", ">mL"]).indented(2);
        for label in &file.labels {
            table.row([
                label.label.to_string(),
                label.voxels.to_string(),
                format!("{:.2}", label.volume_ml),
            ]);
        }
        text += &table.render();
    }
    text + &problems_text(&file.problems)
}

fn problems_text(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let kind = if problem.fatal { "error" } else { "note" };
        let told = if problem.hint.is_empty() {
            problem.message.clone()
        } else {
            format!("{}. {}", problem.message, problem.hint)
        };
        text += &wrapped(&format!("  {kind:<8}  "), &told);
    }
    text
}
