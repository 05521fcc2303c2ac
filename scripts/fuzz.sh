#!/usr/bin/env bash
# Fuzzes the targets of fuzz/: fuzz.sh [SECONDS [TARGET...]]; without either, ten seconds for each.
#
# Makes the seeds, builds all targets, and lets libFuzzer run each in turn. Ends with 1 at any
# finding: a panic, an overflow, a claim of memory or time beyond the limits below. The input is then
# in fuzz/artifacts/TARGET. Needs a C++ compiler and the toolchain that builds perirad; neither
# nightly nor cargo-fuzz, which does the same with the address sanitizer (CONTRIBUTING).
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-10}
shift || true
all=(dicom_object metaimage model nifti nrrd pixels rtstruct seg settings)
targets=("${@:-${all[@]}}")

# Without an own folder each change of flags would build the seeds' crates anew.
host=$(rustc --version --verbose | sed -n 's/^host: //p')
cargo run --locked --quiet --example fuzz-seeds -- fuzz/corpus
# Flags of a stable compiler: coverage for libFuzzer. They belong to the target's code only, not to
# build scripts, hence --target.
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
flags+=" -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
RUSTFLAGS=$flags cargo build --locked --release --bins --target "$host" --manifest-path fuzz/Cargo.toml

failed=()
for target in "${targets[@]}"; do
    mkdir -p "fuzz/artifacts/$target"
    echo "+ $target, $seconds s"
    # A target may claim 32 MiB for one thing (fuzz/src/lib.rs), and hold it a few times.
    "fuzz/target/$host/release/$target" "fuzz/corpus/$target" \
        -artifact_prefix="fuzz/artifacts/$target/" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=1024 -malloc_limit_mb=160 -print_final_stats=1 || failed+=("$target")
done
if ((${#failed[@]})); then
    echo "findings in: ${failed[*]}; inputs in fuzz/artifacts" >&2
    exit 1
fi
