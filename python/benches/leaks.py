"""Does memory grow over many calls? ``python python/benches/leaks.py [CALLS]``; Linux.

Each call measures a lesion with its ring from an array, and reads all there is of the result: the
JSON, both tables, Arrow, a pickle; each tenth one is refused. Exit status 1 where the resident memory
grows by more than a MiB over the second half.
"""

import gc
import os
import pickle
import sys

import numpy as np
import perirad

LIMIT = 1 << 20


def resident() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(calls: int) -> int:
    os.environ["PERIRAD_THREADS"] = "1"
    z, y, x = np.ogrid[:12, :16, :16]
    ball = (2 * z - 11) ** 2 + (y - 7.5) ** 2 + (x - 7.5) ** 2 <= 25
    image = np.where(ball, 40, -80) + (7 * z + 5 * y + 3 * x) % 31
    settings = perirad.Settings("cd8")
    place = {"spacing": (1.0, 1.0, 2.0), "unit": "HU"}
    print("   calls  resident MiB")
    seen = []
    for call in range(calls + 1):
        if call % (calls // 10) == 0:
            gc.collect()
            seen.append(resident())
            print(f"{call:>8}  {seen[-1] / (1 << 20):>12.2f}")
        features = perirad.extract(image, ball, settings=settings, **place)
        assert len(features.document["lesions"]) == 1 and len(features.to_dict()) == 68
        features.__arrow_c_stream__()
        features.table("long").__arrow_c_stream__()
        pickle.loads(pickle.dumps(features))
        if call % 10 == 0:
            try:
                perirad.extract(image, ball & False, settings=settings, **place)
            except perirad.InputError:
                pass
    grown = seen[-1] - seen[len(seen) // 2]
    print(f"second half: {grown / 1024:+.0f} KiB, {grown / (calls / 2):+.1f} bytes a call")
    return 0 if grown <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
