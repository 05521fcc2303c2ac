//! Label images: one whole number for each voxel.

use super::IoError;
use crate::error::Warning;
use crate::geometry::{GeometryError, IndexBox, SharedGrid};
use crate::image::{Mask, extent, held_rows};
use ndarray::Array3;
use std::collections::BTreeMap;

/// Labels fit 32 bits.
const WHOLE: std::ops::RangeInclusive<f64> = i32::MIN as f64..=i32::MAX as f64;

/// A label image on a lattice; 0 is background.
#[derive(Debug, Clone)]
pub struct Labels {
    grid: SharedGrid,
    /// Of each row that holds a label, what lies between the first and the last of it.
    stretches: Vec<Stretch>,
    voxels: Vec<i32>,
    counts: BTreeMap<i32, usize>,
    /// Around the voxels of each label.
    boxes: BTreeMap<i32, IndexBox>,
}

/// Consecutive voxels of a row.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Its first voxel in C order.
    at: usize,
    /// Where its labels begin in `voxels`, and how many there are.
    from: usize,
    len: usize,
}

/// Labels in the making, row after row.
pub(super) struct LabelRows {
    labels: Labels,
    /// Voxels so far.
    count: usize,
    odd: Option<f64>,
    odd_count: usize,
    row: Vec<i32>,
}

impl LabelRows {
    pub fn new(grid: SharedGrid) -> Self {
        let (stretches, voxels) = (Vec::new(), Vec::new());
        let (counts, boxes) = (BTreeMap::new(), BTreeMap::new());
        let labels = Labels { grid, stretches, voxels, counts, boxes };
        Self { labels, count: 0, odd: None, odd_count: 0, row: Vec::new() }
    }

    /// Adds so many voxels of background.
    pub fn skip(&mut self, voxels: usize) {
        self.count += voxels;
    }

    /// Adds a row.
    pub fn push(&mut self, values: impl Iterator<Item = f64>) {
        let (mut odd, mut count) = (None, 0);
        self.push_whole(values.map(|value| {
            let whole = value.fract() == 0.0 && WHOLE.contains(&value);
            if !whole {
                odd.get_or_insert(value);
                count += 1;
            }
            value as i32
        }));
        self.odd = self.odd.or(odd);
        self.odd_count += count;
    }

    /// Adds a row of labels, or a part of one.
    fn push_whole(&mut self, values: impl Iterator<Item = i32>) {
        let Self { labels, count, row, .. } = self;
        row.clear();
        row.extend(values);
        let held = extent(row);
        if !held.is_empty() {
            labels.add(*count + held.start, &row[held]);
        }
        *count += row.len();
    }

    /// The labels.
    ///
    /// # Errors
    /// As for [`Labels::new`].
    pub fn finish(self, file: &str) -> Result<Labels, IoError> {
        let Self { labels, count, odd, odd_count, .. } = self;
        if let Some(value) = odd {
            return Err(IoError::LabelValue { file: file.to_owned(), value, count: odd_count });
        }
        if count != labels.grid.len() {
            let (grid, array) = (labels.grid.shape, [1, 1, count]);
            return Err(IoError::geometry(file, GeometryError::ShapeMismatch { grid, array }));
        }
        Ok(labels)
    }
}

impl Labels {
    /// Labels from values in C order, which must be whole numbers that fit 32 bits.
    ///
    /// # Errors
    /// [`IoError::LabelValue`] for any other value; [`IoError::Geometry`] where there are not as
    /// many as the lattice has voxels.
    pub fn new(
        file: &str,
        grid: SharedGrid,
        mut values: impl Iterator<Item = f64>,
    ) -> Result<Self, IoError> {
        let columns = grid.shape[2];
        let mut rows = LabelRows::new(grid);
        loop {
            let before = rows.count;
            rows.push(values.by_ref().take(columns));
            if rows.count == before {
                return rows.finish(file);
            }
        }
    }

