"""Shapes of small seeded voxel sets by scipy and numpy, as tests/morphology_oracle.rs reads them.
Run: python testdata/morphology_scipy.py > testdata/morphology.csv (scipy 1.x, numpy).

Voxels: a linear congruential generator, x fastest; inside where its state is below a share of 2**31.
The intensity of voxel k, counted over the whole array, is k * 37 mod 101. The vertices of the mesh
are the middles between neighbours of which one is inside.
"""

import numpy as np
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

print(
    "nz,ny,nx,seed,percent,dz,dy,dx,hull_area,hull_volume,diameter,major,minor,least,shift,moran,geary"
)
for nz, ny, nx, seed, percent, spacing in [
    (4, 5, 6, 1, 30, (1.0, 1.0, 1.0)),
    (6, 7, 8, 2, 60, (3.0, 0.7, 0.7)),
    (9, 4, 11, 3, 25, (2.0, 1.5, 1.0)),
    (1, 9, 12, 4, 50, (5.0, 0.9, 0.8)),
    (12, 13, 14, 5, 80, (2.5, 0.8, 0.9)),
    (9, 9, 9, 6, 3, (1.0, 1.0, 1.0)),
]:
    state, values = seed, []
    for _ in range(nz * ny * nx):
        state = (1103515245 * state + 12345) % 2**31
        values.append(state < percent / 100 * 2**31)
    mask = np.array(values).reshape(nz, ny, nx)
    intensity = (np.arange(mask.size) * 37 % 101).reshape(mask.shape)[mask].astype(float)
    padded = np.pad(mask, 1)
    vertices = []
    for axis in range(3):
        at = np.argwhere(np.diff(padded, axis=axis)).astype(float) - 1
        at[:, axis] += 0.5
        vertices.append(at)
    vertices = np.vstack(vertices) * spacing
    hull = ConvexHull(vertices)
    centres = np.argwhere(mask) * np.array(spacing)
    axes = 4 * np.sqrt(np.maximum(np.linalg.eigvalsh(np.cov(centres, rowvar=False)), 0))[::-1]
    weighted = (centres * intensity[:, None]).sum(0) / intensity.sum()
    shift = np.linalg.norm(weighted - centres.mean(0))
    weight = 1 / pdist(centres)
    first, second = np.triu_indices(len(centres), 1)
    deviation = intensity - intensity.mean()
    n, squares = len(centres), (deviation**2).sum()
    moran = n * (weight * deviation[first] * deviation[second]).sum() / weight.sum() / squares
    difference = (weight * (deviation[first] - deviation[second]) ** 2).sum()
    geary = (n - 1) * difference / 2 / weight.sum() / squares
    diameter = pdist(vertices[hull.vertices]).max()
    found = [hull.area, hull.volume, diameter, *axes, shift, moran, geary]
    shown = ",".join(f"{value:.12g}" for value in found)
    print(f"{nz},{ny},{nx},{seed},{percent},{','.join(map(str, spacing))},{shown}")
