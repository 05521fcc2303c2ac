//! Planes of a segmentation that hold voxels of a lesion, and those between them that hold none.

use crate::contour::every;
use crate::error::Warning;

/// Which planes of a lattice hold a voxel.
pub(super) struct Planes(Vec<bool>);

impl Planes {
    /// None yet, of so many.
    pub fn of(count: usize) -> Self {
        Self(vec![false; count])
    }

    /// A voxel lies on this one.
    pub fn hold(&mut self, plane: usize) {
        if let Some(held) = self.0.get_mut(plane) {
            *held = true;
        }
    }

    /// `seg.empty_planes` where planes between others hold no voxel: a lesion drawn on every second
    /// slice loses half of itself, and nothing but this says so.
    pub fn gaps(&self, roi: &str) -> Option<Warning> {
        let held: Vec<usize> = (0..self.0.len()).filter(|plane| self.0[*plane]).collect();
        let (first, last) = (held.first()?, held.last()?);
        let (planes, of) = (held.len(), last - first + 1);
        if planes == of {
            return None;
        }
        let step = held[1] - held[0];
        let even = planes > 2 && held.windows(2).all(|pair| pair[1] - pair[0] == step);
        let every = every(if even { step } else { 0 });
        let message = format!(
            "segment {roi:?} has voxels on {planes} of {of} planes{every}; those between them stay \
             empty: where the lesion is one body, complete the drawing"
        );
        Some(Warning::new("seg.empty_planes", message))
    }
}

#[cfg(test)]
mod tests {
    use super::Planes;

    fn gaps(held: &[usize]) -> Option<String> {
        let mut planes = Planes::of(12);
        for plane in held {
            planes.hold(*plane);
        }
        planes.gaps("GTV").map(|warning| warning.message)
    }

    #[test]
    fn planes_between_others_are_told() {
        assert_eq!((gaps(&[]), gaps(&[11]), gaps(&[5, 3, 4])), (None, None, None));
        let told = |held, what| assert!(gaps(held).is_some_and(|message| message.contains(what)));
        told(&[3, 5, 7], "voxels on 3 of 5 planes, every 2nd;");
        told(&[3, 7, 11], "on 3 of 9 planes, every 4th;");
        // Two planes tell no rule, nor do uneven ones.
        told(&[3, 5], "on 2 of 3 planes;");
        told(&[3, 4, 6], "on 3 of 4 planes;");
    }
}
