#!/usr/bin/env bash
# perirad beside other packages on one workload, in turn: writes docs/performance.md.
#
#     bash benches/peers/run.sh                        # all of them, about an hour
#     bash benches/peers/run.sh --quick pictologics    # one, and fewer cases
#
# Each package gets an environment of its own from PyPI under target/peers (6 GB with all); see
# scripts/peers.sh for the Pythons they need. pictologics compiles for minutes when it is first used.
# The peak of memory is told by GNU time: on Debian the package `time`.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/peers.sh
all=(pictologics flash pyradiomics zrad nyxus mirp)
options=() packages=()
for word in "$@"; do
    if [[ $word == -* || $word =~ ^[0-9]+$ ]]; then options+=("$word"); else packages+=("$word"); fi
done
[[ ${#packages[@]} -gt 0 ]] || packages=("${all[@]}")
for package in "${packages[@]}"; do
    peer "$package"
done

cargo build --locked --release --bin perirad --example peer
runner=target/release/examples/peer
workload=target/workload
if [[ ! -e $workload/made ]]; then
    rm -rf "$workload"
    cargo run --locked --release --package perirad-generator -- chest --out "$workload"
    # Not beside them: ITK reads an uncompressed file in the place of a compressed one.
    gzip --no-name "$workload"/*.nii
    touch "$workload/made"
fi
python3 benches/peers/compare.py "${options[@]}" --workload "$workload" --program target/release/perirad \
    --runner "$runner" --peers "$peers" --out docs/performance.md "${packages[@]}"
