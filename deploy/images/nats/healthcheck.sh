#!/bin/bash
# Asks the server whether its streams can be used; the monitoring port is open inside the container only.
PORT=${SORTIE_NATS_MONITORING_PORT:-8222}
exec 3<>"/dev/tcp/127.0.0.1/$PORT" || exit 1
printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
answer=$(cat <&3)
echo "${answer##*$'\n'}"
[[ $answer == HTTP/1.?' 200 '* ]]
