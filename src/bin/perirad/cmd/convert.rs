//! `perirad convert`.

use crate::args::Convert;
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::{save, warn};
use perirad::engine::Engine;
use perirad::image::Region;
use perirad::io::nifti::{write_mask, write_volume};
use perirad::io::source::Lesion;
use perirad::run::{ImageFrom, Inputs, MaskFrom, image, lesions, region};
use std::io;

pub fn run(args: &Convert, engine: &Engine) -> Result<Outcome, Fatal> {
    let path = &args.output;
    let ends_with = |ending: &str| {
        let name = path.to_string_lossy();
        name.get(name.len().saturating_sub(ending.len())..)
            .is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    let gzip = ends_with(".nii.gz");
    if !gzip && !ends_with(".nii") {
        return Err(Fatal {
            code: "convert.output",
            message: "the output's name ends in neither .nii nor .nii.gz".into(),
            hint: "NIfTI is what is written: name it so.".into(),
        });
    }
    let choice = &args.choice;
    let chosen = choice.any_nonzero || choice.roi_type.is_some();
    if args.mask.is_none() && (chosen || !choice.roi.is_empty() || !choice.label.is_empty()) {
        return Err(Fatal {
            code: "convert.no_mask",
            message: "a lesion is chosen, and no mask is given".into(),
            hint: "Give the mask with --mask, or leave the choice out to write the image.".into(),
        });
    }
    let mut bytes = Vec::new();
    let source = ImageFrom::Path(args.image.clone());
    let written = if let Some(mask) = &args.mask {
        let mut choice = choice.named();
        let (settings, _) = load::settings_with(&args.settings, [&mut choice])?;
        let inputs = Inputs {
            image: source,
            mask: MaskFrom::Path(mask.clone()),
            choice,
            bounds: args.choice.bounds(),
            case: None,
            below: None,
        };
        let (lesions, warnings) = if args.region == Region::Tumour {
            lesions(&inputs, engine)?
        } else {
            let (lesions, image) = region(&inputs, (&settings, args.region), engine)?;
            (lesions, image.warnings.clone())
        };
        let lesion = only(lesions)?;
        warn(&warnings);
        warn(&lesion.warnings);
        write_mask(&mut bytes, &lesion.mask, gzip)
    } else {
        let image = image(&source, &choice.named(), engine)?;
        warn(&image.warnings);
        write_volume(&mut bytes, &image.volume, gzip)
    };
    written.map_err(|e: io::Error| Fatal::file("output.write", path, "written", &e))?;
    save(path, &bytes)?;
    Ok(Outcome::Done)
}

/// The only lesion that is meant.
fn only(mut lesions: Vec<Lesion>) -> Result<Lesion, Fatal> {
    let count = lesions.len();
    match lesions.pop() {
        Some(lesion) if count == 1 => Ok(lesion),
        _ => Err(Fatal {
            code: "convert.several",
            message: format!("{count} lesions are meant"),
            hint: "A mask file holds one: name one ROI or label, or use --roi-many union.".into(),
        }),
    }
}
