"""Features of many cases as one table: ``batch.py TABLE.csv IMAGE MASK [IMAGE MASK ...]``.

A case that cannot be read is told and left out; a lesion that cannot be measured keeps its rows,
with the reason under ``error``.
"""

import sys

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
            print(f"left out: {error}", file=sys.stderr)
            continue
        frames.append(lesions.to_pandas())
    if frames:
        pd.concat(frames).to_csv(table, index=False)
    return 0 if frames else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
