#!/bin/sh
# Rewrite everything that is generated, in the order in which it depends: tools/generate.sh BIN [--check]
#   registers/*/schema.graphql   from strawberry
#   schema.graphql, docs/api.graphql   from those, by composition
#   registers/*/policies/   from network/grants.yaml and the registers' table mappings
set -eu
bin=$1 check=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for register in indicatie bemiddeling zorglevering client; do
    "$bin/registers" sdl "$register" > "$work/$register.graphql"
    "$bin/registers" mapping "$register" > "$work/$register.json"
    if [ -n "$check" ]; then
        cmp "$work/$register.graphql" "registers/$register/schema.graphql"
    else
        mv "$work/$register.graphql" "registers/$register/schema.graphql"
    fi
done
if [ -n "$check" ]; then
    "$bin/gateway" compose --config network/supergraph.yaml --output "$work/schema.graphql" --api-schema "$work/api.graphql"
    cmp "$work/schema.graphql" schema.graphql
    cmp "$work/api.graphql" docs/api.graphql
else
    "$bin/gateway" compose --config network/supergraph.yaml --output schema.graphql --api-schema docs/api.graphql
fi
for register in indicatie bemiddeling zorglevering client; do
    "$bin/gateway" grants compile --mapping "$work/$register.json" --grants network/grants.yaml \
        --output "registers/$register/policies" $check
done
