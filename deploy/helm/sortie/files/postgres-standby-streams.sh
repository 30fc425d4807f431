# Answers whether a standby follows its primary: `ready` wants it to, `live` lets it be while the primary is away.
set -eu
for folder in /usr/lib/postgresql/*/bin; do
  if [ -d "$folder" ]; then PATH="$folder:$PATH"; fi
done
streams=$(psql -h "$SOCKETS" -p "$PORT" -U postgres -d postgres -Atc "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'")
if [ "$streams" = 1 ]; then exit 0; fi
if [ "$1" = live ] && ! pg_isready -q -h "$PRIMARY" -p "$PRIMARY_PORT" -t 3; then exit 0; fi
echo 'This standby does not follow its primary.' >&2
exit 1
