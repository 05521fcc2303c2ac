"""What a call costs beyond the Rust call: ``python python/benches/call.py``, from the root.

The same ball of 20 thousand voxels is measured by ``cargo bench --bench call`` and through the wheel,
each on one thread, in turns. Install an optimised wheel first: ``pip install ./python``.
"""

import os
import subprocess
import sys
import time
from statistics import median

import numpy as np
import perirad

ROUNDS, CALLS = 5, 40
BENCH = ["cargo", "bench", "--quiet", "--bench", "call"]


def main() -> int:
    os.environ["PERIRAD_THREADS"] = "1"
    z, y, x = np.ogrid[:36, :36, :36]
    ball = (2 * z - 35) ** 2 + (2 * y - 35) ** 2 + (2 * x - 35) ** 2 <= 1136
    hu = (7 * z + 13 * y + 29 * x + z * y * x % 17) % 101 - 20.0
    settings = perirad.Settings("cd8")
    image = perirad.read_image(hu, spacing=(1, 1, 1), unit="HU")
    place = {"spacing": (1, 1, 1), "unit": "HU"}

    def measured(given, **more):
        # The Rust call is not asked for shares below intensities either.
        return perirad.extract(
            given, ball, settings=settings, regions=("tumour",), below=[], **more
        )

    ways = {
        "image in memory, no more": lambda: measured(image),
        "image in memory, all values": lambda: measured(image).to_dict(),
        "array float64, all values": lambda: measured(hu, **place).to_dict(),
    }
    rust: list[float] = []
    ours: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        told = subprocess.run(BENCH, check=True, capture_output=True, text=True).stdout.splitlines()
        voxels, mean = told[0].split()
        assert int(voxels) == ball.sum()
        assert float(mean) == ways["image in memory, no more"]().tumour.statistics.mean
        rust += [int(line) / 1e6 for line in told[2:]]
        for way, call in ways.items():
            call()
            for _ in range(CALLS):
                start = time.perf_counter_ns()
                call()
                ours[way].append((time.perf_counter_ns() - start) / 1e6)
    print(f"{ball.sum()} voxels, {len(rust)} calls each; ms       fastest   median")
    print(f"{'the Rust call':<40} {min(rust):>8.3f} {median(rust):>8.3f}")
    for way, times in ours.items():
        print(f"{way:<40} {min(times):>8.3f} {median(times):>8.3f}")
    print("beyond the Rust call; ms")
    for way, times in ours.items():
        beyond = min(times) - min(rust), median(times) - median(rust)
        print(f"{way:<40} {beyond[0]:>8.3f} {beyond[1]:>8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
