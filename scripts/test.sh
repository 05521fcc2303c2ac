#!/usr/bin/env bash
# Everything that must hold: format, lints, the core without its edge, all tests, the Python package, a
# short fuzz, the demo model.
set -euo pipefail
cd "$(dirname "$0")/.."

# Packages come in while the compiler works: for the oracles that others wrote and the demo model, and
# for the tests of the Python package, which get an environment that holds nothing but what they need.
(
    python3 -m venv target/venv
    target/venv/bin/pip install --quiet --requirement models/requirements.txt \
        --requirement tests/requirements.txt
) &
oracles=$!
(
    python3 -m venv --clear target/venv-python
    target/venv-python/bin/pip install --quiet --requirement python/tests/requirements.txt
) &
package=$!
export PERIRAD_PYTHON="$PWD/target/venv/bin/python"

cargo fmt --all --check
cargo clippy --locked --workspace --all-targets -- --deny warnings
# The core as a browser page would use it: no files, no threads, no program.
cargo clippy --locked --no-default-features -- --deny warnings
wait "$oracles"
cargo test --locked --workspace

# Instructions of a few kernels against those recorded; the tests have built them.
if command -v valgrind >/dev/null; then
    python3 benches/counts/check.py target/debug/examples/kernels
else
    echo "*** SKIPPED: no valgrind to count instructions ***" >&2
    [[ -z ${CI:-} ]]
fi

# The Python package: its lints, and its tests on a wheel.
cargo fmt --manifest-path python/Cargo.toml --check
cargo clippy --locked --manifest-path python/Cargo.toml --all-targets -- --deny warnings
wait "$package"
target/venv-python/bin/pip install --quiet --config-settings=build-args="--profile dev" ./python
target/venv-python/bin/pytest --quiet -c python/pyproject.toml python/tests

# Three seconds of fuzzing for each reader.
if command -v c++ >/dev/null; then
    bash scripts/fuzz.sh 3
else
    echo "*** SKIPPED: no C++ compiler for libFuzzer ***" >&2
    [[ -z ${CI:-} ]]
fi

# The demonstration model is what its seeded script makes of the seeded phantoms.
"$PERIRAD_PYTHON" models/fit_demo_synthetic.py --check
