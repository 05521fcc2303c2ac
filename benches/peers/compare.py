"""Runs both sides in turn, checks that values agree, and writes docs/performance.md.

Called by `run.sh`, which makes what it needs. Every side of a case is a process that has loaded the case
and measures it for each line it is sent: A B C, A B C, …, so that a machine that drifts drifts for all.
Such a turn is a few calls, each with fresh arrays, or one that takes long. The first call of a turn finds
a machine that did something else, and is told apart. The first turn of each side is not counted, unless
it took so long that it is the only one.
"""

import argparse
import gzip
import json
import os
import platform
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
NAMES = {
    "perirad": "perirad",
    "pictologics": "pictologics",
    "pyradiomics": "pyradiomics",
    "pyradiomics-quiet": "pyradiomics, `additionalInfo` off",
    "flash": "flash-radiomics",
    "flash-quiet": "flash-radiomics, `additionalInfo` off",
    "nyxus": "Nyxus",
    "mirp": "MIRP",
    "zrad": "Z-Rad",
}
# Seconds after which a side of a case is asked no more.
PATIENCE = 30.0
GNU_TIME = shutil.which("time") or shutil.which("/usr/bin/time")
# Slices that interpolation and a ring of 2 mm need on either side of a lesion.
BESIDE = 3
READER = "a process that reads a header of every file and the slices of the lesion, and does no more"
INPUTS = ["minimum", "srhge", "lgre", "srlge", "lrlge"]
CODES = {"minimum": "1GSF", "srhge": "GD3A", "lgre": "V3SW", "srlge": "HTZT", "lrlge": "IVPO"}


def command(side, asked, **case):
    """What starts a side of a case."""
    name, _, quiet = side.partition("-")
    options = ["--image", case["image"], "--mask", case["mask"], "--families", case["families"]]
    options += ["--threads", str(case.get("threads", 1))]
    if case.get("resample"):
        options.append("--resample")
    if case.get("lesions"):
        options += ["--lesions", str(case["lesions"])]
    if name == "perirad":
        return [str(asked.runner), *options]
    python = asked.peers / name / "bin/python"
    once = ["--once"] if case.get("once") else []
    once += ["--roi", case["roi"]] if case.get("roi") else []
    return [str(python), str(HERE / "peer.py"), name, *options, *once, *(["--no-info"] if quiet else [])]


