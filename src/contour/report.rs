//! What became of a structure's contours, and why they may make no mask.

use super::{ContourKind, FillGaps, Holes, Rules};
use crate::error::{Diagnose, Warning};
use crate::geometry::GeometryError;
use serde::Serialize;
use std::collections::BTreeMap;

/// A contour that belongs to no image plane.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OffPlane {
    /// Its number in the structure, from 1.
    pub number: usize,
    /// Its farthest vertex's distance from the nearest plane, mm.
    pub mm: f64,
}

/// A contour that stands on its plane already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repeated {
    /// Its number in the structure, from 1.
    pub number: usize,
    /// The plane's slice index.
    pub plane: usize,
}

/// What became of a structure's contours.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RasterReport {
    /// The rules asked for.
    pub rules: Rules,
    /// The rule for holes that was applied: XOR where the contours' type says so.
    pub holes: Holes,
    /// Contours by their type, all of them.
    pub by_type: BTreeMap<ContourKind, usize>,
    /// Contours that were filled.
    pub used: usize,
    /// Image planes with at least one filled contour.
    pub planes: usize,
    /// Image planes between the first and the last such plane without any, filled or not.
    pub empty_planes: usize,
    /// The commonest distance between neighbouring planes with contours, in slices; 0 with fewer
    /// than two such planes.
    pub step: usize,
    /// Those of the empty planes that were filled between contours, as slice indices.
    pub filled: Vec<usize>,
    /// Planes where contours overlap: under XOR, holes, unless the plane stands among `overlapping`.
    pub nested_planes: usize,
    /// Contours that were left out because the same one stands on their plane, whatever its first
    /// vertex and direction.
    pub repeated: Vec<Repeated>,
    /// Planes where contours overlap in part or lie on each other, and voxels are taken out for it, as
    /// slice indices.
    pub overlapping: Vec<usize>,
    /// Voxels in which they do.
    pub overlap_voxels: usize,
    /// Those of them that were taken out.
    pub overlap_lost: usize,
    /// Planes of so many contours that it was not looked whether they overlap in part.
    pub unchecked: usize,
    /// Planes whose contours enclose no voxel centre.
    pub void_planes: usize,
    /// Contours that enclose no area by their type, with their numbers.
    pub ignored: BTreeMap<ContourKind, usize>,
    /// Closed contours of fewer than three points.
    pub degenerate: usize,
    /// Contours farther than half a slice from their nearest plane (oblique to the image).
    pub off_plane: Vec<OffPlane>,
    /// Contours between 0.01 and 0.5 slice from their plane.
    pub shifted: usize,
    /// The largest such distance, mm.
    pub shift_mm: f64,
    /// Contours left out because others are nearer to the same image plane: drawn on thinner
    /// slices than the image has.
    pub superseded: usize,
    /// Contours wholly outside the image.
    pub outside: usize,
    /// Filled contours that reach beyond the image's edge.
    pub cut: usize,
    /// Filled contours that cross themselves.
    pub self_crossing: usize,
    /// Area of the closed contours by the rule for holes, times the spacing of their planes (the
    /// image's, where there is one plane), mL; contours outside the image count.
    pub contour_ml: f64,
    /// Volume of the voxels, mL.
    pub voxel_ml: f64,
    /// Voxels by contours; `None` where the contours have no volume.
    pub voxels_per_contour: Option<f64>,
}

/// Why contours make no mask.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ContourError {
    /// No contour can be used.
    #[error("{}", nothing_left(*.total, [*.outside, *.off_plane], .ignored, *.degenerate))]
    NothingLeft {
        /// Contours given.
        total: usize,
        /// Wholly outside the image.
        outside: usize,
        /// Farther than half a slice from every plane.
        off_plane: usize,
        /// Contours that enclose no area by their type, with their numbers.
        ignored: BTreeMap<ContourKind, usize>,
        /// Closed contours of fewer than three points.
        degenerate: usize,
    },
    /// The lattice refused.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

fn nothing_left(
    total: usize,
    [outside, off_plane]: [usize; 2],
    ignored: &BTreeMap<ContourKind, usize>,
    degenerate: usize,
) -> String {
    if total == 0 {
        return "it is named and has no contour".into();
    }
    let types = ignored.iter().map(|(kind, count)| match kind {
        ContourKind::Other => (*count, "of an unknown type".to_owned()),
        kind => (*count, format!("of type {}", kind.name())),
    });
    let whys = [(outside, "outside the image".into()), (off_plane, "on no image plane".into())];
    let whys = whys.into_iter().chain(types).chain([(degenerate, "of fewer than 3 points".into())]);
    let some = whys.filter(|(count, _)| *count > 0);
    let told: Vec<String> = some.map(|(count, why)| format!("{count} {why}")).collect();
    format!("none of {total} contours can be used: {}", told.join(", "))
}

impl Diagnose for ContourError {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingLeft { .. } => "contour.nothing_left",
            Self::Geometry(error) => error.code(),
        }
    }
    fn hint(&self) -> String {
        match self {
            Self::NothingLeft { total: 0, .. } => "Choose an ROI that was drawn.".into(),
            Self::NothingLeft { outside: 0, off_plane: 0, .. } => {
                "Contour Geometric Type (3006,0042) must be CLOSED_PLANAR or CLOSEDPLANAR_XOR, of 3 \
                 points at least: points and open lines enclose no voxel. Choose an ROI that was \
                 drawn as an area, or have it exported as closed contours."
                    .into()
            }
            Self::NothingLeft { .. } => {
                "Is this the image on which the structure was drawn, with all its slices?".into()
            }
            Self::Geometry(error) => error.hint(),
        }
    }
}

