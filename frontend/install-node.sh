#!/bin/sh
# A fresh machine may lack npm: take it from the system's packages where we may.
set -eu
if [ "$(id -u)" = 0 ]; then as=""; else as="sudo -n"; fi
if command -v apt-get >/dev/null; then
    echo "Installing node and npm: a few minutes, once."
    $as apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive $as apt-get install -qy --no-install-recommends nodejs npm >/dev/null
fi
command -v npm >/dev/null || { echo "npm is missing: install Node.js 18 or newer, then try again." >&2; exit 1; }
