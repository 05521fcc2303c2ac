//! The line along which most slices are stacked.

use crate::geometry::{Vec3, norm, sub};

/// Positions that change evenly with the distance along the normal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// At distance 0.
    start: Vec3,
    /// For each mm along the normal.
    slope: Vec3,
}

impl Line {
    /// Through most of the places, given with their distances along the normal, ascending.
    ///
    /// Medians, so that a few places that lie elsewhere do not move it; of slopes between places half
    /// the series apart, where the digits that positions are written with matter little.
    pub fn through(places: &[(f64, Vec3)]) -> Self {
        let far = places.get(places.len() / 2..).unwrap_or(&[]);
        let slope = [0, 1, 2].map(|c| {
            let pairs = places.iter().zip(far).filter(|(a, b)| a.0 < b.0);
            median(pairs.map(|(a, b)| (b.1[c] - a.1[c]) / (b.0 - a.0)).collect())
        });
        let start =
            [0, 1, 2].map(|c| median(places.iter().map(|p| p.1[c] - slope[c] * p.0).collect()));
        Self { start, slope }
    }

    /// How far a place with that distance along the normal lies beside it, mm.
    pub fn distance(&self, along: f64, place: Vec3) -> f64 {
        norm(sub(place, [0, 1, 2].map(|c| self.start[c] + along * self.slope[c])))
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = |k: usize| values.get(k).copied().unwrap_or_default();
    f64::midpoint(at(values.len().saturating_sub(1) / 2), at(values.len() / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_places_elsewhere_and_rounding_do_not_move_it() {
        // A tilt of 18.2 degrees in positions of three decimals, 1 mm apart.
        let place = |k: u32| {
            let along = f64::from(k);
            (along, [-250.0, (along * 0.3287 * 1e3).round() / 1e3, along])
        };
        let mut places: Vec<(f64, Vec3)> = (0..301).map(place).collect();
        places[7].1[0] += 5.0;
        places[300].1[1] -= 2.0;
        let line = Line::through(&places);
        let beside: Vec<usize> =
            (0..301).filter(|k| line.distance(places[*k].0, places[*k].1) > 0.01).collect();
        assert_eq!(beside, [7, 300]);
        assert!((line.distance(places[7].0, places[7].1) - 5.0).abs() < 0.01);
        let two = Line::through(&places[6..8]);
        assert!(two.distance(places[7].0, places[7].1) < 1e-9);
    }
}
