#!/bin/sh
# Makes a throw-away environment with fideslang, which cannot stand in requirements.lock: it wants pydantic < 2.13 and
# Great Expectations wants newer. fideslang.lock was written by
#   echo 'fideslang==3.1.4' | uv pip compile - --python-version 3.11 --universal --generate-hashes --no-header \
#     --no-annotate --no-emit-index-url -o tests/fideslang.lock
# Usage: fideslang_venv.sh FOLDER PYTHON
set -eu
folder="$1"
python="$2"
lock="$(dirname "$0")/fideslang.lock"
if command -v uv >/dev/null 2>&1; then
    uv venv -q -p "$python" "$folder"
    uv pip sync -q -p "$folder/bin/python" --require-hashes "$lock"
else
    "$python" -m venv "$folder"
    "$folder/bin/python" -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r "$lock"
fi
