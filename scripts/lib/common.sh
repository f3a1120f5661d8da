# shellcheck shell=bash
# What every script here shares: messages, free ports, waiting for an event, stopping a process that we started.
# To be sourced, after `set -euo pipefail`, by a script that has set `root` to the top of the tree.

# shellcheck disable=SC2034 # for those who source this
venv=${LIGHTMAIL_VENV:-${root:?}/.venv}

say() { printf '==> %s\n' "$*" >&2; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# as_root COMMAND...: runs COMMAND as root, through sudo when we are somebody else.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "root is needed for: $* (neither root nor sudo here)"
    fi
}

random_secret() { openssl rand -hex 16; }

# A port of 127.0.0.1 that is free at this moment.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# port_or_free PORT: PORT when nobody listens there, else any free one.
port_or_free() {
    python3 - "$1" <<'PY'
import socket
import sys

for port in (int(sys.argv[1]), 0):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(listener.getsockname()[1])
        break
PY
}

# socket_dir DIR: DIR, or a fresh folder under /tmp when a UNIX socket in DIR would have a path that is too long (sun_path
# holds 108 bytes), or one with characters that Postfix and others would trip over.
socket_dir() {
    if [ ${#1} -le 80 ] && [[ $1 != *[[:space:]:]* ]]; then
        printf '%s\n' "$1"
    else
        mktemp -d "${TMPDIR:-/tmp}/lightmail.XXXXXX"
    fi
}

# process_lives PID
process_lives() {
    local state
    # A zombie is dead, though `kill -0` would still find it.
    state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 1
    [ -n "$state" ] && [ "$state" != Z ]
}

# wait_until SECONDS PID LOG COMMAND...: runs COMMAND until it succeeds. Fails at once, and shows the end of LOG, when the
# process PID is gone, or when SECONDS have passed.
wait_until() {
    local deadline=$((SECONDS + $1)) pid=$2 log=$3
    shift 3
    until "$@" >/dev/null 2>&1; do
        if ! process_lives "$pid"; then
            tail -n 20 "$log" >&2 || true
            die "process $pid died while we waited for it; its log is $log"
        fi
        if [ "$SECONDS" -ge "$deadline" ]; then
            tail -n 20 "$log" >&2 || true
            die "process $pid did not become ready in time; its log is $log"
        fi
        sleep 0.05
    done
}

# running PIDFILE: whether the process that PIDFILE names lives and is ours: its command line names PIDFILE's folder, so that a
# pid which the kernel gave to somebody else later, or another stack's daemon, is never taken for it.
running() {
    local pid
    [ -s "$1" ] || return 1
    read -r pid <"$1" || return 1
    process_lives "$pid" && tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep --quiet --fixed-strings "$(dirname "$1")/"
}

# stop PIDFILE [SECONDS]: asks the process to end, waits for it, and kills it when it has not ended in time (20 s).
stop() {
    local pid deadline=$((SECONDS + ${2:-20}))
    if running "$1"; then
        read -r pid <"$1"
        kill -TERM "$pid" 2>/dev/null || true
        while process_lives "$pid"; do
            if [ "$SECONDS" -ge "$deadline" ]; then
                say "$(basename "$1" .pid) did not end in time: killing it"
                kill -KILL "$pid" 2>/dev/null || true
                break
            fi
            sleep 0.05
        done
    fi
    rm -f "$1"
}
