//! Lattices as files describe them: rounding of headers, and whether two files agree.

use super::IoError;
use crate::error::Warning;
use crate::geometry::{Grid, SharedGrid, cause, difference};
use crate::image::{Mask, Transfer, transfer};
use serde::{Deserialize, Serialize};

/// Disagreement anywhere in the volume, in voxels, above which two lattices are not the same.
pub(super) const APART: f64 = 0.1;
/// Disagreement that deserves a word.
pub(super) const NEARLY: f64 = 0.01;

/// The shortest decimal number with the same `f32` as `value`.
///
/// DICOM writes spacings as decimals with any number of digits (`0.97699999809265`), or leaves
/// them to be computed from positions (3.2699999999999818); NIfTI keeps 32 bits. Both become
/// 0.977 and 3.27, so that the lattices of a series and of its NIfTI copy resample to the same
/// bits. The change is below 1e-7 of the value: 0.05 µm over a 512-pixel row.
pub fn shortest(value: f64) -> f64 {
    (value as f32).to_string().parse().unwrap_or(value)
}

/// The number of fewest decimals within `tolerance` of `value`, else [`shortest`].
///
/// The spacing of slices is computed from positions, and many were stored as `f32` once: 41 slices
/// of 3 mm near -600 mm then come out as 3.0000007.
pub fn roundest(value: f64, tolerance: f64) -> f64 {
    (0..7)
        .map(|decimals| {
            let scale = 10_f64.powi(decimals);
            (value * scale).round() / scale
        })
        .find(|rounded| (rounded - value).abs() <= tolerance)
        .unwrap_or_else(|| shortest(value))
}

/// Checks that a mask's lattice is the image's, so that it may be put on the image's lattice.
///
/// `names` are the image's and the mask's, for the message.
///
/// # Errors
/// [`IoError::LatticeShape`] for other voxel counts, [`IoError::LatticeApart`] where a corner is
/// off by more than 0.1 voxel. Above 0.01 voxel there is a warning.
pub fn same(image: &SharedGrid, mask: &Grid, names: [&str; 2]) -> Result<Vec<Warning>, IoError> {
    let Some(found) = difference(image, mask) else {
        return Err(IoError::LatticeShape {
            image: names[0].to_owned(),
            mask: names[1].to_owned(),
            shapes: Box::new([image.shape, mask.shape]),
            extents_mm: Box::new([extent(image), extent(mask)]),
            cause: cause(image, mask),
        });
    };
    // A comparison with NaN is false, so a lattice that cannot be compared is refused.
    let near = found.voxels <= APART;
    if !near {
        return Err(IoError::LatticeApart {
            image: names[0].to_owned(),
            mask: names[1].to_owned(),
            mm: found.mm,
            voxels: found.voxels,
            corner: found.corner,
            cause: found.cause,
        });
    }
    if found.voxels <= NEARLY {
        return Ok(Vec::new());
    }
    let message = format!(
        "image and mask lattices differ by up to {:.4} mm ({:.3} voxel) at voxel {:?} (z, y, x): \
         {}",
        found.mm, found.voxels, found.corner, found.cause
    );
    Ok(vec![Warning::new("io.lattice_rounding", message)])
}

/// What happens to a mask whose lattice is not the image's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskToImage {
    /// It is an error.
    #[default]
    Refuse,
    /// Each image voxel is as the mask voxel in which its centre lies.
    Nearest,
    /// An image voxel is inside where at least half of the trilinear weight around it is.
    Linear,
}

