#!/bin/sh
# The display of one desktop. Arguments: its size (1280x800), the seconds that it may last, its title.
#
# Order: display, window manager, app. The window manager must stand before the app shows a window; it maximises every
# window and focuses the newest, so typing reaches the app wherever the pointer is.
# The session's folder, /run/sortie, is how it tells: `rfb.sock` is the viewer's socket, `display` appears once an app
# may be started, `window` once one shows a window.
# The X11 folder is shared with the app, which can only read it: the socket and the cookie that opens it.
#
# Ends: with the X server. This is the first process of the session's process namespace, so the kernel then ends the
# app as well: nothing of a session outlives its time, whether or not a Sortie is there to end it.
set -u
size=$1 seconds=$2 title=$3
told=/run/sortie
cookie=/tmp/.X11-unix/.cookie
export DISPLAY=:0 XAUTHORITY="$cookie"
umask 077
server=
trap '[ -z "$server" ] || kill "$server"; exit 143' TERM INT

# One entry for every host and display (family 0xffff, Xsecurity(7)): the two containers have names of their own.
{
  printf '\377\377\000\000\000\000\000\022MIT-MAGIC-COOKIE-1\000\020'
  head -c 16 /dev/urandom
} >"$cookie"
chmod 0444 "$cookie"

mkfifo /tmp/ready /tmp/windows
timeout --kill-after=5 "$seconds" Xtigervnc :0 -displayfd 4 -geometry "$size" -depth 24 -dpi 96 -desktop "$title" \
  -rfbport -1 -rfbunixpath "$told/rfb.sock" -rfbunixmode 0600 -auth "$cookie" \
  -SecurityTypes None -AlwaysShared -UseBlacklist=0 -AcceptSetDesktopSize=1 \
  -nolisten tcp -nolisten local -noreset -s 0 -extension GLX 4>/tmp/ready &
server=$!
read -r number </tmp/ready
if [ -z "${number:-}" ]; then
  echo 'The display server did not start.' >&2
  exit 1
fi

matchbox-window-manager -use_titlebar no -kbdconfig /dev/null &
manager=$!
while kill -0 "$server" && kill -0 "$manager"; do
  case $(xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null) in *0x*) break ;; esac
  sleep 0.01
done
kill -0 "$server" || exit 1
if ! kill -0 "$manager"; then
  echo 'The window manager ended.' >&2
  kill "$server"
  exit 1
fi

xprop -root -spy _NET_CLIENT_LIST >/tmp/windows 2>/dev/null &
watch=$!
: >"$told/display"
while read -r line; do
  case $line in *0x*) : >"$told/window"; break ;; esac
done </tmp/windows
kill "$watch" 2>/dev/null

# Waits for the server, and meanwhile takes the orphans that the app leaves, as every first process has to.
status=0
while kill -0 "$server" 2>/dev/null; do
  wait "$server"
  status=$?
done
exit "$status"
