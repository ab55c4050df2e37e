#!/bin/sh
# Fetches the sources of packages of Python that requirements name, and what builds packages, into a directory.
# usage: pip-download.sh OUT REQUIREMENTS DIRECTORY...
#   REQUIREMENTS  the name of the file with requirements
#   DIRECTORY     where such a file is
# env: PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, PIP_CACHE_DIR and whatever else pip reads
set -eu

if test $# -lt 3; then
    echo "usage: pip-download.sh OUT REQUIREMENTS DIRECTORY..." >&2
    exit 64
fi
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
out=$1
requirements=$2
shift 2
mkdir -p "$out"
python3 -m pip download --dest "$out" setuptools wheel
for directory; do
    cd "$directory"
    python3 -m pip download --dest "$out" --no-binary=:all: "--requirement=$requirements"
done