/// Puts a mask on the image's lattice: voxel by voxel where the two agree within 0.1 voxel, else
/// only as asked for, with a warning that says what was done.
///
/// `names` are the image's, the mask's and the lesion's, for messages.
///
/// # Errors
/// As for [`same`] where nothing else was asked for; where no voxel of the image is inside the
/// resampled mask [`IoError::MaskOutside`] or, of one that lies in the image, [`IoError::MaskVanished`].
pub fn bring(
    mask: &Mask,
    image: &SharedGrid,
    names: [&str; 3],
    how: MaskToImage,
) -> Result<(Mask, Vec<Warning>), IoError> {
    let [image_name, mask_name, _] = names;
    let failed = |error| IoError::geometry(mask_name, error);
    let transferred = match (same(image, mask.grid(), [image_name, mask_name]), how) {
        (Ok(warnings), _) => {
            let own = mask.clone().put_on(image.clone()).map_err(failed)?;
            return Ok((own, warnings));
        }
        (Err(error), MaskToImage::Refuse) => return Err(error),
        (Err(_), MaskToImage::Nearest) => Transfer::Nearest,
        (Err(_), MaskToImage::Linear) => Transfer::Linear,
    };
    let placed = transfer(mask, image, transferred).map_err(failed)?;
    let why = cause(image, mask.grid());
    let told = if transferred == Transfer::Nearest { "nearest" } else { "linear" };
    let lost = outside(mask, image);
    if placed.count() == 0 && mask.count() > 0 {
        let (voxels, ml) = (mask.count(), mask.volume_ml());
        let [image, mask, roi] = names.map(str::to_owned);
        return Err(if lost == voxels {
            IoError::MaskOutside { image, mask, roi, cause: why }
        } else {
            let (names, how, outside, cause) = (Box::new([image, mask, roi]), told, lost, why);
            IoError::MaskVanished { names, how, voxels, ml, outside, cause }
        });
    }
    let apart = difference(image, mask.grid())
        .map_or_else(|| "of another shape".into(), |d| format!("up to {:.3} mm apart", d.mm));
    let message = format!(
        "{mask_name} was resampled to the voxels of {image_name} ({told}): the lattices are {apart}, \
         {why}; {} voxels ({:.3} mL) became {} ({:.3} mL)",
        mask.count(),
        mask.volume_ml(),
        placed.count(),
        placed.volume_ml(),
    );
    let mut warnings = vec![Warning::new("mask.resampled", message)];
    if lost > 0 {
        let message =
            format!("{lost} of {} voxels of {mask_name} lie outside {image_name}", mask.count());
        warnings.push(Warning::new("mask.cut", message));
    }
    Ok((placed, warnings))
}

/// Voxels of a mask whose centres lie in no voxel of the image.
fn outside(mask: &Mask, image: &Grid) -> usize {
    let inverse = image.inverse();
    let beyond = |(z, y, x): (usize, usize, usize)| {
        let point = mask.grid().to_patient([z, y, x].map(|i| i as f64));
        let at = inverse.index(point);
        (0..3).any(|a| at[a] < -0.5 || at[a] >= image.shape[a] as f64 - 0.5)
    };
    let mut count = 0;
    mask.runs(|z, y, from, to| count += (from..to).filter(|x| beyond((z, y, *x))).count());
    count
}