    /// Labels from whole numbers in C order.
    ///
    /// # Errors
    /// [`IoError::Geometry`] where there are not as many as the lattice has voxels.
    pub fn of_whole<T>(file: &str, grid: SharedGrid, values: &[T]) -> Result<Self, IoError>
    where
        T: Copy + Default + PartialEq + Into<i32>,
    {
        let columns = grid.shape[2];
        let mut rows = LabelRows::new(grid);
        for at in held_rows(values, columns).into_iter().map(|row| row * columns) {
            let row = values.get(at..).unwrap_or_default();
            let held = extent(row.get(..columns).unwrap_or(row));
            rows.skip(at + held.start - rows.count);
            rows.push_whole(row[held].iter().map(|label| (*label).into()));
        }
        rows.skip(values.len() - rows.count);
        rows.finish(file)
    }

    /// Adds what lies between the first and the last label of a row, which begins at `at`.
    fn add(&mut self, at: usize, stretch: &[i32]) {
        self.stretches.push(Stretch { at, from: self.voxels.len(), len: stretch.len() });
        self.voxels.extend_from_slice(stretch);
        let [z, y, mut x] = self.place(at);
        let mut note = |label: i32, length: usize| {
            let own = IndexBox { lo: [z, y, x], hi: [z + 1, y + 1, x + length] };
            x += length;
            if label != 0 {
                *self.counts.entry(label).or_insert(0) += length;
                let around = self.boxes.entry(label).or_insert(own);
                *around = around.with(own);
            }
        };
        // Most rows hold one label without a gap, which is told side by side.
        if stretch.iter().fold(0, |other, label| other | (label ^ stretch[0])) == 0 {
            note(stretch[0], stretch.len());
        } else {
            stretch.chunk_by(|a, b| a == b).for_each(|same| note(same[0], same.len()));
        }
    }

    /// Where the voxels are.
    pub fn grid(&self) -> &SharedGrid {
        &self.grid
    }

    /// Voxels of each label but 0.
    pub fn counts(&self) -> &BTreeMap<i32, usize> {
        &self.counts
    }

    /// Index `[z, y, x]` of a voxel by its place in C order.
    fn place(&self, at: usize) -> [usize; 3] {
        let [_, rows, columns] = self.grid.shape;
        [at / (rows * columns), at / columns % rows, at % columns]
    }

    /// The labels of a stretch.
    fn own(&self, stretch: &Stretch) -> &[i32] {
        self.voxels.get(stretch.from..stretch.from + stretch.len).unwrap_or(&[])
    }

    /// Calls `found` with the index `[z, y, x]` of every voxel that is not background.
    pub(super) fn visit(&self, found: &mut dyn FnMut([usize; 3])) {
        for stretch in &self.stretches {
            let [z, y, x] = self.place(stretch.at);
            let inside = self.own(stretch).iter().enumerate().filter(|(_, label)| **label != 0);
            inside.for_each(|(i, _)| found([z, y, x + i]));
        }
    }

    /// The voxels of one label.
    ///
    /// # Errors
    /// [`IoError::Geometry`]; cannot happen for labels made by [`Labels::new`].
    pub fn mask_of(&self, label: i32) -> Result<Mask, IoError> {
        self.mask_of_any(&[label])
    }

