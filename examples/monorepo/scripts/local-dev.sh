#!/usr/bin/env bash
# Works on the services on this computer: no account, no Docker.
set -euo pipefail
cd "$(dirname "$0")/.."

usage="usage: scripts/local-dev.sh --mode api|invoke|build|logs [options]

  --mode api [--port 3000]             deploy dev to the embedded cloud, and each saved file again
  --mode invoke --service SERVICE      call a service's archive in this terminal, with the variables
      [--event FILE] [--inspect PORT]  and tables of dev; --inspect waits for a debugger of Node
  --mode build                         types, unit tests, archives
  --mode logs                          follow what the services log

  SERVICE: user-service, event-service, notification-service"

refuse() {
  printf 'local-dev.sh: %s\n\n%s\n' "$1" "$usage" >&2
  exit 2
}

mode="" port="" service="" event="" inspect=""
while (($#)); do
  case $1 in
    --mode | --port | --service | --event | --inspect)
      [[ $# -ge 2 ]] || refuse "$1 needs a value"
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    *) refuse "\`$1\` is not known" ;;
  esac
  shift
done

case $mode in
  api)
    [[ -d node_modules ]] || npm install
    sam-deploy cloud start ${port:+--port "$port"}
    exec sam-deploy deploy --environment dev --target embedded --watch
    ;;
  invoke)
    [[ -n $service ]] || refuse "--mode invoke needs --service"
    exec node ${inspect:+"--inspect-brk=127.0.0.1:$inspect"} --enable-source-maps \
      scripts/invoke.mjs "$service" ${event:+"$event"}
    ;;
  build) exec scripts/build.sh ;;
  logs) exec sam-deploy logs --target embedded --environment dev --follow ;;
  "") refuse "--mode is missing" ;;
  *) refuse "there is no mode \`$mode\`" ;;
esac
