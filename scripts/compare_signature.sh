#!/usr/bin/env bash
# The five inputs of the CD8 signature by perirad, MIRP, Z-Rad, pictologics and pyradiomics on the
# shared real cases: writes the tables of docs/signature.md and testdata/signature.csv.
#
#     bash scripts/compare_signature.sh ../shared/data
#
# Each package gets an environment of its own from PyPI under target/peers (4 GB). pictologics needs
# Python 3.12 or later (PYTHON_NEW says which), pyradiomics a C compiler and Python 3.11 or earlier
# (PYTHON_OLD).
set -euo pipefail
data=$(realpath "${1:?the folder of the shared data, such as ../shared/data}")
cd "$(dirname "$0")/.."
cases=target/signature
. scripts/peers.sh
for package in mirp zrad pictologics pyradiomics; do
    peer "$package"
done

cargo build --locked --release
rm -rf "$cases" && mkdir -p "$cases"
"$peers/mirp/bin/python" scripts/signature/prepare.py target/release/perirad "$data" "$cases"
for package in perirad mirp zrad pictologics pyradiomics; do
    python=$peers/$package/bin/python
    [[ $package == perirad ]] && python=python3
    "$python" scripts/signature/measure.py "$package" "$cases" > "$cases/$package.csv"
done
python3 scripts/signature/table.py "$cases"
