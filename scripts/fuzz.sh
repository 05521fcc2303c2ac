#!/usr/bin/env bash
# Fuzzes the targets of fuzz/: fuzz.sh [SECONDS [TARGET...]]; ten seconds for each of all by default.
#
# Makes the seeds, builds the targets, and lets libFuzzer run one after another. Ends with 1 at any
# finding: a panic, an overflow, memory or time beyond the limits below; the input is then in
# fuzz/artifacts/TARGET. Needs a C++ compiler, neither nightly nor cargo-fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-10}
shift || true
targets=("$@")
if ((${#targets[@]} == 0)); then
    for target in fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$target" .rs)"); done
fi

cargo run --locked --quiet --example fuzz-seeds -- fuzz/corpus
# What cargo-fuzz asks of the compiler, but for its sanitizers, which are nightly's. With --target
# build scripts are left out.
host=$(rustc --version --verbose | sed -n 's/^host: //p')
flags="--cfg fuzzing -Cpasses=sancov-module"
for option in level=4 inline-8bit-counters pc-table trace-compares; do
    flags+=" -Cllvm-args=-sanitizer-coverage-$option"
done
RUSTFLAGS=$flags cargo build --locked --release --bins --target "$host" --manifest-path fuzz/Cargo.toml

failed=()
for target in "${targets[@]}"; do
    mkdir -p "fuzz/artifacts/$target"
    echo "+ $target, $seconds s"
    # A target lends 32 MiB (fuzz/src/lib.rs), which one step or another takes a few times over.
    "fuzz/target/$host/release/$target" "fuzz/corpus/$target" \
        -artifact_prefix="fuzz/artifacts/$target/" -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb=1024 -print_final_stats=1 2>"fuzz/artifacts/$target.log" ||
        failed+=("$target")
    grep -E '^(stat::(number|peak|slowest)|SUMMARY)|panicked' "fuzz/artifacts/$target.log" || true
done
if ((${#failed[@]})); then
    echo "findings in: ${failed[*]}; inputs and logs in fuzz/artifacts" >&2
    exit 1
fi
