//! What became of contours on an image, for people to read.

use super::Table;
use crate::io::qa::RoiQa;

/// A row for each ROI: planes, what was odd, and the volume by contours and by voxels.
///
/// "every" says that each n-th plane within the extent has contours, "off" counts contours on no
/// plane, "out" those outside the image, "cross" those that cross themselves.
pub fn contours_text(records: &[RoiQa]) -> String {
    if records.is_empty() {
        return String::new();
    }
    let headings = [
        "ROI",
        ">planes",
        ">gaps",
        ">every",
        ">filled",
        ">nested",
        ">off",
        ">out",
        ">cross",
        ">contour mL",
        ">voxel mL",
    ];
    let mut table = Table::new(&headings).indented(2);
    for record in records {
        let Some(raster) = &record.raster else {
            table.row([record.name.as_str()]);
            continue;
        };
        table.row([
            record.name.clone(),
            raster.planes.to_string(),
            raster.empty_planes.to_string(),
            raster.step.to_string(),
            raster.filled.len().to_string(),
            raster.nested_planes.to_string(),
            raster.off_plane.len().to_string(),
            raster.outside.to_string(),
            raster.self_crossing.to_string(),
            format!("{:.2}", raster.contour_ml),
            format!("{:.2}", raster.voxel_ml),
        ]);
    }
    format!("  on the image\n{}", table.render())
}
