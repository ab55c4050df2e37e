#!/bin/sh
# Installs the modules that packages of Node depend on beside their package.json.
# usage: npm-install.sh DIRECTORY...
#   DIRECTORY  where a package.json is
# env: npm_config_registry, npm_config_cache and whatever else npm reads
set -eu

if test $# -eq 0; then
    echo "usage: npm-install.sh DIRECTORY..." >&2
    exit 64
fi
for directory; do
    cd "$directory"
    if test -f package-lock.json || test -f npm-shrinkwrap.json; then
        npm ci --no-audit --no-fund --no-update-notifier
    else
        echo "npm-install.sh: $directory has no package-lock.json: other modules may be installed another day" >&2
        npm install --no-audit --no-fund --no-update-notifier
    fi
done
