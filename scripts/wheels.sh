#!/usr/bin/env bash
# The wheel for Linux and its source distribution in target/wheels; the wheel is tested where nothing
# else is.
#
#     bash scripts/wheels.sh [PYTHON ...]     interpreters to test with; all that are there by default
#
# zig links against an old glibc: the wheel runs from 2.17 on (manylinux2014), for CPython 3.11 and later.
set -euo pipefail
cd "$(dirname "$0")/.."
pythons=("$@")
if ((${#pythons[@]} == 0)); then
    for minor in {11..20}; do
        if "python3.$minor" --version >/dev/null 2>&1; then pythons+=("python3.$minor"); fi
    done
fi
((${#pythons[@]})) || { echo "no Python from 3.11 on: name one" >&2; exit 1; }

python3 -m venv target/venv-wheels
target/venv-wheels/bin/pip install --quiet --requirement scripts/wheels/requirements.txt
PATH="$PWD/target/venv-wheels/bin:$PATH"

rm -rf target/wheels
maturin sdist --manifest-path python/Cargo.toml --out target/wheels
maturin build --release --locked --zig --compatibility manylinux2014 --auditwheel=check \
    --manifest-path python/Cargo.toml --out target/wheels
wheel=$(ls target/wheels/*.whl)
# Symbols of a younger Python would show here.
abi3audit --strict --summary "$wheel"

kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT
for python in "${pythons[@]}"; do
    echo "--- $($python --version)"
    "$python" -m venv "$kept/bare"
    # Nothing is compiled, and numpy is all that comes along.
    "$kept/bare/bin/pip" install --quiet --only-binary :all: "$wheel"
    "$kept/bare/bin/python" scripts/wheels/smoke.py
    # Where there is a numpy as old as the wheel allows, with that.
    if "$kept/bare/bin/pip" install --quiet --only-binary :all: numpy==1.24.0 2>/dev/null; then
        "$kept/bare/bin/python" scripts/wheels/smoke.py
    fi
    grep --extended-regexp '^(numpy|pandas|polars|pydicom|pytest|scikit-learn)==' \
        python/tests/requirements.txt > "$kept/requirements.txt"
    "$kept/bare/bin/pip" install --quiet --requirement "$kept/requirements.txt"
    "$kept/bare/bin/pytest" --quiet -c python/pyproject.toml python/tests/test_calls_mechanics.py \
        python/tests/test_manners_mechanics.py python/tests/test_fronts_mechanics.py
    rm -rf "$kept/bare"
done
ls -l target/wheels
