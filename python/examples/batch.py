"""Features of many cases as one table: ``batch.py TABLE.csv IMAGE MASK [IMAGE MASK ...]``.

A case that cannot be read is a row, too, and a lesion that cannot be measured keeps its rows, with
the reason under ``error``. The exit status is 1 where there is any of these.
"""

import sys
from pathlib import Path

import pandas as pd
import perirad


def main(table: str, *paths: str) -> int:
    settings = perirad.Settings("cd8")
    frames = []
    for image, mask in zip(paths[::2], paths[1::2], strict=True):
        try:
            lesions = perirad.extract_all(
                image,
                mask,
                settings=settings,
                roi="GTV*",
                roi_many="separate",
                progress=lambda done, of, name: print(f"{done}/{of} {name}", file=sys.stderr),
            )
        except perirad.PeriradError as error:
            print(f"failed: {error}", file=sys.stderr)
            row = {"case": Path(image).name, "status": "failed", "error": error.code}
            frames.append(pd.DataFrame([row]))
            continue
        frames.append(lesions.to_pandas())
    if not frames:
        return 1
    whole = pd.concat(frames)
    whole.to_csv(table, index=False)
    return 0 if set(whole["status"]) == {"ok"} else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
