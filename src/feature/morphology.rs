//! Morphological features (IBSI 3.1, HCUG): the shape of a region, and how its intensities lie in it.

mod axes;
mod correlation;
mod intensities;
mod intensity_sums;
mod pairs;
mod table;

use super::spec::Row;
use super::{EMPTY, Family, Layout, Outcome, Shared, Source, evaluate_whole};
use crate::engine::Engine;
use crate::mesh::{BitRows, BoxSides, Hull, enclosing_ellipsoid, extremes, oriented_box, surface};
use intensities::Intensities;
use std::cell::OnceCell;
use table::TABLE;

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "morphology",
    ibsi: "HCUG",
    name: "Morphology",
    source: Source::Region,
    layout: Layout::Whole,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    reach_mm: 0.0,
    run: |shared| evaluate_whole(&shared.input, TABLE, Shape::of(shared)),
};

/// Area and volume of a body around the region.
#[derive(Debug, Clone, Copy)]
struct Body {
    /// mm².
    area: f64,
    /// mm³.
    volume: f64,
}

impl Body {
    fn ellipsoid(semi_axes: [f64; 3]) -> Self {
        Self { area: axes::ellipsoid_area(semi_axes), volume: axes::ellipsoid_volume(semi_axes) }
    }

    fn cuboid(sides: BoxSides) -> Self {
        Self { area: sides.area(), volume: sides.volume() }
    }
}

/// Features of all pairs of voxels.
const PAIRS: [&str; 2] = ["morphology.moran_i", "morphology.geary_c"];

/// What the rows read from. What only few of them need is made when the first of these asks.
struct Shape {
    /// The mesh.
    mesh: Body,
    /// Voxels times the volume of one, mm³.
    voxels: f64,
    /// Of the mesh, in units of half voxels.
    hull: Hull,
    /// Half a voxel `[z, y, x]`, mm.
    unit: [f64; 3],
    /// Major, minor, least, mm.
    semi_axes: [f64; 3],
    aabb: Body,
    ombb: OnceCell<Body>,
    mvee: OnceCell<Body>,
    intensities: Result<Intensities, &'static str>,
    shift: Outcome,
    autocorrelation: OnceCell<[Outcome; 2]>,
    engine: Engine,
}

