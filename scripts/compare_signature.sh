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
peers=target/peers
cases=target/signature

# The first of these that is there and answers yes to a comparison of its version.
python_that() {
    local test=$1 found
    shift
    for found in "$@"; do
        if [[ -n $found ]] && "$found" -c "import sys; sys.exit(not sys.version_info $test)" 2>/dev/null; then
            echo "$found"
            return
        fi
    done
    echo "no Python with version $test: set PYTHON_NEW or PYTHON_OLD" >&2
    return 1
}
versions=(~/.pyenv/versions/3.1[0-9].*/bin/python)
new=$(python_that '>= (3, 12)' "${PYTHON_NEW:-}" python3 python3.{14,13,12} "${versions[@]}")
old=$(python_that '< (3, 12)' "${PYTHON_OLD:-}" python3 python3.{11,10,9} "${versions[@]}")

# An environment with these packages, once.
environment() {
    local name=$1 python=$2
    shift 2
    if [[ ! -e $peers/$name/made ]]; then
        "$python" -m venv --clear "$peers/$name"
        if [[ $name == pyradiomics ]]; then
            # Its source of 2020 knows neither numpy 2 nor later setuptools.
            "$peers/$name/bin/pip" install --quiet 'setuptools<70' wheel 'numpy<2'
            set -- --no-build-isolation "$@"
        fi
        "$peers/$name/bin/pip" install --quiet "$@"
        touch "$peers/$name/made"
    fi
}
environment mirp "$new" mirp==2.7.0 SimpleITK==2.5.7
environment zrad "$new" z-rad==26.9.0
environment pictologics "$new" pictologics==0.9.0
environment pyradiomics "$old" pyradiomics==3.0.1

cargo build --locked --release
rm -rf "$cases" && mkdir -p "$cases"
"$peers/mirp/bin/python" scripts/signature/prepare.py target/release/perirad "$data" "$cases"
for package in perirad mirp zrad pictologics pyradiomics; do
    python=$peers/$package/bin/python
    [[ $package == perirad ]] && python=python3
    "$python" scripts/signature/measure.py "$package" "$cases" > "$cases/$package.csv"
done
python3 scripts/signature/table.py "$cases"
