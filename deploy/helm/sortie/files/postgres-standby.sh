# Starts a standby: copies the primary anew with each start, so that a copy that fell too far behind, or went another way
# than a primary that was put back, mends itself by a restart.
set -eu
. "$SCRIPTS/postgres-programs.sh"

slot=$(printf '%s' "$HOSTNAME" | tr -c 'a-z0-9' '_')
# host:port:database:user:password, where `:` and `\` are written with a `\` before them.
printf '*:*:*:replicator:%s\n' "$(printf '%s' "$password" | sed 's/[:\\]/\\&/g')" > "$SCRATCH/passwords"
unset password
export PGPASSFILE="$SCRATCH/passwords"
primary="host=$PRIMARY port=$PRIMARY_PORT user=replicator dbname=postgres connect_timeout=5"

rm -rf "$PGDATA"
# The primary keeps for a slot what its standby has not read yet (4 GB at most). There is one for each name of a pod.
psql "$primary replication=true" -c "DROP_REPLICATION_SLOT $slot" > "$SCRATCH/told" 2>&1 ||
  grep -q 'does not exist' "$SCRATCH/told" || { cat "$SCRATCH/told" >&2; exit 1; }
pg_basebackup -d "$primary" -D "$PGDATA" -X stream --checkpoint=fast --create-slot --slot="$slot"
touch "$PGDATA/standby.signal"
exec postgres -D "$PGDATA" -c listen_addresses='*' -c port="$PORT" -c unix_socket_directories="$SOCKETS" \
  -c hba_file="$SCRIPTS/pg_hba.conf" -c max_connections="$CONNECTIONS_MAX" -c hot_standby=on \
  -c primary_conninfo="host=$PRIMARY port=$PRIMARY_PORT user=replicator passfile=$PGPASSFILE application_name=$HOSTNAME" \
  -c primary_slot_name="$slot"
