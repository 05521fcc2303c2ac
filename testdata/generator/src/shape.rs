//! Shapes as fields: about the distance to the surface in mm, positive inside.

use crate::rng::Rng;

/// Difference of two positions.
fn sub(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// An ellipsoid with axes along the patient's; a huge semi-axis makes a cylinder.
pub fn ellipsoid(p: [f64; 3], centre: [f64; 3], semi: [f64; 3]) -> f64 {
    let d = sub(p, centre);
    let q = [0, 1, 2].map(|a| d[a] / semi[a]);
    (1.0 - dot(q, q).sqrt()) * semi.into_iter().fold(f64::INFINITY, f64::min)
}

/// A tube with round ends.
pub fn capsule(p: [f64; 3], from: [f64; 3], to: [f64; 3], radius: f64) -> f64 {
    let (d, axis) = (sub(p, from), sub(to, from));
    let t = (dot(d, axis) / dot(axis, axis)).clamp(0.0, 1.0);
    let off = [0, 1, 2].map(|a| d[a] - t * axis[a]);
    radius - dot(off, off).sqrt()
}

/// A star-shaped lesion: a sphere whose radius waves with direction.
#[derive(Debug, Clone)]
pub struct Blob {
    /// Centre `[x, y, z]`, mm.
    pub centre: [f64; 3],
    /// Mean radius, mm.
    pub radius: f64,
    /// Axis, degree and relative amplitude of each zonal harmonic added to the radius.
    waves: Vec<([f64; 3], usize, f64)>,
    /// Axis and relative height of each spicule.
    spicules: Vec<([f64; 3], f64)>,
}

impl Blob {
    /// A blob with seeded harmonics; `roughness` 0 is a sphere, 1 is as ragged as tumours get.
    pub fn new(centre: [f64; 3], radius: f64, roughness: f64, rng: &mut Rng) -> Self {
        // Harmonics of growing degree and falling amplitude, about axes of their own.
        let waves = (2..8)
            .flat_map(|degree| [degree; 2])
            .map(|degree| {
                let amplitude = roughness * rng.between(-0.45, 0.45) / degree as f64;
                (rng.direction(), degree, amplitude)
            })
            .collect();
        let spicules =
            (0..6).map(|_| (rng.direction(), roughness * rng.between(0.0, 0.2))).collect();
        Self { centre, radius, waves, spicules }
    }

    /// mm to the surface along the ray from the centre, positive inside.
    pub fn depth(&self, p: [f64; 3]) -> f64 {
        let d = sub(p, self.centre);
        let r = dot(d, d).sqrt();
        // Neither the centre nor points far outside need to know of waves.
        if r < 1e-9 || r > 2.5 * self.radius {
            return self.radius - r;
        }
        let u = d.map(|c| c / r);
        let mut relative = 1.0;
        for &(axis, degree, amplitude) in &self.waves {
            relative += amplitude * legendre(degree, dot(u, axis));
        }
        for &(axis, height) in &self.spicules {
            let along = dot(u, axis).max(0.0);
            let fourth = along * along * along * along;
            relative += height * fourth * fourth * fourth * fourth;
        }
        self.radius * relative.max(0.3) - r
    }
}

/// Legendre polynomial by Bonnet's recursion.
fn legendre(degree: usize, x: f64) -> f64 {
    let (mut before, mut now) = (1.0, x);
    for n in 1..degree {
        let n = n as f64;
        (before, now) = (now, ((2.0 * n + 1.0) * x * now - n * before) / (n + 1.0));
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_zero_on_the_surface() {
        assert_eq!(ellipsoid([3.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 5.0, 9.0]), 0.0);
        assert_eq!(capsule([5.0, 2.0, 0.0], [0.0; 3], [9.0, 0.0, 0.0], 2.0), 0.0);
        let ball = Blob::new([1.0; 3], 4.0, 0.0, &mut Rng::new(1, "ball"));
        assert!((ball.depth([1.0, 1.0, 3.5]) - 1.5).abs() < 1e-12);
        assert!((legendre(3, 0.5) + 0.4375).abs() < 1e-15);
    }
}
