# Starts the primary: makes a cluster where there is none yet, and gives the roles the passwords of today.
set -eu
. "$SCRIPTS/postgres-programs.sh"

# One statement a line, to a server that nobody can reach; in quotes, a quote is written twice.
tell() {
  postgres --single -j -D "$1" -c log_min_messages=warning "$2" > "$SCRATCH/told" 2>&1 || {
    cat "$SCRATCH/told" >&2
    exit 1
  }
  # A server that nobody can reach ends well whatever it was told.
  if grep -q 'ERROR:' "$SCRATCH/told"; then
    grep 'ERROR:' "$SCRATCH/told" >&2
    exit 1
  fi
}
quoted=$(printf '%s' "$password" | sed "s/'/''/g")

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Whatever a start that was cut short has left there was never used.
  rm -rf "$PGDATA.draft"
  printf '%s' "$password" > "$SCRATCH/password"
  initdb -D "$PGDATA.draft" -U postgres -E UTF8 --locale=C.UTF-8 --data-checksums \
    --auth-local=trust --auth-host=scram-sha-256 --pwfile="$SCRATCH/password" > "$SCRATCH/told"
  rm "$SCRATCH/password"
  tell "$PGDATA.draft" postgres <<SQL
CREATE ROLE "$DATABASE_USER" LOGIN;

CREATE ROLE replicator LOGIN REPLICATION;

CREATE DATABASE "$DATABASE_NAME" OWNER "$DATABASE_USER";

SQL
  mv "$PGDATA.draft" "$PGDATA"
fi
tell "$PGDATA" postgres <<SQL
ALTER ROLE "$DATABASE_USER" PASSWORD '$quoted';

ALTER ROLE replicator PASSWORD '$quoted';

SQL
unset password quoted
exec postgres -D "$PGDATA" -c listen_addresses='*' -c port="$PORT" -c unix_socket_directories="$SOCKETS" \
  -c hba_file="$SCRIPTS/pg_hba.conf" -c max_connections="$CONNECTIONS_MAX" \
  -c wal_level=replica -c max_wal_senders=10 -c max_replication_slots=10 -c max_slot_wal_keep_size=4GB