/// Extent of the voxels along `[z, y, x]`, mm.
pub fn extent(grid: &Grid) -> [f64; 3] {
    [0, 1, 2].map(|a| grid.shape[a] as f64 * grid.spacing[a])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;
    use std::sync::Arc;

    #[test]
    fn spacings_lose_the_noise_of_their_format() {
        assert_eq!(shortest(0.976_999_998_092_65), 0.977);
        assert_eq!(shortest(3.269_999_999_999_982), 3.27);
        assert_eq!(shortest(f64::from(0.976_562_f32)), 0.976_562);
        assert_eq!(shortest(0.976_562_5), 0.976_562_5);
        assert!(shortest(f64::NAN).is_nan());
        assert_eq!(roundest(3.000_000_7, 2e-6), 3.0);
        assert_eq!(roundest(3.000_010_7, 2e-6), 3.000_01);
        assert_eq!(roundest(0.976_562_5, 1e-9), 0.976_562_5);
        assert!(roundest(f64::NAN, 1.0).is_nan());
    }

    #[test]
    fn lattices_agree_within_a_tenth_of_a_voxel() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let image = Arc::new(Grid::new([3, 4, 5], [3.0, 1.0, 1.0], [0.0; 3], axes).unwrap());
        let moved = |x: f64| Grid { origin: [x, 0.0, 0.0], ..(*image).clone() };
        let check = |mask: &Grid| same(&image, mask, ["image", "mask"]);
        assert!(check(&moved(0.009)).unwrap().is_empty());
        assert_eq!(check(&moved(0.05)).unwrap()[0].code, "io.lattice_rounding");
        let error = check(&moved(0.11)).unwrap_err();
        assert_eq!(error.code(), "io.lattice_apart");
        assert!(error.to_string().contains("0.11"), "{error}");
        let shape = check(&Grid { shape: [3, 4, 6], ..(*image).clone() }).unwrap_err();
        assert_eq!(shape.code(), "io.lattice_shape");
        assert!(shape.to_string().contains("9.0 × 4.0 × 6.0 mm"), "{shape}");
        assert!(shape.to_string().contains("the image is cropped"), "{shape}");
    }

    #[test]
    fn a_mask_is_resampled_only_when_asked_and_says_so() {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let image = Arc::new(Grid::new([4, 6, 8], [3.0, 1.0, 1.0], [0.0; 3], axes).unwrap());
        let own = Grid {
            shape: [2, 3, 4],
            origin: image.to_patient([1.0, 2.0, 3.0]),
            ..(*image).clone()
        };
        let mut voxels = ndarray::Array3::from_elem((2, 3, 4), false);
        voxels[[0, 1, 2]] = true;
        let mask = |grid: Grid| Mask::new(Arc::new(grid), voxels.clone()).unwrap();
        let onto = |grid: Grid, how| bring(&mask(grid), &image, ["ct", "seg", "GTV"], how);
        assert_eq!(onto(own.clone(), MaskToImage::Refuse).unwrap_err().code(), "io.lattice_shape");
        for how in [MaskToImage::Nearest, MaskToImage::Linear] {
            let (placed, warnings) = onto(own.clone(), how).unwrap();
            assert_eq!((placed.count(), placed.voxels()[[1, 3, 5]]), (1, true));
            assert_eq!(warnings[0].code, "mask.resampled");
            assert!(warnings[0].message.contains("[1, 2, 3]"), "{}", warnings[0].message);
            let far = Grid { origin: [0.0, 500.0, 0.0], ..own.clone() };
            let error = onto(far, how).unwrap_err();
            assert_eq!(error.code(), "mask.outside");
            assert!(error.to_string().contains("do not overlap"), "{error}");
            assert!(error.to_string().contains("GTV") && error.concerns_one_lesion(), "{error}");
            // Half as large, and between the centres of the image's voxels.
            let spacing = own.spacing.map(|mm| 0.4 * mm);
            let fine = Grid { spacing, origin: image.to_patient([1.5, 2.5, 3.5]), ..own.clone() };
            let error = onto(fine, how).unwrap_err();
            assert_eq!(error.code(), "mask.vanished", "{error}");
            assert!(error.to_string().contains("GTV") && error.concerns_one_lesion(), "{error}");
        }
        voxels[[1, 2, 0]] = true;
        let mask = |grid: Grid| Mask::new(Arc::new(grid), voxels.clone()).unwrap();
        let edge = Grid { origin: image.to_patient([3.0, 2.0, 3.0]), ..own };
        let (placed, warnings) =
            bring(&mask(edge), &image, ["ct", "seg", "GTV"], MaskToImage::Nearest).unwrap();
        assert_eq!((placed.count(), warnings[1].code), (1, "mask.cut"));
        assert!(warnings[1].message.contains("1 of 2 voxels"));
    }
}
