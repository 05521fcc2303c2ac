//! `perirad convert`.

use crate::args::Convert;
use crate::bounds::Bounds;
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::{save, warn};
use perirad::engine::Engine;
use perirad::image::{Mask, Region};
use perirad::io::lesions::Drawn;
use perirad::io::nifti::{write_mask, write_volume};
use perirad::io::open_mask;
use perirad::io::source::Lesion;
use perirad::pipeline::{Around, Subject, native_region};
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
    let mask = args.mask.as_deref().map(|path| open_mask(path, engine)).transpose()?;
    let (folder, opened) = load::header(&args.image, &args.choice.source, mask.as_ref(), engine)?;
    let all = 0..opened.image.volume.grid.shape[0];
    let mut bytes = Vec::new();
    let written = if let Some(mask) = mask {
        let reading = load::reading(&args.choice, engine);
        let lesion = only(load::lesions(&mask, &reading, &opened.image)?)?;
        warn(&opened.image.warnings);
        warn(&lesion.warnings);
        let mask = if args.region == Region::Tumour {
            lesion.mask
        } else {
            let settings = load::settings(&args.settings)?;
            let bounds = Bounds::load(&args.choice, &mask, &reading, &opened.image, engine)?;
            warn(&bounds.warnings().cloned().collect::<Vec<_>>());
            let image = opened.planes(&folder, all, engine)?;
            let after: Vec<&Mask> = bounds.neighbours().collect();
            let structures = bounds.structures();
            let subject = Subject {
                case: "",
                roi: &lesion.name,
                image: &image.volume,
                mask: &lesion.mask,
                acquisition: &image.acquisition,
                around: Around { before: &[], after: &after, structures: &structures },
                below: &[],
            };
            native_region(&subject, &settings, args.region, engine)?
        };
        write_mask(&mut bytes, &mask, gzip)
    } else {
        let image = opened.planes(&folder, all, engine)?;
        warn(&image.warnings);
        write_volume(&mut bytes, &image.volume, gzip)
    };
    written.map_err(|e: io::Error| Fatal::file("output.write", path, "written", &e))?;
    save(path, &bytes)?;
    Ok(Outcome::Done)
}

/// The only lesion that is meant.
fn only(mut lesions: Vec<Drawn>) -> Result<Lesion, Fatal> {
    let count = lesions.len();
    match lesions.pop() {
        Some((_, lesion)) if count == 1 => Ok(lesion?),
        _ => Err(Fatal {
            code: "convert.several",
            message: format!("{count} lesions are meant"),
            hint: "A mask file holds one: name one ROI or label, or use --roi-many union.".into(),
        }),
    }
}
