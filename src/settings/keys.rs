//! Every settings key with its meaning: the source of unknown-key errors and of printed comments.

/// Key and meaning, in the order of the file.
pub const KEYS: &[(&str, &str)] = &[
    ("normalise.scale", "make the image's standard deviation this; absent: leave the image"),
    ("normalise.outlier_sigma", "then keep within so many standard deviations; absent: no limit"),
    ("resample.spacing_mm", "voxel edges along x, y, z in mm; \"native\" keeps the image's own"),
    ("resample.align", "centre (IBSI) or corner (pyradiomics): what the two lattices share"),
    ("resample.image", "nearest, linear or cubic_bspline"),
    ("resample.mask", "nearest or linear"),
    ("resample.mask_threshold", "share of a voxel that must lie inside, above 0 to 1"),
    (
        "resample.round",
        "resampled intensities: none, nearest integer (also where voxels stay), or truncate_integers (ITK)",
    ),
    ("resegment.lowest", "keep intensities from here; absent: no limit"),
    ("resegment.highest", "keep intensities up to here; absent: no limit"),
    (
        "resegment.limits",
        "what these are: absolute, relative (of the maximum) or sigma (deviations)",
    ),
    ("resegment.outlier_sigma", "then keep mean +- so many standard deviations; absent: no limit"),
    ("resegment.shape", "measure the shape, too, of the voxels that stay"),
    ("region.minimum_voxels", "refuse a region with fewer voxels"),
    ("region.minimum_dimensions", "refuse a region wider than a voxel along fewer axes"),
    (
        "discretise.method",
        "fixed_bin_width, aligned_bin_width (edges at multiples of it), fixed_bin_number, absolute \
         or none",
    ),
    ("discretise.width", "fixed_bin_width and aligned_bin_width: bin width in HU"),
    ("discretise.lowest", "lower edge of the first bin in HU; fixed_bin_width without: minimum"),
    ("discretise.highest", "absolute: upper edge of the last bin in HU"),
    ("discretise.count", "fixed_bin_number and absolute: number of bins"),
    ("ivh.method", "intensity-volume histogram: none, fixed_bin_width or fixed_bin_number"),
    ("ivh.width", "fixed_bin_width: bin width in HU, from resegment.lowest or the minimum"),
    ("ivh.count", "fixed_bin_number: number of bins, from minimum to maximum"),
    ("ring.inner_mm", "width of the ring inside the lesion's surface in mm"),
    ("ring.outer_mm", "width of the ring outside the lesion's surface in mm"),
    ("ring.lattice", "make core, ring and shells on the resampled or on the native lattice"),
    (
        "ring.exclude",
        "intensities that are no part of ring and shells: name, lowest, highest (both included)",
    ),
    (
        "ring.overlap",
        "neighbouring lesions: allow, exclude (their voxels and rings) or nearest (surface)",
    ),
    (
        "ring.shells_mm",
        "shells beside the ring: from and to in mm from the surface, inside negative",
    ),
    ("features.families", "families to measure, as `perirad features` names them"),
    ("features.leave_out", "features of these that are not measured, by key; absent: none"),
    ("features.intensity_shift", "pyradiomics_firstorder: added before intensities are squared"),
    (
        "texture.aggregations",
        "2d_avg, 2d_slice_merged, 2.5d_direction_merged, 2.5d_merged, 3d_avg, 3d_merged for \
         textures with directions; 2d, 2.5d, 3d for those without",
    ),
    ("texture.minimum_voxels", "textures of a region with fewer voxels are undefined"),
    ("texture.distances", "GLCM: distances of the two voxels of a pair, 1 to 10 voxels"),
    (
        "texture.directions",
        "ibsi: 13 times the distance; pyradiomics: all voxels at it, within the region's box",
    ),
    ("texture.symmetric", "GLCM: a pair counts from either end"),
    (
        "texture.weighting",
        "GLCM, GLRLM: none, or manhattan, euclidean, infinity length of the step",
    ),
    ("texture.ngtdm_distance", "how far NGTDM looks for neighbours, 1 to 10 voxels (Chebyshev)"),
    ("texture.ngldm_distance", "how far NGLDM looks for neighbours, 1 to 10 voxels (Chebyshev)"),
    (
        "texture.ngldm_coarseness",
        "NGLDM: grey levels that differ by so much still depend; 0: equal",
    ),
];
