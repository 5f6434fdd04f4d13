#!/bin/sh
# Builds patientapp/web/static from frontend/ and the locked npm packages. `make frontend` calls this.
set -eu
cd "$(dirname "$0")/.."

stamp=node_modules/.locked
if [ ! -f "$stamp" ] || ! cmp -s package-lock.json "$stamp"; then
    npm ci --ignore-scripts --no-audit --no-fund
    cp package-lock.json "$stamp"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bin=node_modules/.bin

for name in app staff; do
    "$bin/sass" --load-path=node_modules/nhsuk-frontend/dist/nhsuk --load-path=frontend/scss \
        --style=compressed --no-source-map --no-charset "frontend/scss/$name.scss" "$work/$name.css"
    "$bin/rtlcss" --silent "$work/$name.css" "$work/$name.rtl.css"
done

node frontend/assemble.mjs "$work" patientapp/web/static
