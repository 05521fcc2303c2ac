#!/usr/bin/env bash
# Everything that must hold: format, lints, the core without its edge, all tests, a short fuzz, the
# demo model.
set -euo pipefail
cd "$(dirname "$0")/.."

# Python for the oracles that others wrote, and for the demo model.
python3 -m venv target/venv
target/venv/bin/pip install --quiet --requirement models/requirements.txt \
    --requirement tests/requirements.txt
export PERIRAD_PYTHON="$PWD/target/venv/bin/python"

cargo fmt --all --check
cargo clippy --locked --workspace --all-targets -- --deny warnings
# The core as a browser page would use it: no files, no threads, no program.
cargo clippy --locked --no-default-features -- --deny warnings
cargo test --locked --workspace

# Three seconds of fuzzing for each reader.
if command -v c++ >/dev/null; then
    bash scripts/fuzz.sh 3
else
    echo "*** SKIPPED: no C++ compiler for libFuzzer ***" >&2
    [[ -z ${CI:-} ]]
fi

# The demonstration model is what its seeded script makes of the seeded phantoms.
"$PERIRAD_PYTHON" models/fit_demo_synthetic.py --check