impl Shape {
    fn of(shared: &Shared<'_>) -> Result<Self, &'static str> {
        let input = &shared.input;
        let spacing = input.grid.spacing;
        let rows = BitRows::new(&input.region).ok_or(EMPTY)?;
        let mesh = surface(&rows, spacing, input.engine);
        let hull = Hull::new(&extremes(&rows)).ok_or("the region is too large to be meshed")?;
        let (semi_axes, centroid) = axes::semi_axes(&rows, spacing);
        // Half a voxel beyond the outermost centres on either side.
        let sides = rows.bounds().shape();
        let upright = BoxSides([0, 1, 2].map(|a| sides[a] as f64 * spacing[a]));
        let pairs = |row: &&Row<Self>| PAIRS.contains(&row.spec.key);
        let pairs = TABLE.iter().filter(pairs).any(|row| input.wanted().keeps(&row.spec));
        let intensities = Intensities::new(shared.selected(), spacing, pairs);
        let shift = |found: &Intensities| found.shift_from(centroid, rows.bounds().lo);
        Ok(Self {
            mesh: Body { area: mesh.area, volume: mesh.volume },
            voxels: rows.count() as f64 * input.grid.voxel_mm3(),
            hull,
            unit: spacing.map(|mm| mm / 2.0),
            semi_axes,
            aabb: Body::cuboid(upright),
            ombb: OnceCell::new(),
            mvee: OnceCell::new(),
            shift: intensities.as_ref().map_or_else(|reason| Outcome::Undefined(reason), shift),
            intensities,
            autocorrelation: OnceCell::new(),
            engine: input.engine.clone(),
        })
    }

    fn diameter(&self) -> Outcome {
        Outcome::of(self.hull.diameter(self.unit))
    }

    /// The oriented box.
    fn ombb(&self) -> Body {
        let made = || Body::cuboid(oriented_box(&self.hull, self.unit, &self.engine));
        *self.ombb.get_or_init(made)
    }

    /// The ellipsoid of the axes.
    fn aee(&self) -> Body {
        Body::ellipsoid(self.semi_axes)
    }

    /// The smallest enclosing ellipsoid.
    fn mvee(&self) -> Body {
        *self.mvee.get_or_init(|| Body::ellipsoid(enclosing_ellipsoid(&self.hull, self.unit)))
    }

    /// The convex hull.
    fn convex(&self) -> Body {
        let (area, volume) = self.hull.measures(self.unit);
        Body { area, volume }
    }

    fn integrated_intensity(&self) -> Outcome {
        match &self.intensities {
            Ok(found) => Outcome::of(self.mesh.volume * found.mean()),
            Err(reason) => Outcome::Undefined(reason),
        }
    }

    /// Moran's I index and Geary's C measure: the sums over all pairs are made once for both.
    fn autocorrelation(&self) -> [Outcome; 2] {
        *self.autocorrelation.get_or_init(|| match &self.intensities {
            Ok(found) => found.autocorrelation(&self.engine),
            Err(reason) => [Outcome::Undefined(reason); 2],
        })
    }

    /// `36 pi V² / A³`: 1 for a sphere, smaller for all else.
    fn compactness(&self) -> f64 {
        let Body { area, volume } = self.mesh;
        36.0 * std::f64::consts::PI * volume * volume / (area * area * area)
    }

    fn volume_density(&self, body: Body) -> Outcome {
        Outcome::ratio(self.mesh.volume, body.volume, FLAT)
    }

    fn area_density(&self, body: Body) -> Outcome {
        Outcome::ratio(self.mesh.area, body.area, THIN)
    }

    /// Major, minor or least axis, mm.
    fn axis(&self, axis: usize) -> Outcome {
        match self.semi_axes {
            // Any two voxels are apart.
            [0.0, ..] => Outcome::Undefined(SINGLE),
            semi_axes => Outcome::of(2.0 * semi_axes[axis]),
        }
    }

    /// An axis as a fraction of the major one.
    fn axis_ratio(&self, axis: usize) -> Outcome {
        Outcome::ratio(self.semi_axes[axis], self.semi_axes[0], SINGLE)
    }
}

/// Why there are no axes.
const SINGLE: &str = "a single voxel has no axes";
/// Why an ellipsoid of voxel centres can have no volume or no area.
const FLAT: &str = "the voxel centres lie in one plane, their ellipsoid has no volume";
const THIN: &str = "the voxel centres lie on one line, their ellipsoid has no area";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::{FeatureKey, Input, IvhBins, Texture, evaluate};
    use crate::geometry::Grid;
    use crate::matrix::Aggregation;
    use crate::preprocess::Resegmentation;
    use ndarray::Array3;

    #[test]
    fn what_only_left_out_rows_need_is_not_made() {
        let shape = (4, 5, 6);
        let image = Array3::from_shape_fn(shape, |(z, y, x)| (z * y + 3 * x) as f32);
        let region = Array3::from_elem(shape, true);
        let levels = vec![1; region.len()];
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let leave_out: Vec<_> = ["moran_i", "geary_c", "volume_density_ombb", "area_density_ombb"]
            .into_iter()
            .filter_map(|name| FeatureKey::of(&format!("morphology.{name}")))
            .collect();
        let whole = Input {
            image: image.view(),
            region: region.view(),
            mask: region.view(),
            levels: &levels,
            no_data: None,
            grid: &Grid::new([4, 5, 6], [1.0; 3], [0.0; 3], axes).unwrap(),
            n_levels: 1,
            families: &[],
            leave_out: &[],
            intensity_shift: 0.0,
            texture: &Texture::ibsi(Vec::new()),
            resegment: Resegmentation::default(),
            ivh: IvhBins::None,
            engine: &Engine::serial(),
        };
        let some = Input { leave_out: &leave_out, ..whole };
        let of = |input: &Input<'_>| {
            let made = Shape::of(&Shared::new(input)).map(|shape| vec![shape]);
            let values = evaluate(input, TABLE, Aggregation::Whole, &made);
            (values, made.unwrap().remove(0))
        };
        let ((mut all, shape), (kept, lazy)) = (of(&whole), of(&some));
        assert!(shape.ombb.get().is_some() && shape.autocorrelation.get().is_some());
        assert!(lazy.ombb.get().is_none() && lazy.autocorrelation.get().is_none());
        assert!(lazy.mvee.get().is_some());
        all.retain(|value| leave_out.iter().all(|key| key.name() != value.spec.key));
        assert_eq!((all, leave_out.len()), (kept, 4));
    }
}
