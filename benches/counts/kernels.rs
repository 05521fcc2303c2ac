//! A few kernels, each once, for `check.py`, which counts their instructions.
//!
//! Each is a function that is never inlined: its name is what the counts are found by.

#[path = "../shared/case.rs"]
#[expect(dead_code, reason = "families are called by the pipeline here")]
mod case;

use case::{BINS, ellipsoid};
use perirad::engine::Engine;
use perirad::feature::FamilyKey;
use perirad::image::{Acquisition, Intensity, Mask, Region, Volume};
use perirad::io::source::{ImageChoice, LesionChoice, LoadedImage};
use perirad::io::{nifti, open_image, open_mask};
use perirad::matrix::Aggregation;
use perirad::mesh::{BitRows, surface};
use perirad::pipeline::{Around, Subject, extract};
use perirad::preprocess::{
    Interpolation, MaskInterpolation, Target, discretise, resample_image, resample_mask, ring,
};
use perirad::settings::{Native, Settings, Spacing, preset};
use perirad_generator::field::Lattice;
use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};

type Done = Result<(), Box<dyn Error>>;

/// What the kernels work on.
struct Case {
    image: Volume,
    mask: Mask,
    /// The image as a gzipped NIfTI file.
    file: PathBuf,
    engine: Engine,
}

const CHOICE: ImageChoice<'_> =
    ImageChoice { series: None, referenced: None, nifti_intensity: Intensity::Hounsfield };

/// The embedded patient.
fn patient(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/patient").join(name)
}

#[inline(never)]
fn count_dicom(case: &Case) -> Result<LoadedImage, Box<dyn Error>> {
    Ok(open_image(&patient("ct"), &CHOICE, &case.engine)?)
}

#[inline(never)]
fn count_rtstruct(case: &Case, image: &LoadedImage) -> Done {
    let roi = LesionChoice { roi: Some("GTV-1"), label: None };
    black_box(open_mask(&patient("rtstruct.dcm"), &case.engine)?.lesion(roi, image)?);
    Ok(())
}

#[inline(never)]
fn count_nifti(case: &Case) -> Done {
    black_box(open_image(&case.file, &CHOICE, &case.engine)?);
    Ok(())
}

#[inline(never)]
fn count_resample_linear(case: &Case, target: &Target) -> Done {
    black_box(resample_image(&case.image, target, Interpolation::Linear, &case.engine)?);
    let linear = MaskInterpolation::Linear;
    black_box(resample_mask(&case.mask, target, linear, 0.5, &case.engine)?);
    Ok(())
}

#[inline(never)]
fn count_resample_spline(case: &Case, target: &Target) -> Done {
    black_box(resample_image(&case.image, target, Interpolation::CubicBspline, &case.engine)?);
    Ok(())
}

#[inline(never)]
fn count_ring(case: &Case) -> Done {
    black_box(ring(&case.mask, 2.0, 2.0, &case.engine)?);
    Ok(())
}

#[inline(never)]
fn count_discretise(case: &Case) -> Done {
    black_box(discretise(&case.image, &case.mask, BINS)?);
    Ok(())
}

#[inline(never)]
fn count_mesh(case: &Case) -> Done {
    let rows = BitRows::new(case.mask.voxels()).ok_or("empty")?;
    black_box(surface(&rows, case.image.grid.spacing, &case.engine));
    Ok(())
}

/// One family of features on the voxels as they are, matrix and formulas.
fn family(case: &Case, name: &str, aggregations: &[Aggregation]) -> Done {
    let mut settings: Settings = preset("cd8").ok_or("no preset")?;
    settings.resample.spacing_mm = [Spacing::Native(Native::Native); 3];
    settings.features.families =
        FamilyKey::ibsi().into_iter().filter(|key| key.name() == name).collect();
    settings.texture.aggregations = aggregations.to_vec();
    let acquisition = Acquisition::default();
    let (image, mask, around) = (&case.image, &case.mask, Around::default());
    let (case_name, roi, below) = ("counts", "lesion", &[][..]);
    let acquisition = &acquisition;
    let subject = Subject { case: case_name, roi, image, mask, acquisition, around, below };
    black_box(extract(&subject, &settings, &[Region::Tumour], &case.engine)?);
    Ok(())
}

#[inline(never)]
fn count_glcm(case: &Case) -> Done {
    family(case, "glcm", &[Aggregation::Average3d, Aggregation::Merged3d])
}

#[inline(never)]
fn count_glrlm(case: &Case) -> Done {
    family(case, "glrlm", &Aggregation::DIRECTIONAL)
}

#[inline(never)]
fn count_glszm(case: &Case) -> Done {
    family(case, "glszm", &[Aggregation::Volume3d])
}

#[inline(never)]
fn count_ngldm(case: &Case) -> Done {
    family(case, "ngldm", &[Aggregation::Volume3d])
}

#[inline(never)]
fn count_ngtdm(case: &Case) -> Done {
    family(case, "ngtdm", &[Aggregation::Volume3d])
}

fn main() -> Done {
    let lattice = Lattice { shape: [30, 80, 80], spacing: [2.0, 0.8, 0.8] };
    let (image, mask) = ellipsoid(lattice, 5_000)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("image.nii.gz");
    let mut bytes = Vec::new();
    nifti::write_volume(&mut bytes, &image, true)?;
    std::fs::write(&file, bytes)?;
    let case = Case { image, mask, file, engine: Engine::serial() };
    let target = Target::new(&case.image.grid, [Some(1.0); 3])?;
    let window = target.around(case.mask.bounds().ok_or("empty")?, 2.0);
    let target = target.windowed(window)?;

    let loaded = count_dicom(&case)?;
    count_rtstruct(&case, &loaded)?;
    count_nifti(&case)?;
    count_resample_linear(&case, &target)?;
    count_resample_spline(&case, &target)?;
    count_ring(&case)?;
    count_discretise(&case)?;
    count_mesh(&case)?;
    count_glcm(&case)?;
    count_glrlm(&case)?;
    count_glszm(&case)?;
    count_ngldm(&case)?;
    count_ngtdm(&case)
}
