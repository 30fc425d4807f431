import { LOG_BLOCK_BYTES, LOG_BLOCKS_MAX } from './process-limits.js';
import { SESSION_FILES } from './process-folder.js';

/** Shows the script in a process list for what it is. */
const SUPERVISOR_NAME = 'sortie-session';

/** The program whose end means that the display is gone. */
export const DISPLAY_PROGRAM = 'Xtigervnc';

/**
 * The first process of every session, a POSIX shell script; it runs as the session's uid, or inside its
 * sandbox, so it holds no right that the app has not.
 *
 * Order: display, window manager, app. The window manager must stand before the app shows a window: with
 * both started at once, openbox left xterm unmanaged and unfocused in about one start of thirty.
 * It maximises every window and focuses the newest, so typing reaches the app wherever the pointer is and
 * the app fills the display when a viewer resizes it (matchbox: one process, no decoration, no shortcuts).
 * The display server exchanges PRIMARY and CLIPBOARD with viewers by itself since TigerVNC 1.10.
 *
 * The display's number is the session's own, made from its uid. With -displayfd alone it would be the first
 * free one from 0, and with -nolisten local a number counts as free when its socket can be unlinked: any
 * display that root starts the same way takes over a session's socket in /tmp/.X11-unix (seen in a test run).
 *
 * Ends: app ends -> its watcher writes the reason and ends the display; display ends -> all its clients
 * do, and the script. Descriptor 3 tells the server `up`; a server that died meanwhile ends the session.
 * Both may see an end at once: the reason is linked into place, which succeeds once and whole.
 * Before the app runs, TERM ends the display; from then on it is for the app alone (`trap :`), which gets
 * its time before the display goes.
 * -MaxDisconnectionTime is the session's whole lifetime: it never cuts a session that may still run, and
 * it ends what a crashed server leaves when no other server ever comes to adopt or reap it.
 */
const SUPERVISOR_SCRIPT = `
screen=$1 geometry=$2 lifetime=$3 glx=$4 title=$5
shift 5
export DISPLAY=":$screen"
umask 077
trap '[ -z "$display" ] || kill "$display"; exit 143' TERM
echo 500 2>/dev/null >/proc/self/oom_score_adj
display=
mkfifo output ready windows

( trap '' TERM; exec 3>&-
  dd bs=${LOG_BLOCK_BYTES} count=${LOG_BLOCKS_MAX} of=${SESSION_FILES.log} 2>/dev/null
  exec cat >/dev/null ) <output >/dev/null 2>&1 &
exec >output 2>&1 </dev/null

writer=display
end() {
  echo "$1" >"end.$writer" && ln "end.$writer" ${SESSION_FILES.end} 2>/dev/null
  rm -f "end.$writer"
}

${DISPLAY_PROGRAM} "$DISPLAY" -displayfd 4 -geometry "$geometry" -depth 24 -dpi 96 -desktop "$title" \\
  -rfbport -1 -rfbunixpath ${SESSION_FILES.socket} -rfbunixmode 0600 -auth ${SESSION_FILES.cookie} \\
  -SecurityTypes None -AlwaysShared -UseBlacklist=0 -AcceptSetDesktopSize=1 \\
  -nolisten tcp -nolisten local -noreset -s 0 -MaxDisconnectionTime "$lifetime" \\
  "$glx" GLX 4>ready 3>&- &
display=$!
read -r number <ready
if [ -z "$number" ]; then end 'the display server did not start'; exit 1; fi

matchbox-window-manager -use_titlebar no -kbdconfig /dev/null 3>&- &
manager=$!
while kill -0 "$display" && kill -0 "$manager"; do
  case $(xprop -root _NET_SUPPORTING_WM_CHECK 3>&- 2>/dev/null) in *0x*) break ;; esac
  sleep 0.01
done
kill -0 "$display" || { end 'the display server ended'; exit 1; }
kill -0 "$manager" || { end 'the window manager ended'; kill "$display"; exit 1; }

xprop -root -spy _NET_CLIENT_LIST >windows 2>/dev/null 3>&- &
watch=$!
trap : TERM
( trap : TERM; exec 3>&-
  writer=app
  cd "$HOME" && "$@"
  status=$?
  cd ..
  case $status in
    127) end "the app's program $1 was not found" ;;
    *) end "the app ended with status $status" ;;
  esac
  kill "$display" ) &

while read -r line; do
  case $line in *0x*) echo up >&3; break ;; esac
done <windows
exec 3>&-
kill "$watch" 2>/dev/null

while kill -0 "$display" 2>/dev/null; do wait "$display"; done
end 'the display server ended'
`;

/** More than any range of uids holds, and beyond the numbers that people give their displays. */
const DISPLAY_NUMBERS = 50_000;

/** What the supervisor starts. */
export interface SupervisedApp {
  readonly command: readonly string[];
  readonly gl: boolean;
  readonly geometry: { readonly width: number; readonly height: number };
  readonly lifetimeSeconds: number;
  readonly title: string;
}

/** The command line of a session's first process; it runs in the session's folder. */
export function supervisorCommand(app: SupervisedApp, uid: number): string[] {
  return [
    ...['/bin/sh', '-c', SUPERVISOR_SCRIPT, SUPERVISOR_NAME],
    String(uid % DISPLAY_NUMBERS),
    `${app.geometry.width}x${app.geometry.height}`,
    // 0 would mean for ever.
    String(Math.max(1, Math.ceil(app.lifetimeSeconds))),
    // GLX loads a software renderer of some 100 MB and makes a start 32 ms slower: only for apps that ask.
    app.gl ? '+extension' : '-extension',
    app.title,
    ...app.command,
  ];
}