class Side:
    """A process that measures when it is told to."""

    def __init__(self, name, words):
        self.name, self.spent, self.error = name, 0.0, None
        # Seconds of the first call of each turn, and of those after it.
        self.first, self.later = [], []
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )
        first = self.answer()
        self.version = first.get("version")

    def answer(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        self.error = "it ended"
        return {}

    def measure(self, counted):
        if self.error or self.spent > PATIENCE:
            return
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        begun = time.perf_counter()
        seconds = self.answer().get("seconds", [])
        self.spent += time.perf_counter() - begun
        if counted or self.spent > PATIENCE:
            self.first += seconds[:1]
            self.later += seconds[1:]

    def seconds(self):
        """Of calls in a row; where they take so long that none follows another, of all."""
        return self.later or self.first

    def end(self):
        self.process.stdin.close()
        values = {} if self.error or self.name == "perirad" else self.answer().get("values", {})
        self.process.wait()
        return values


def in_turn(sides, rounds):
    """Times of every side, and the values of their last measurement."""
    for counted in [False, *[True] * rounds]:
        for side in sides:
            side.measure(counted)
    return {side.name: side.end() for side in sides}


def whole(words):
    """Seconds of a process."""
    begun = time.perf_counter()
    ended = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    seconds = time.perf_counter() - begun
    if ended:
        raise SystemExit(f"{' '.join(words)} ended with {ended}")
    return seconds


def peak(words):
    """MB of a process at its peak, in a run for this alone. Linux hands a parent's peak on to the program
    that its child becomes: here the parent is GNU time, with 1 MB."""
    with tempfile.NamedTemporaryFile("r") as told:
        whole([GNU_TIME, "--format=%M", f"--output={told.name}", *words])
        return int(told.read()) / 1024


def shown(seconds):
    ms = 1000 * seconds
    return f"{ms / 1000:,.1f} s" if ms >= 10_000 else f"{ms:.3g} ms" if ms < 100 else f"{ms:,.0f} ms"


def table(rows, own="perirad", columns=()):
    """Rows of name, times, and what else is to be told in further columns."""
    base = statistics.median(next(times for name, times, *_ in rows if name == own))
    heads = ["", "median", "range", "runs", "times perirad", *columns]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name, times, *more in rows:
        told = NAMES.get(name, name)
        if times:
            median = statistics.median(times)
            ratio = "1" if name == own else f"**{median / base:.3g}**"
            span = f"{shown(min(times))} to {shown(max(times))}"
            cells = [told, shown(median), span, str(len(times)), ratio, *more]
        else:
            cells = [told, "could not", *[""] * (len(heads) - 2)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


class Report:
    def __init__(self, asked):
        self.asked, self.parts, self.versions, self.values = asked, [], {}, {}

    def say(self, *lines):
        self.parts.extend(lines)
        print("\n".join(lines), flush=True)

    def sides(self, *wanted):
        """Of these those that were asked for, with and without diagnostics."""
        found = ["perirad"]
        for name in wanted:
            if name in self.asked.packages:
                found.append(name)
                if name in ("pyradiomics", "flash"):
                    found.append(f"{name}-quiet")
        return found

    def in_process(self, title, names, **case):
        sides = [Side(name, command(name, self.asked, **case)) for name in names]
        values = in_turn(sides, self.asked.rounds)
        for side in sides:
            self.versions.setdefault(side.name.partition("-")[0], side.version)
        alone = {side.name: shown(statistics.median(side.first)) if side.first else "" for side in sides}
        rows = [(side.name, side.seconds(), alone[side.name]) for side in sides]
        self.say(f"\n**{title}**\n", table(rows, columns=["first of a turn"]))
        return values

    def processes(self, title, commands, rounds):
        runs = {name: [] for name in commands}
        for nth in range(rounds + 1):
            for name, words in commands.items():
                if sum(runs[name]) > PATIENCE:
                    continue
                seconds = whole(words)
                # The first run fills the page cache.
                if nth > 0 or seconds > PATIENCE:
                    runs[name].append(seconds)
        rows = [(name, times, f"{peak(commands[name]):,.0f} MB") for name, times in runs.items()]
        self.say(f"\n**{title}**\n", table(rows, columns=["peak of memory"]))


def agreement(report, crops):
    """Do perirad, MIRP and Z-Rad give the same numbers to all digits that tables print?"""
    lines = ["| | " + " | ".join(INPUTS) + " |", "|---" * (len(INPUTS) + 1) + "|"]
    apart = []
    for letter, values in crops.items():
        own = signature(report.asked, letter)
        lines.append(f"| perirad, {letter} | " + " | ".join(f"{own[k]:.7g}" for k in INPUTS) + " |")
        for name, key in {
            "mirp": lambda k: "stat_min" if k == "minimum" else f"rlm_{k}_3d_avg_fbs_w10.0",
            "zrad": lambda k: "stat_min" if k == "minimum" else f"rlm_{k}_3D_avg",
        }.items():
            if not values.get(name):
                continue
            found = {k: values[name][key(k)] for k in INPUTS}
            told = " | ".join(f"{found[k]:.7g}" for k in INPUTS)
            lines.append(f"| {NAMES[name]}, {letter} | {told} |")
            apart += [
                f"{NAMES[name]}, {letter}, {k}: {found[k]!r}, perirad {own[k]!r}"
                for k in INPUTS
                if f"{found[k]:.7g}" != f"{own[k]:.7g}"
            ]
    report.say("\n".join(lines), "")
    return apart


def signature(asked, letter):
    """The five inputs by the program, on a crop."""
    files = asked.workload
    told = subprocess.run(
        [
            *(asked.program, "extract", files / f"ct_1mm_{letter}.nii.gz"),
            *("--mask", files / f"mask_1mm_{letter}.nii.gz", "--settings", "cd8"),
            *("--region", "tumour", "--format", "long"),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    header = told[0].split(",")
    code, value = header.index("ibsi"), header.index("value")
    rows = {row.split(",")[code]: row.split(",")[value] for row in told[1:]}
    return {name: float(rows[CODES[name]]) for name in INPUTS}


def machine():
    model = "unknown processor"
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":")[1].strip()
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}"


def layout(stream):
    """Of a NIfTI image: bytes before its first plane, bytes of a plane, and how many planes there are."""
    header = stream.read(348)
    columns, rows, count = struct.unpack_from("<3h", header, 42)
    (bits,) = struct.unpack_from("<h", header, 72)
    (begin,) = struct.unpack_from("<f", header, 108)
    return int(begin), columns * rows * bits // 8, count


def lesion(asked):
    """The planes of the small lesion."""
    with gzip.open(asked.workload / "mask_s.nii.gz") as stream:
        begin, size, count = layout(stream)
        stream.seek(begin)
        return [at for at in range(count) if any(stream.read(size))]


def floors(asked):
    """What must be read at least, by the runner's own plain loops."""
    runs = {}
    for name, options in {
        "a header of every file, and the slices of the lesion": read(asked),
        "inflating the image to the lesion's last plane": inflate(asked),
    }.items():
        told = subprocess.run([asked.runner, *options], check=True, capture_output=True, text=True).stdout
        runs[name] = [json.loads(line)["seconds"][0] for line in told.splitlines()]
    return runs


def inflate(asked):
    """The runner's options for inflating what a score needs, and nothing else."""
    image = asked.workload / "ct.nii.gz"
    with gzip.open(image) as stream:
        begin, size, _ = layout(stream)
    return ["--inflate", str(image), "--whole", str(begin + size * (lesion(asked)[-1] + 1 + BESIDE))]


def read(asked):
    """The runner's options for reading what a score needs, and nothing else."""
    whole = len(lesion(asked)) + 2 * BESIDE
    return ["--read", str(asked.workload / "ct"), "--whole", str(whole)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("packages", nargs="*")
    for name in ["workload", "program", "runner", "peers", "out"]:
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    if not GNU_TIME:
        sys.exit("GNU time tells the peak of memory and is not there: install the package `time`")
    for name in ["workload", "program", "runner", "peers"]:
        # Not resolved: an environment's interpreter is a link.
        setattr(asked, name, Path(os.path.abspath(getattr(asked, name))))
    files, report = asked.workload, Report(asked)
    fast = ["pictologics", "flash", "pyradiomics", "zrad", "nyxus", "mirp"]
    crops = {}
    families = {"fo_glrlm": "first order + GLRLM", "all": "all families"}
    report.say("## In process, lesion at 1 mm in memory, one thread")
    for letter, size in {"s": "20 mL, 20,000 voxels", "l": "300 mL, 300,000 voxels"}.items():
        case = {
            "image": str(files / f"ct_1mm_{letter}.nii.gz"),
            "mask": str(files / f"mask_1mm_{letter}.nii.gz"),
        }
        for chosen, words in families.items():
            names = report.sides(*(fast if not (asked.quick and chosen == "all") else fast[:1]))
            values = report.in_process(f"{size}, {words}", names, families=chosen, **case)
            if chosen == "fo_glrlm":
                crops[letter] = values
        words = "Moran's I and Geary's C (with the mesh), no other side has them so"
        report.in_process(f"{size}, {words}", ["perirad"], families="pairs", **case)
        names = report.sides("pictologics")
        for chosen, words in families.items():
            words = f"{size}, {words}, two threads"
            report.in_process(words, names, families=chosen, threads=2, **case)
    report.say("\n## In process, scan and mask of 512 x 512 x 200 voxels in memory, resampled to 1 mm")
    some = ["pictologics"] if asked.quick else ["pictologics", "flash", "pyradiomics", "zrad"]
    image = str(files / "ct.nii.gz")
    for letter, size in {"s": "20 mL", "l": "300 mL"}.items():
        for chosen, words in families.items():
            case = {"image": image, "mask": str(files / f"mask_{letter}.nii.gz"), "resample": True}
            names = report.sides(*some)
            report.in_process(f"{size}, {words}", names, families=chosen, **case)
    case = {"image": image, "mask": str(files / "mask_20.nii.gz"), "resample": True, "lesions": 20}
    names = report.sides(*some[:3])
    report.in_process("twenty lesions, first order + GLRLM", names, families="fo_glrlm", **case)

    report.say(
        "\n## Whole process, files in the page cache\n",
        "Every program may use all processors. The peak of memory is that of one more run, by GNU time.",
    )
    settings = files / "tumour.toml"
    settings.write_text('base = "cd8"\n[resample]\nmask = "nearest"\n')
    options = ["--settings", str(settings), "--region", "tumour"]
    nifti = [str(asked.program), "extract", image, "--mask", str(files / "mask_s.nii.gz"), *options]
    many = [*nifti[:4], str(files / "mask_20.nii.gz"), "--roi-many", "separate", *options]
    drawn = ["--mask", str(files / "rtstruct.dcm"), "--roi", "GTV-S"]
    dicom = [str(asked.program), "extract", str(files / "ct"), *drawn, *options]
    model = ["--model", "demo-synthetic", "--clinical", "node=0", "--clinical", "head_and_neck=0"]
    score = [str(asked.program), "score", str(files / "ct"), *drawn, *model]
    large = [*dicom[:6], "GTV-L", *options]
    once = {"image": image, "mask": str(files / "mask_s.nii.gz"), "resample": True, "once": True}
    once["threads"] = os.cpu_count()
    sides = ["pyradiomics", "pictologics"]
    sides += [] if asked.quick else ["flash", "zrad", "mirp"]
    commands = {"perirad": nifti, "perirad, twenty lesions": many}
    for name in report.sides(*sides)[1:]:
        commands[name] = command(name, asked, families="fo_glrlm", **once)
    report.processes("20 mL, first order + GLRLM, from .nii.gz", commands, min(asked.rounds, 7))
    commands = {
        "perirad": dicom,
        "perirad, tumour and ring with a score": score,
        "perirad, 300 mL": large,
        READER: [str(asked.runner), *read(asked), "--once"],
    }
    once["image"] = str(files / "ct")
    for name in report.sides("pictologics", "mirp")[1:]:
        # pictologics reads no RTSTRUCT: it has the mask as NIfTI.
        own = {"mask": str(files / "rtstruct.dcm"), "roi": "GTV-S"} if name == "mirp" else {}
        commands[name] = command(name, asked, families="fo_glrlm", **(once | own))
    report.processes(
        "20 mL, first order + GLRLM, from 200 DICOM files and RTSTRUCT", commands, min(asked.rounds, 7)
    )
    report.say("\nWhat must be read at least, by plain loops of the runner:\n")
    for name, times in floors(asked).items():
        report.say(f"- {name}: {shown(statistics.median(times))}")
    report.say(
        "\n## Cost by size\n\nns per voxel on one thread, an ellipsoid at 1 mm (`cargo bench --bench sizes`). "
        "Arrays above 32 MiB go\nback to the kernel after each step, which clears them anew for the next: of "
        "the sizes, 1e7 alone pays for that.\n"
    )
    bench = ["cargo", "bench", "--quiet", "--locked", "--bench", "sizes"]
    report.say(subprocess.run(bench, check=True, capture_output=True, text=True).stdout)
    report.say("## The same numbers\n")
    apart = agreement(report, crops)
    text = HEAD.format(
        options=(" --quick" if asked.quick else "")
        + (f" --rounds {asked.rounds}" if asked.rounds != parser.get_default("rounds") else ""),
        machine=machine(),
        versions=", ".join(f"{NAMES[k]} {v}" for k, v in report.versions.items() if v),
        verdict="To all seven digits printed, the five inputs of the signature agree with MIRP and Z-Rad."
        if not apart
        else "They differ: " + "; ".join(apart),
    )
    asked.out.write_text(text + "\n".join(report.parts) + "\n")
    if apart:
        sys.exit("values differ: " + "; ".join(apart))


HEAD = """\
# What it costs

Made by `bash benches/peers/run.sh{options}` on the project's own seeded workload (`perirad-generator chest`): a CT
of 512 x 512 x 200 voxels of 0.8 x 0.8 x 2 mm with lesions of 20 and 300 mL and twenty of 17 to 23 mL,
and both sizes alone in voxels of 1 mm. Bins of 10 HU, linear to 1 mm, nearest voxel of the mask. The
sides of a table ran in turn in one run; machines drift, so that the ratios say more than the times. In
process a turn is up to six calls; the median is of those after the first, whose own median is in the
last column: it finds caches and threads that did something else meanwhile. Where one call takes longer
than 0.2 s a turn is that call alone: such a side has first calls only, and they are what is counted.

Machine: {machine}. Versions: {versions}.

{verdict}

What is not equal: perirad makes every 3D aggregation from one count (in "first order + GLRLM" all six),
and tells what its values rest on; pictologics makes one merged matrix. The "all families" of both are
the same families: local intensity, which pictologics measures only when asked, is left out, and so are
Moran's I and Geary's C, which are timed by themselves. For so little as first order + GLRLM of 20 mL
perirad takes one thread where it may take two. pyradiomics and flash-radiomics count levels from the
lesion's minimum; Nyxus neither resamples nor bins by width, and reads its files in every call, as MIRP
does. pictologics gets fresh copies of its arrays in every call and was warm, and reads no RTSTRUCT: from
DICOM it has the mask as NIfTI. flash-radiomics' kept preprocessing is thrown away. pyradiomics and
flash-radiomics ran as they come and without their diagnostics.

"""

if __name__ == "__main__":
    main()
