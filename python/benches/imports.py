"""What ``import perirad`` costs beyond numpy: ``python python/benches/imports.py``.

Each run is a new interpreter, in turns; times are those of the import alone.
"""

import subprocess
import sys
from statistics import median

RUNS = 25
CODE = "import time, {0}; t = time.perf_counter(); {1}; print(time.perf_counter() - t)"
WHAT = {
    "import numpy": ("sys", "import numpy"),
    "import perirad, after numpy": ("numpy", "import perirad"),
    "... and the first call's modules": ("numpy", "import perirad; perirad.extract"),
    "... and scikit-learn's transformer": ("numpy", "import perirad.sklearn"),
}


def main() -> int:
    times: dict[str, list[float]] = {what: [] for what in WHAT}
    for _ in range(RUNS + 1):
        for what, parts in WHAT.items():
            command = [sys.executable, "-c", CODE.format(*parts)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            times[what].append(1000.0 * float(told))
    print(f"{RUNS} interpreters each; ms{'':<14} fastest   median")
    for what, found in times.items():
        # The first of all reads files that are not in memory yet.
        print(f"{what:<36} {min(found[1:]):>9.2f} {median(found[1:]):>8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
