#!/bin/sh
# Starts PostgreSQL on $PGDATA: owner, initdb if needed, role and databases, server. May be killed at any line: the next
# start goes on from there. Arguments are handed to the server, as in: -c shared_buffers=256MB
set -eu
umask 077
trap 'exit 143' INT TERM

MAJOR=17
SHARE=/usr/local/share/sortie-postgres
# What initdb makes lies here until it is whole.
DRAFT="$PGDATA/.initdb"

refuse() {
  echo "$1" >&2
  exit 1
}

# Started as root, it does its work as the user postgres and keeps the environment; else as whoever it is.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

own_data_folder() {
  owner=$(stat -c %u "$PGDATA")
  [ "$owner" = 70 ] && return
  [ "$(id -u)" = 0 ] || refuse "$PGDATA belongs to user $owner: start this container as root, which gives it to user 70, or do so yourself."
  echo "Giving $PGDATA to the user postgres (70); it belonged to user $owner."
  chown -R postgres:postgres "$PGDATA"
  chmod 0700 "$PGDATA"
}

foreign_files() {
  find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name .initdb
}

# PG_VERSION comes last: a folder that has one is whole.
init_data_folder() {
  if [ -f "$PGDATA/PG_VERSION" ]; then
    rm -rf "$DRAFT"
    return
  fi
  if [ ! -d "$DRAFT" ] && [ -n "$(foreign_files)" ]; then
    refuse "$PGDATA holds files and no database: give PostgreSQL an empty folder of its own, or put the missing PG_VERSION back."
  fi
  # The draft shows whose files these are, so it goes after them.
  find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name .initdb -exec rm -rf {} +
  rm -rf "$DRAFT"
  as_postgres mkdir "$DRAFT"
  as_postgres initdb --pgdata="$DRAFT" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
    --auth-local=trust --auth-host=scram-sha-256
  as_postgres find "$DRAFT" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$PGDATA" {} +
  sync "$PGDATA"
  as_postgres mv "$DRAFT/PG_VERSION" "$PGDATA"
  sync "$PGDATA"
  rmdir "$DRAFT"
}

require_version() {
  found=$(cat "$PGDATA/PG_VERSION")
  [ "$found" = "$MAJOR" ] || refuse "$PGDATA is of PostgreSQL $found, and this is $MAJOR: dump it with $found and restore it into an empty folder, or give Sortie an empty one; it builds its tables again from its log."
}

read_password() {
  file=${SORTIE_DB_PASSWORD_FILE:?SORTIE_DB_PASSWORD_FILE must name the file that holds the password of the role sortie}
  [ -r "$file" ] || refuse "SORTIE_DB_PASSWORD_FILE names $file, which can't be read."
  password=$(cat "$file")
  [ -n "$password" ] || refuse "SORTIE_DB_PASSWORD_FILE names $file, which is empty."
}

# On a socket that nobody else knows, so that nobody gets in before the password is set. A statement with the password
# in it is never logged.
prepare_databases() {
  private=$(as_postgres mktemp -d)
  as_postgres pg_ctl --silent --wait --timeout=3600 start --options="-c listen_addresses='' -c log_min_error_statement=panic -c unix_socket_directories=$private"
  SORTIE_DB_PASSWORD=$password as_postgres psql --no-psqlrc --quiet --host="$private" --username=postgres \
    --dbname=postgres --file="$SHARE/prepare.sql"
  as_postgres pg_ctl --silent --wait --timeout=3600 stop
  as_postgres rmdir "$private"
}

[ -d "$PGDATA" ] || refuse "$PGDATA is no folder: mount a volume there."
own_data_folder
init_data_folder
require_version
read_password
prepare_databases
[ -d "$PGRUNDIR" ] || as_postgres mkdir "$PGRUNDIR"

set -- postgres -c listen_addresses='*' -c unix_socket_directories="$PGRUNDIR" -c hba_file="$SHARE/pg_hba.conf" "$@"
# setpriv becomes the server; runuser would stay above it and kill it two seconds after a stop.
if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid=70 --regid=70 --init-groups "$@"; fi
exec "$@"
