"""Connected parts of small seeded volumes by scipy.ndimage.label, as tests/components_oracle.rs
reads them. Run: python testdata/components_scipy.py > testdata/components.csv (scipy 1.x, numpy).

Voxels: a linear congruential generator, x fastest; inside where its state is below a share of 2**31.
"""

import numpy as np
from scipy import ndimage

print("nz,ny,nx,seed,percent,neighbours,parts,sizes")
for nz, ny, nx, seed, percent in [
    (1, 9, 12, 1, 45),
    (4, 5, 6, 2, 30),
    (6, 7, 8, 3, 20),
    (6, 7, 8, 4, 12),
    (9, 4, 11, 5, 25),
    (5, 5, 5, 6, 60),
]:
    state, values = seed, []
    for _ in range(nz * ny * nx):
        state = (1103515245 * state + 12345) % 2**31
        values.append(state < percent / 100 * 2**31)
    volume = np.array(values).reshape(nz, ny, nx)
    for neighbours, order in [(6, 1), (18, 2), (26, 3)]:
        labels, parts = ndimage.label(volume, ndimage.generate_binary_structure(3, order))
        sizes = np.bincount(labels.ravel(), minlength=parts + 1)[1:]
        # Labels in the order of their first voxels, whatever scipy's order is.
        first = [int(np.argmax(labels.ravel() == k)) for k in range(1, parts + 1)]
        shown = " ".join(str(sizes[k]) for k in np.argsort(first))
        print(f"{nz},{ny},{nx},{seed},{percent},{neighbours},{parts},{shown}")
