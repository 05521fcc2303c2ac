"""Compares the instructions that a few kernels take with those recorded: no clock, so that a busy machine
does not matter.

    python3 benches/counts/check.py PROGRAM [--update]

PROGRAM is `kernels.rs` as cargo builds it for tests. `limits.csv` holds what was counted, and by which
compiler: for another one the counts mean little, so that they are shown and not judged. `--update`
records them. A kernel may take 5 % more than was recorded.
"""

import csv
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TABLE = Path(__file__).parent / "limits.csv"
MORE = 1.05


def counted(program):
    """Instructions of each function `count_*`, with all it calls."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", program]
        subprocess.run(command, check=True, capture_output=True)
        annotate = ["callgrind_annotate", "--inclusive=yes", "--threshold=100", out]
        told = subprocess.run(annotate, check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^\s*([\d,]+) .*:kernels::count_(\w+)", told, re.MULTILINE)
    return {name: int(count.replace(",", "")) for count, name in found}


def main(program, update):
    told = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True)
    compiler = told.stdout.strip()
    counts = counted(program)
    if update:
        with TABLE.open("w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["kernel", "instructions", "compiler"])
            table.writerows([name, count, compiler] for name, count in sorted(counts.items()))
        return 0
    if not TABLE.exists():
        print("*** NOT JUDGED: nothing was recorded yet; --update records ***", file=sys.stderr)
        for name, count in sorted(counts.items()):
            print(f"{name:18}{count:>14,}")
        return 0
    with TABLE.open() as file:
        rows = {row["kernel"]: row for row in csv.DictReader(file)}
    slips = 0
    for name in sorted(rows.keys() | counts.keys()):
        if name not in counts:
            slips += 1
            print(f"{name}: in {TABLE.name}, and was not measured")
            continue
        if name not in rows:
            slips += 1
            print(f"{name}: measured, and not in {TABLE.name}: record it with --update")
            continue
        ratio = counts[name] / int(rows[name]["instructions"])
        note = ""
        if ratio > MORE:
            slips += 1
            note = "   more than 5 % above what was recorded"
        elif ratio < 1 / MORE:
            note = "   fewer: record them with --update"
        print(f"{name:18}{counts[name]:>14,}{ratio:>8.3f}{note}")
    other = {row["compiler"] for row in rows.values()} - {compiler}
    if other:
        print(f"*** NOT JUDGED: recorded with {other}, this is {compiler} ***", file=sys.stderr)
        return 0
    return 1 if slips else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--update" in sys.argv))
