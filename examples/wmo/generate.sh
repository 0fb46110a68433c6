#!/bin/sh
# Rewrite the register's SDL and its row policies, from register.py and grants.yaml: examples/wmo/generate.sh BIN
set -eu
cd "$(dirname "$0")/../.."
bin=${1:-.venv/bin} mapping=$(mktemp)
trap 'rm -f "$mapping"' EXIT
"$bin/python" -c 'from examples.wmo.register import REGISTER; print(REGISTER.schema.as_str())' > examples/wmo/schema.graphql
"$bin/python" -c 'from examples.wmo.register import REGISTER; import json; print(json.dumps(REGISTER.mapping.as_json()))' > "$mapping"
"$bin/gateway" grants compile --mapping "$mapping" --grants examples/wmo/grants.yaml --output examples/wmo/policies
