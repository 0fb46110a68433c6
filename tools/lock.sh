#!/bin/sh
# Resolve the dependencies anew: tools/lock.sh BIN. No index address ends up in the files.
set -eu
bin=$1
"$bin/python" -m pip install --quiet pip-tools
compile() {
    "$bin/pip-compile" --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$@" pyproject.toml
}
compile --extra embedded --extra build --output-file requirements.lock
compile --extra embedded --extra build --extra test --output-file requirements-test.lock
