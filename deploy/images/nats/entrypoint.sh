#!/bin/sh
# Runs nats-server on the mounted configuration, and has it read that again whenever it was written anew: a new version
# of Sortie may need other permissions.
set -eu
CONFIG=${SORTIE_NATS_CONFIG:-/etc/nats/nats-server.conf}
LOOK_EVERY_S=2

[ -r "$CONFIG" ] || {
  echo "There is no $CONFIG: mount the folder that 'sortie stack init' or 'sortie nats config' wrote, or name the file in SORTIE_NATS_CONFIG." >&2
  exit 1
}

stamp() { stat -c '%Y %i' "$CONFIG" 2>/dev/null || echo "$read_as"; }

read_as=''
read_as=$(stamp)
nats-server --config "$CONFIG" "$@" &
server=$!
# The server drains its clients on the first of them and stops.
trap 'kill -TERM "$server" 2>/dev/null || true' TERM INT
while kill -0 "$server" 2>/dev/null; do
  # A signal ends the wait at once.
  sleep "$LOOK_EVERY_S" &
  wait $! || true
  now=$(stamp)
  if [ "$now" != "$read_as" ]; then
    read_as=$now
    echo "$CONFIG was written anew: the server reads it again." >&2
    kill -HUP "$server" 2>/dev/null || true
  fi
done
wait "$server"
