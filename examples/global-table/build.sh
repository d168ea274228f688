#!/usr/bin/env bash
# Build both templates; neither build erases the other's. Run it with `uv run ./build.sh`.
set -euo pipefail
cd "$(dirname "$0")"
for role in writer reader; do
  sam-deploy build --template "$role-template.yaml" "$@"
done
