#!/bin/sh
# Rewrite everything that is generated, in the order in which it depends: tools/generate.sh BIN [--check]
#   registers/*/schema.graphql   from strawberry
#   schema.graphql, docs/api.graphql   from those, by composition
#   registers/*/policies/   from network/grants.yaml and the registers' table mappings
#   docs/errors.md (the table), docs/composition-errors.md   from the catalogues of codes
#   docs/nl/autorisatie.md (the matrix)   from network/grants.yaml
#   docs/grants.schema.json   from the language of grants
# With --check nothing is written: every stale file is named, and the exit code is 1 when there is one.
set -eu
bin=$1 check=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stale=0

put() { # what it should be, where it belongs
    if [ -z "$check" ]; then
        mv "$1" "$2"
    elif ! cmp -s "$1" "$2"; then
        echo "$2 is stale; run \`make generate\`." >&2
        stale=1
    fi
}

for register in indicatie bemiddeling zorglevering client inzage; do
    "$bin/registers" sdl "$register" > "$work/$register.graphql"
    "$bin/registers" mapping "$register" > "$work/$register.json"
    put "$work/$register.graphql" "registers/$register/schema.graphql"
done
"$bin/gateway" compose --config network/supergraph.yaml --output "$work/schema.graphql" --api-schema "$work/api.graphql"
put "$work/schema.graphql" schema.graphql
put "$work/api.graphql" docs/api.graphql
for register in indicatie bemiddeling zorglevering client inzage; do
    "$bin/gateway" grants compile --mapping "$work/$register.json" --grants network/grants.yaml \
        --output "registers/$register/policies" $check || { test -n "$check" && stale=1; }
done
"$bin/gateway" catalogue errors > "$work/table"
awk -v table="$work/table" '
    /^<!-- to here/ { print ""; inside = 0 }
    !inside { print }
    /^<!-- From the catalogue/ { print ""; while ((getline line < table) > 0) print line; inside = 1 }
' docs/errors.md > "$work/errors.md"
put "$work/errors.md" docs/errors.md
"$bin/gateway" catalogue composition > "$work/composition.md"
put "$work/composition.md" docs/composition-errors.md
"$bin/gateway" grants matrix network/grants.yaml > "$work/matrix"
awk -v table="$work/matrix" '
    /^<!-- tot hier/ { inside = 0 }
    !inside { print }
    /^<!-- Uit network\/grants.yaml/ { print ""; while ((getline line < table) > 0) print line; inside = 1 }
' docs/nl/autorisatie.md > "$work/autorisatie.md"
put "$work/autorisatie.md" docs/nl/autorisatie.md
"$bin/gateway" grants schema > "$work/grants.schema.json"
put "$work/grants.schema.json" docs/grants.schema.json
exit "$stale"