    /// The voxels of any of some labels.
    ///
    /// # Errors
    /// As for [`Labels::mask_of`].
    pub fn mask_of_any(&self, labels: &[i32]) -> Result<Mask, IoError> {
        let boxes = labels.iter().filter_map(|label| self.boxes.get(label)).copied();
        let none = IndexBox { lo: [0; 3], hi: [0; 3] };
        let window = boxes.reduce(|a, b| a.with(b)).unwrap_or(none);
        let [_, height, width] = window.shape();
        let mut voxels = vec![false; window.shape().iter().product()];
        // Stretches stand in the order of their voxels.
        let first = |plane: usize| {
            let voxels = plane * self.grid.shape[1] * self.grid.shape[2];
            self.stretches.partition_point(|stretch| stretch.at < voxels)
        };
        let planes = first(window.lo[0])..first(window.hi[0]);
        for stretch in self.stretches.get(planes).unwrap_or(&[]) {
            let [z, y, x] = self.place(stretch.at);
            let within = |a: usize, i: usize| (window.lo[a]..window.hi[a]).contains(&i);
            if !(within(0, z) && within(1, y)) {
                continue;
            }
            let row = ((z - window.lo[0]) * height + y - window.lo[1]) * width;
            let skipped = window.lo[2].saturating_sub(x);
            let begin = row + x.saturating_sub(window.lo[2]).min(width);
            let out = voxels.get_mut(begin..row + width).unwrap_or_default();
            let both = out.iter_mut().zip(self.own(stretch).get(skipped..).unwrap_or(&[]));
            match labels {
                // Compared side by side.
                [only] => both.for_each(|(inside, label)| *inside = label == only),
                _ => both.for_each(|(inside, label)| *inside = labels.contains(label)),
            }
        }
        let voxels = Array3::from_shape_vec(window.shape(), voxels).unwrap_or_default();
        Mask::within(self.grid.clone(), window, voxels)
            .map_err(|error| IoError::geometry("labels", error))
    }

    /// The label that is wanted: the one asked for, or the only one there is.
    ///
    /// # Errors
    /// [`IoError::LabelNone`] in an empty image, [`IoError::LabelUnknown`] and
    /// [`IoError::LabelAmbiguous`], which list the labels with their voxels.
    pub fn choose(&self, file: &str, wanted: Option<i32>) -> Result<(i32, Vec<Warning>), IoError> {
        let file = file.to_owned();
        let present = || self.counts.iter().map(|(label, count)| (*label, *count)).collect();
        match (wanted, self.counts.first_key_value()) {
            (_, None) => Err(IoError::LabelNone { file }),
            (Some(label), _) if self.counts.contains_key(&label) => Ok((label, Vec::new())),
            (Some(label), _) => Err(IoError::LabelUnknown { file, label, labels: present() }),
            (None, Some((&label, count))) if self.counts.len() == 1 => {
                let message = format!("{file}: its only label is {label} ({count} voxels)");
                let warning = Warning::new("labels.only_label", message);
                Ok((label, if label == 1 { Vec::new() } else { vec![warning] }))
            }
            (None, _) => Err(IoError::LabelAmbiguous { file, labels: present() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;
    use crate::geometry::Grid;
    use std::sync::Arc;

    fn labels(values: &[f64]) -> Result<Labels, IoError> {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let grid = Grid::new([1, 1, values.len()], [1.0; 3], [0.0; 3], axes).unwrap();
        Labels::new("m.nii", Arc::new(grid), values.iter().copied())
    }

    #[test]
    fn the_only_label_is_found_and_others_are_listed() {
        let one = labels(&[0.0, 255.0, 255.0]).unwrap();
        let (label, warnings) = one.choose("m.nii", None).unwrap();
        assert_eq!((label, warnings[0].code), (255, "labels.only_label"));
        assert_eq!(one.mask_of(label).unwrap().count(), 2);
        assert!(labels(&[1.0]).unwrap().choose("m.nii", None).unwrap().1.is_empty());
        let two = labels(&[0.0, 1.0, 2.0, 2.0]).unwrap();
        let several = two.choose("m.nii", None).unwrap_err();
        assert_eq!(several.code(), "labels.ambiguous");
        assert!(several.to_string().contains("2 (2 voxels)"), "{several}");
        let absent = two.choose("m.nii", Some(7)).unwrap_err();
        assert_eq!(absent.code(), "labels.unknown");
        assert_eq!(two.choose("m.nii", Some(2)).unwrap().0, 2);
        let none = labels(&[0.0, 0.0]).unwrap().choose("m.nii", Some(1)).unwrap_err();
        assert_eq!(none.code(), "labels.none");
    }

    #[test]
    fn values_that_are_no_labels_are_refused() {
        let error = labels(&[0.0, 0.00392, 1.0, 0.5]).unwrap_err();
        assert_eq!(error.code(), "labels.value");
        assert!(error.to_string().contains("2 voxels"), "{error}");
        assert!(labels(&[f64::NAN]).is_err() && labels(&[3e9]).is_err());
    }
}
