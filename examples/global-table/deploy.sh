#!/usr/bin/env bash
# Deploy both templates on a table that exists: ./deploy.sh [TABLE]. The writer goes to one region,
# the reader to three. Where to is said by SAM_DEPLOY_TARGET: embedded or aws.
set -euo pipefail
cd "$(dirname "$0")"
table=${1:-global-table-demo}

stack() {
  local role=$1
  shift
  sam-deploy deploy --template "$role-template.yaml" --stack-name "global-table-$role" "$@" \
    --parameter-overrides "GlobalTableName=$table" --capabilities CAPABILITY_IAM
}

stack writer --region us-east-1
stack reader --region us-east-2 --region us-west-1 --region us-west-2
