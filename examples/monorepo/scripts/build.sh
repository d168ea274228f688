#!/usr/bin/env bash
# Type-checks and tests everything, shared packages before services, then makes the archives.
#
#   scripts/build.sh             archives, templates and a manifest in dist/, for deploy --artifacts
#   scripts/build.sh --check     types and unit tests only, as before each deployment
set -euo pipefail
cd "$(dirname "$0")/.."

only_check=false
for argument in "$@"; do
  case $argument in
    --check) only_check=true ;;
    *)
      echo "build.sh: \`$argument\` is not known; there is --check" >&2
      exit 2
      ;;
  esac
done

step() { printf '== %s\n' "$1"; }

if [[ ! -d node_modules ]]; then
  step "npm install"
  npm install
fi

step "shared packages: types"
npx tsc --build packages/*
step "services: types"
npx tsc --build
step "unit tests"
node scripts/unit-tests.mjs
if $only_check; then exit 0; fi

step "archives"
sam-deploy build --environment dev --output dist
