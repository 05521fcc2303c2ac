"""Features of many cases as one table: ``batch.py TABLE.csv IMAGE MASK [IMAGE MASK ...]``.

A case that cannot be read is a row, too, and a lesion that cannot be measured keeps its rows, with
the reason under ``error``. The exit status is 1 where there is any of these. Cases are numbered as
they are given: 0000, 0001, and so on.
"""

import sys

import pandas as pd
import perirad


def main(table: str, *paths: str) -> int:
    if not paths or len(paths) % 2:
        # Asked before anything is measured: a run of hours is not to end without its table.
        print(f"{len(paths)} paths are no pairs of IMAGE and MASK", file=sys.stderr)
        return 2
    settings = perirad.Settings("cd8")
    frames = []
    for n, (image, mask) in enumerate(zip(paths[::2], paths[1::2])):
        # A number, not the name of a folder, which exporters name after patients.
        case = f"{n:04}"
        try:
            lesions = perirad.extract_all(
                image,
                mask,
                settings=settings,
                case=case,
                roi="GTV*",
                roi_many="separate",
                progress=lambda done, of, name: print(f"{done}/{of} {name}", file=sys.stderr),
            )
        except perirad.PeriradError as error:
            print(f"{case} failed: {error}", file=sys.stderr)
            row = {"case": case, "status": "failed", "error": error.code}
            frames.append(pd.DataFrame([row]))
            continue
        frames.append(lesions.to_pandas())
    whole = pd.concat(frames)
    whole.to_csv(table, index=False)
    return 0 if set(whole["status"]) == {"ok"} else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