impl RasterReport {
    /// What a reader of the mask must know.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |code, message: String| warnings.push(Warning::new(code, message));
        for (kind, count) in &self.ignored {
            warn("contour.ignored", format!("contours ignored, being {}: {count}", kind.name()));
        }
        if self.degenerate > 0 {
            let count = self.degenerate;
            warn(
                "contour.degenerate",
                format!("contours ignored, of fewer than 3 points: {count}"),
            );
        }
        if self.holes != self.rules.holes {
            let asked = self.rules.holes.name();
            let message = format!(
                "contours of type CLOSEDPLANAR_XOR: {}; holes are by xor, not by {asked}",
                self.by_type.get(&ContourKind::ClosedXor).copied().unwrap_or_default()
            );
            warn("contour.xor_by_type", message);
        }
        if !self.repeated.is_empty() {
            let mut planes: Vec<usize> = self.repeated.iter().map(|one| one.plane).collect();
            planes.dedup();
            let message = format!(
                "contours that stand on their plane already and were drawn once: {} ({}); the first is \
                 contour {}",
                self.repeated.len(),
                slices(&planes),
                self.repeated[0].number
            );
            warn("contour.repeated", message);
        }
        if !self.overlapping.is_empty() {
            warn("contour.overlap", self.overlaps());
        }
        if self.unchecked > 0 {
            let message = format!(
                "planes of so many contours that it was not looked whether they overlap in part: {} of \
                 {}; look at what was drawn there",
                self.unchecked, self.planes
            );
            warn("contour.overlap_unchecked", message);
        }
        if let Some(worst) = self.off_plane.iter().max_by(|a, b| a.mm.total_cmp(&b.mm)) {
            let message = format!(
                "contours left out, being on no image plane: {}; the worst is contour {}, {:.2} mm \
                 off",
                self.off_plane.len(),
                worst.number,
                worst.mm
            );
            warn("contour.off_plane", message);
        }
        if self.shifted > 0 {
            let message = format!(
                "contours beside their image plane: {}, by up to {:.3} mm",
                self.shifted, self.shift_mm
            );
            warn("contour.shifted", message);
        }
        if self.superseded > 0 {
            let message = format!(
                "contours left out, others being nearer to the same image plane: {} (drawn on \
                 thinner slices than the image's)",
                self.superseded
            );
            warn("contour.superseded", message);
        }
        if self.outside > 0 {
            let message = format!(
                "contours outside the image: {} of {}; {:.2} mL were drawn in all, {:.2} mL are on \
                 the image",
                self.outside,
                self.by_type.values().sum::<usize>(),
                self.contour_ml,
                self.voxel_ml
            );
            warn("contour.outside", message);
        }
        if self.cut > 0 {
            warn(
                "contour.cut",
                format!("contours that reach beyond the image's edge: {}", self.cut),
            );
        }
        if self.self_crossing > 0 {
            let count = self.self_crossing;
            warn("contour.self_crossing", format!("contours that cross themselves: {count}"));
        }
        if self.void_planes > 0 {
            let message = format!(
                "on {} of {} planes the contours enclose no voxel centre",
                self.void_planes, self.planes
            );
            warn("contour.void_planes", message);
        }
        if self.empty_planes > 0 {
            warn("contour.empty_planes", self.gaps());
        }
        warnings
    }

    /// `contours overlap in part on 3 of 7 planes (slices 1-3); …`.
    fn overlaps(&self) -> String {
        let by_type = self.by_type.contains_key(&ContourKind::ClosedXor);
        let advice = if by_type {
            "their type, CLOSEDPLANAR_XOR, says so"
        } else {
            "if both parts are meant, have holes by union (option holes) or correct the drawing"
        };
        format!(
            "contours overlap in part or lie on each other on {} of {} planes ({}): {} of the {} \
             voxels where they do were taken out of the ROI, holes being by {}; {advice}",
            self.overlapping.len(),
            self.planes,
            slices(&self.overlapping),
            self.overlap_lost,
            self.overlap_voxels,
            self.holes.name()
        )
    }

    /// `contours on 18 of 35 planes, every 2nd; …`.
    fn gaps(&self) -> String {
        let every = every(self.step);
        let fate = match (self.rules.fill_gaps, self.filled.len()) {
            (FillGaps::None, _) => "the others stay empty".into(),
            (FillGaps::Shape, n) => {
                format!("{n} of the others were filled by shape: slices {}", ranges(&self.filled))
            }
        };
        format!(
            "contours on {} of {} planes{every}; {fate}",
            self.planes,
            self.planes + self.empty_planes
        )
    }
}

/// `, every 2nd`; nothing for planes that follow each other, or by no rule (0).
pub(crate) fn every(step: usize) -> String {
    match step {
        0 | 1 => String::new(),
        2 => ", every 2nd".into(),
        3 => ", every 3rd".into(),
        n => format!(", every {n}th"),
    }
}

/// `slice 3`, `slices 3, 5-7`.
fn slices(indices: &[usize]) -> String {
    let plural = if indices.len() == 1 { "" } else { "s" };
    format!("slice{plural} {}", ranges(indices))
}

/// `3, 5-7`.
fn ranges(indices: &[usize]) -> String {
    let runs = indices.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
        [first, .., last] => format!("{first}-{last}"),
        one => one.iter().map(ToString::to_string).collect(),
    });
    let shown: Vec<String> = runs.collect();
    if shown.is_empty() { "none".into() } else { shown.join(", ") }
}
