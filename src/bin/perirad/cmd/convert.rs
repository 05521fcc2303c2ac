//! `perirad convert`.

use crate::args::{Convert, OneRegion};
use crate::fail::{Fatal, Outcome};
use crate::load;
use crate::output::{save, warn};
use perirad::engine::Engine;
use perirad::image::Mask;
use perirad::io::nifti::{write_mask, write_volume};
use perirad::io::open_image;
use perirad::pipeline::native_ring;
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
    let mut bytes = Vec::new();
    let written = if let Some(mask) = &args.mask {
        let mask = lesion(args, mask, engine)?;
        write_mask(&mut bytes, &mask, gzip)
    } else {
        let image = open_image(&args.image, &load::image_choice(&args.choice, None), engine)?;
        warn(&image.warnings);
        write_volume(&mut bytes, &image.volume, gzip)
    };
    written.map_err(|e: io::Error| Fatal::file("output.write", path, "written", &e))?;
    save(path, &bytes)?;
    Ok(Outcome::Done)
}

/// The voxels of one lesion or of its ring on the image's lattice.
fn lesion(args: &Convert, mask: &std::path::Path, engine: &Engine) -> Result<Mask, Fatal> {
    let settings = load::settings(&args.settings)?;
    let (image, mask) = load::image_and_mask(&args.image, mask, &args.choice, engine)?;
    let options = load::mask_options(&args.choice);
    let mut lesions = Vec::new();
    for query in load::queries(&args.choice) {
        lesions.extend(mask.lesions(&query, &options, &image)?);
    }
    let count = lesions.len();
    let (Some((_, lesion)), 1) = (lesions.pop(), count) else {
        return Err(Fatal {
            code: "convert.several",
            message: format!("{count} lesions are meant"),
            hint: "A mask file holds one: name one ROI or label, or use --roi-many union.".into(),
        });
    };
    let lesion = lesion?;
    warn(&image.warnings);
    warn(&lesion.warnings);
    Ok(match args.region {
        OneRegion::Tumour => lesion.mask,
        OneRegion::Ring => {
            native_ring(&image.volume, &lesion.mask, &lesion.name, &settings, engine)?
        }
    })
}
