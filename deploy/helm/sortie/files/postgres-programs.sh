# Read by the scripts beside it. Debian keeps what runs a server in a folder a version, off PATH.
for folder in /usr/lib/postgresql/*/bin; do
  if [ -d "$folder" ]; then PATH="$folder:$PATH"; fi
done
export PATH
umask 077

# The password without the line end that most editors and commands put behind it.
password=$(cat "$PASSWORD_FILE")
case "$password" in
  '') echo "$PASSWORD_FILE is empty: put the password into the Secret that it comes from." >&2; exit 1 ;;
  *"
"*) echo "$PASSWORD_FILE has more than one line: put the password alone into its Secret." >&2; exit 1 ;;
esac
