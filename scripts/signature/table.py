"""The tables of docs/signature.md, and testdata/signature.csv, from what measure.py wrote.

    python table.py CASES

Ends with an error where a difference is larger than its cause explains.
"""

import csv
import sys
from pathlib import Path

NAMES = {"mirp": "MIRP", "zrad": "Z-Rad", "pictologics": "pictologics", "pyradiomics": "pyradiomics"}
# Region and input, as the signature takes them.
INPUTS = [
    ("tumour", "minimum", "minimum, HU"),
    ("tumour", "srhge", "SRHGE"),
    ("ring", "lgre", "ring LGRE"),
    ("ring", "srlge", "ring SRLGE"),
    ("ring", "lrlge", "ring LRLGE"),
]
# Lattice, package, its setting, perirad's settings that do the same, and the largest relative
# difference that is left: the order of sums; voxels in single or double precision. `None`: a further
# cause, which the next row takes away.
SUMS, FLOATS = 1e-12, 1e-6
CAUSES = [
    ("one_mm", "zrad", "", "resegmented", SUMS),
    ("one_mm", "mirp", "", "whole numbers, resegmented", SUMS),
    ("one_mm", "pictologics", "", "merged", SUMS),
    ("one_mm", "pyradiomics", "", "pyradiomics' parameters", SUMS),
    ("one_mm", "pyradiomics", "its matrices, levels from -1000", "cd8", SUMS),
    ("native", "zrad", "", "resegmented", None),
    ("native", "zrad", "mask from 0.499", "resegmented, mask from 0.499", FLOATS),
    ("native", "mirp", "", "whole numbers, resegmented", None),
    ("native", "mirp", "no anti-aliasing", "whole numbers, resegmented", SUMS),
    ("native", "pictologics", "", "merged", None),
    ("native", "pictologics", "mask from 0.499", "merged, mask from 0.499", FLOATS),
    ("native", "pyradiomics", "", "pyradiomics' parameters", SUMS),
]


def read(folder):
    values, peers = {}, []
    for path in sorted(folder.glob("*.csv")):
        with open(path) as file:
            for row in csv.DictReader(file):
                key = tuple(row[c] for c in "lattice case region package setting input".split())
                values[key] = float(row["value"])
                if row["package"] != "perirad":
                    peers.append(row)
    return values, peers


def apart(a, b):
    return abs(a - b) / abs(b)


def five(values, cases):
    names = [f"{NAMES[key]}" for key in NAMES]
    yield "| case | input | perirad | " + " | ".join(names) + " |"
    yield "|---" * (3 + len(names)) + "|"
    for case in cases:
        for region, key, name in INPUTS:
            ours = values["one_mm", case, region, "perirad", "cd8", key]
            cells = []
            for package in NAMES:
                theirs = values["one_mm", case, region, package, "", key]
                same = apart(theirs, ours) < FLOATS
                cells.append("=" if same else f"{theirs:.6g} ({change(theirs, ours)})")
            yield f"| {case} | {name} | {ours:.6g} | " + " | ".join(cells) + " |"


def change(theirs, ours):
    ratio = theirs / ours
    if ratio >= 2:
        return f"x {ratio:.3g}"
    return f"{100 * (ratio - 1) * (1 if ours > 0 else -1):+.2g} %"


def largest(values, lattice, package, setting, ours):
    """Over all cases, regions and inputs: with the signature's settings, and with the same."""
    found = [
        (key, value)
        for key, value in values.items()
        if (key[0], key[3], key[4]) == (lattice, package, setting)
    ]

    def over(settings):
        twins = [values[(*key[:3], "perirad", settings, key[5])] for key, _ in found]
        return max(apart(value, twin) for (_, value), twin in zip(found, twins, strict=True))

    return over("cd8"), over(ours), len(found)


def causes(values):
    wrong = []
    yield "| image | package | its setting | largest difference from `cd8` | perirad with | left | values |"
    yield "|---|---|---|---|---|---|---|"
    for lattice, package, setting, ours, limit in CAUSES:
        usual, left, count = largest(values, lattice, package, setting, ours)
        if limit is not None and left > limit:
            wrong.append(f"{lattice} {package} {setting}: {left:.2g} from perirad with {ours}")
        image = {"one_mm": "1 mm", "native": "as scanned"}[lattice]
        yield (f"| {image} | {NAMES[package]} | {setting or 'usual'} | {usual:.2g} | {ours} | "
               f"{left:.1g} | {count} |")
    if wrong:
        sys.exit("unexplained: " + "; ".join(wrong))


def resampling(values):
    """perirad's own resampling and scipy's, of the tumour."""
    same = ["cd8", "resegmented", "whole numbers, resegmented", "merged"]
    pairs = [
        (key, value)
        for key, value in values.items()
        if key[0] == "native" and key[3] == "perirad" and key[4] in same
    ]
    found = max(apart(value, values[("one_mm", *key[1:])]) for key, value in pairs)
    if found > FLOATS:
        sys.exit(f"unexplained: perirad and scipy resample to values that differ by {found:.2g}")
    return found, len(pairs)


def main(folder):
    values, peers = read(folder)
    cases = sorted({key[1] for key in values})
    versions = {row["package"]: row["version"] for row in peers}
    head = ", ".join(f"{NAMES[package]} {versions[package]}" for package in NAMES)
    found, count = resampling(values)
    made = {
        "five": [f"{head}. `=`: within 1e-6.", "", *five(values, cases)],
        "causes": [
            *causes(values),
            "",
            f"perirad's own resampling against scipy's: {found:.1g} at most, over {count} values.",
        ],
    }
    document = Path("docs/signature.md")
    text = document.read_text()
    for name, lines in made.items():
        start, end = f"<!-- made by scripts/compare_signature.sh: {name} -->\n", "<!-- /made -->"
        before, rest = text.split(start)
        text = before + start + "\n".join(lines) + "\n" + end + rest.split(end, 1)[1]
    document.write_text(text)
    columns = "case,lattice,region,package,version,setting,input,value".split(",")
    with open("testdata/signature.csv", "w", newline="") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(peers)
    print("\n".join(made["causes"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
