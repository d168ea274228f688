#!/usr/bin/env bash
# Brings a new version to an environment: dev is deployed, the others are promoted to.
set -euo pipefail
cd "$(dirname "$0")/.."

usage="usage: scripts/deploy.sh --environment dev|staging|production [options] [-- options of sam-deploy]

  --plan-only           show what would change, and change nothing
  --auto-approve        ask nothing; staging and production want the one-time code all the same
  --approve FILE        agree now, at a terminal, to what CI carries out with --approval-file
  --approval-file FILE  what --approve has made, for just this promotion
  --target TARGET       aws, or embedded: the cloud on this computer, which is the default

  scripts/deploy.sh --environment production -- --canary 10,50 --every 5m"

refuse() {
  printf 'deploy.sh: %s\n\n%s\n' "$1" "$usage" >&2
  exit 2
}

environment="" plan_only=false auto_approve=false approve="" approval_file=""
target=${SAM_DEPLOY_TARGET:-embedded}
more=() # expanded so that bash 3.2 of macOS takes an empty one for nothing
while (($#)); do
  case $1 in
    --environment | --approve | --approval-file | --target)
      [[ $# -ge 2 ]] || refuse "$1 needs a value"
      name=${1#--}
      printf -v "${name//-/_}" '%s' "$2"
      shift
      ;;
    --plan-only) plan_only=true ;;
    --auto-approve) auto_approve=true ;;
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    --)
      shift
      more=("$@")
      break
      ;;
    *) refuse "\`$1\` is not known" ;;
  esac
  shift
done
case $environment in
  dev) output=ApiHttpApiDevUrl ;;
  staging) output=ApiHttpApiStagingUrl ;;
  production) output=ApiHttpApiProductionUrl ;;
  "") refuse "--environment is missing" ;;
  *) refuse "there is no environment \`$environment\`" ;;
esac
if [[ -n $approve ]] && { $plan_only || [[ -n $approval_file ]]; }; then
  refuse "--approve goes alone: it shows the plan, and changes nothing"
fi

# Every version has to answer by its own number before anybody is sent to it: blue and green.
strategy=(--check "node scripts/check-release.mjs" ${more[@]+"${more[@]}"})

deploy() {
  [[ -z $approve$approval_file ]] || refuse "dev needs no approval"
  scripts/build.sh --check
  local how=(--environment dev --target "$target" ${more[@]+"${more[@]}"})
  if $plan_only; then how+=(--plan-only); fi
  if $auto_approve; then how+=(--auto-approve); fi
  sam-deploy deploy "${how[@]}"
}

promote() {
  local how=("$environment" --target "$target" "${strategy[@]}")
  if [[ -n $approve ]]; then
    sam-deploy approve "${how[@]}" --out "$approve"
    exit 0
  fi
  if $plan_only; then how+=(--dry-run); fi
  if $auto_approve; then how+=(--auto-approve); fi
  if [[ -n $approval_file ]]; then how+=(--approval-file "$approval_file"); fi
  sam-deploy promote "${how[@]}"
}

url() {
  if [[ $target == aws ]]; then
    sam-deploy outputs --target aws --environment "$environment" --name "$output"
  else
    sam-deploy cloud url --environment "$environment"
  fi
}

if [[ $environment == dev ]]; then deploy; else promote; fi
if $plan_only; then exit 0; fi
address=$(url)
node scripts/post-deploy.mjs "$environment" "$address"
