#!/bin/sh
# Make (or bring up to date) the virtual environment: tools/venv.sh PYTHON VENV LOCK
set -eu
python=$1 venv=$2 lock=$3

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "This needs Python 3.11 or newer; '$python' is $("$python" --version 2>&1). Try: make PYTHON=python3.12 ..." >&2
    exit 1
}
if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    echo "Making a virtual environment in $venv"
    "$python" -m venv --clear "$venv" || {
        echo "Python's venv module is incomplete here (on Debian: the package python3-venv)." >&2
        exit 1
    }
fi
echo "Installing what $lock pins (the first time takes a minute)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-warn-script-location \
    --require-hashes --no-deps -r "$lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-warn-script-location \
    --no-deps --no-build-isolation --editable .
