# shellcheck shell=bash
# The development stack: its settings, its start and its stop. To be sourced after common.sh and servers.sh.

run=${LIGHTMAIL_RUN_DIR:-${root:?}/.run}
mkdir -p "$run"
run=$(cd "$run" && pwd -P)
binaries=${LIGHTMAIL_BIN_DIR:-$root/.build/${LIGHTMAIL_BUILD:-release}}
daemons=(lightmail-lmtpd lightmail-imapd lightmail-pop3d lightmail-smtpd lightmail-gcd lightmail-apid)

# recorded KEY: what the last run wrote into stack.env.
recorded() {
    [ -f "$run/stack.env" ] || return 0
    # shellcheck disable=SC1091 # made by us
    (unset "$1" && . "$run/stack.env" && printf '%s' "${!1:-}")
}

# choose_port KEY DEFAULT NAME: sets KEY to the port that the process NAME has, or shall have.
choose_port() {
    local key=$1 port
    if running "$run/$3.pid"; then
        port=$(recorded "$key")
    elif [ -n "${!key:-}" ]; then
        port=$(port_or_free "${!key}")
        [ "$port" = "${!key}" ] || die "port ${!key}, which $key asks for, is taken"
    else
        port=$(recorded "$key")
        port=$(port_or_free "${port:-$2}")
    fi
    # Two settings must not meet on one port, and a port is free as long as nobody has started.
    while [[ " ${chosen[*]} " = *" $port "* ]]; do port=$(free_port); done
    chosen+=("$port")
    printf -v "$key" '%s' "$port"
}

# choose_secret KEY: sets KEY from the environment, from the last run, or by chance.
choose_secret() {
    local value=${!1:-}
    [ -n "$value" ] || value=$(recorded "$1")
    [ -n "$value" ] || value=$(random_secret)
    printf -v "$1" '%s' "$value"
}

# The folder of the UNIX sockets: the run folder, or one under /tmp when the run folder's path is too long for a socket.
choose_socket_dir() {
    local last
    last=$(recorded LIGHTMAIL_SOCKET_DIR)
    if [ -n "${LIGHTMAIL_SOCKET_DIR:-}" ]; then
        mkdir -p "$LIGHTMAIL_SOCKET_DIR"
    elif [ -n "$last" ] && [ -O "$last" ]; then
        LIGHTMAIL_SOCKET_DIR=$last
    else
        LIGHTMAIL_SOCKET_DIR=$(socket_dir "$run")
    fi
}

# Each setting is written to stack.env by its name.
# shellcheck disable=SC2034
choose_settings() {
    local chosen=()
    choose_port LIGHTMAIL_DB_PORT 13306 mariadbd
    choose_port LIGHTMAIL_S3_PORT 19000 s3
    choose_port LIGHTMAIL_IMAP_PORT 1143 lightmail-imapd
    choose_port LIGHTMAIL_IMAPS_PORT 1993 lightmail-imapd
    choose_port LIGHTMAIL_IMAPD_METRICS_PORT 19143 lightmail-imapd
    choose_port LIGHTMAIL_POP3_PORT 1110 lightmail-pop3d
    choose_port LIGHTMAIL_POP3S_PORT 1995 lightmail-pop3d
    choose_port LIGHTMAIL_POP3D_METRICS_PORT 19110 lightmail-pop3d
    choose_port LIGHTMAIL_LMTPD_METRICS_PORT 19024 lightmail-lmtpd
    choose_port LIGHTMAIL_SMTP_PORT 1025 lightmail-smtpd
    choose_port LIGHTMAIL_SUBMISSION_PORT 1587 lightmail-smtpd
    choose_port LIGHTMAIL_SUBMISSIONS_PORT 1465 lightmail-smtpd
    choose_port LIGHTMAIL_SMTPD_METRICS_PORT 19025 lightmail-smtpd
    choose_port LIGHTMAIL_GCD_METRICS_PORT 19099 lightmail-gcd
    choose_port LIGHTMAIL_API_PORT 18080 lightmail-apid
    choose_port LIGHTMAIL_APID_METRICS_PORT 19080 lightmail-apid
    choose_secret LIGHTMAIL_API_TOKEN
    choose_secret LIGHTMAIL_DB_PASSWORD
    choose_secret LIGHTMAIL_S3_SECRET_KEY
    known_password=$(recorded LIGHTMAIL_PASSWORD)
    choose_secret LIGHTMAIL_PASSWORD
    choose_socket_dir
    LIGHTMAIL_LMTP_SOCKET=$LIGHTMAIL_SOCKET_DIR/lmtp.sock
    LIGHTMAIL_DB_SOCKET=$LIGHTMAIL_SOCKET_DIR/mariadb.sock
    LIGHTMAIL_DB_NAME=lightmail
    LIGHTMAIL_DB_USER=lightmail
    LIGHTMAIL_S3_ENDPOINT=${LIGHTMAIL_EXTERNAL_S3:-http://127.0.0.1:$LIGHTMAIL_S3_PORT}
    LIGHTMAIL_S3_BUCKET=mails
    LIGHTMAIL_S3_REGION=us-east-1
    LIGHTMAIL_S3_ACCESS_KEY=lightmail
    LIGHTMAIL_USER=user@example.com
    LIGHTMAIL_CONFIG=$run/config.ini
}

write_environment() {
    local key
    (
        umask 077
        for key in LIGHTMAIL_IMAP_PORT LIGHTMAIL_IMAPS_PORT LIGHTMAIL_POP3_PORT LIGHTMAIL_POP3S_PORT \
            LIGHTMAIL_LMTP_SOCKET LIGHTMAIL_DB_SOCKET LIGHTMAIL_DB_PORT \
            LIGHTMAIL_DB_NAME LIGHTMAIL_DB_USER LIGHTMAIL_DB_PASSWORD LIGHTMAIL_S3_ENDPOINT LIGHTMAIL_S3_PORT \
            LIGHTMAIL_S3_BUCKET LIGHTMAIL_S3_REGION LIGHTMAIL_S3_ACCESS_KEY LIGHTMAIL_S3_SECRET_KEY LIGHTMAIL_USER \
            LIGHTMAIL_PASSWORD LIGHTMAIL_CONFIG LIGHTMAIL_IMAPD_METRICS_PORT LIGHTMAIL_LMTPD_METRICS_PORT \
            LIGHTMAIL_SMTP_PORT LIGHTMAIL_SUBMISSION_PORT LIGHTMAIL_SUBMISSIONS_PORT LIGHTMAIL_SMTPD_METRICS_PORT \
            LIGHTMAIL_POP3D_METRICS_PORT LIGHTMAIL_GCD_METRICS_PORT LIGHTMAIL_API_PORT LIGHTMAIL_API_TOKEN \
            LIGHTMAIL_APID_METRICS_PORT LIGHTMAIL_SOCKET_DIR; do
            printf '%s=%q\n' "$key" "${!key}"
        done >"$run/stack.env.new"
    )
    mv "$run/stack.env.new" "$run/stack.env"
}

write_configuration() {
    (
        umask 077
        cat >"$run/config.ini.new" <<INI
# Written by scripts/stack at each start; what you change here is lost. config.ini.example has every key.
[system]
hostname = localhost
owner = $(id -un)
group = ${LIGHTMAIL_SOCKET_GROUP:-$(id -gn)}

[database]
socket = $LIGHTMAIL_DB_SOCKET
user = $LIGHTMAIL_DB_USER
password = $LIGHTMAIL_DB_PASSWORD
database = $LIGHTMAIL_DB_NAME

[s3]
endpoint = $LIGHTMAIL_S3_ENDPOINT
bucket = $LIGHTMAIL_S3_BUCKET
region = $LIGHTMAIL_S3_REGION
access_key = $LIGHTMAIL_S3_ACCESS_KEY
secret_key = $LIGHTMAIL_S3_SECRET_KEY
use_ssl = 0
path_style = true

[imap]
bind = 127.0.0.1
port = $LIGHTMAIL_IMAP_PORT
ssl_port = $LIGHTMAIL_IMAPS_PORT
enable_ssl = true
tls_cert = $run/tls/cert.pem
tls_key = $run/tls/key.pem
tls_only = false
max_connections = 10000

[pop3]
bind = 127.0.0.1
port = $LIGHTMAIL_POP3_PORT
ssl_port = $LIGHTMAIL_POP3S_PORT
enable_ssl = true
tls_cert = $run/tls/cert.pem
tls_key = $run/tls/key.pem
tls_only = false

[lmtp]
socket = $LIGHTMAIL_LMTP_SOCKET

[api]
bind = 127.0.0.1
port = $LIGHTMAIL_API_PORT
token = $LIGHTMAIL_API_TOKEN
rate_limit_requests = 0
rate_limit_failures = 0

[smtp_server]
bind = 127.0.0.1
port = $LIGHTMAIL_SMTP_PORT
submission_port = $LIGHTMAIL_SUBMISSION_PORT
smtps_port = $LIGHTMAIL_SUBMISSIONS_PORT
enable_ssl = true
tls_cert = $run/tls/cert.pem
tls_key = $run/tls/key.pem
max_connections = 10000

[cache]
directory = $run/cache
spool_directory = $run/spool

[metrics]
bind = 127.0.0.1
imapd_port = $LIGHTMAIL_IMAPD_METRICS_PORT
pop3d_port = $LIGHTMAIL_POP3D_METRICS_PORT
lmtpd_port = $LIGHTMAIL_LMTPD_METRICS_PORT
smtpd_port = $LIGHTMAIL_SMTPD_METRICS_PORT
gcd_port = $LIGHTMAIL_GCD_METRICS_PORT
apid_port = $LIGHTMAIL_APID_METRICS_PORT
INI
    )
    mv "$run/config.ini.new" "$run/config.ini"
}

# start_daemon NAME COMMAND...: starts the daemon and waits until COMMAND succeeds. It takes its settings from config.ini
# and the words of LIGHTMAIL_OVERRIDES: any other LIGHTMAIL_ variable of the caller would override a key unasked.
start_daemon() {
    local name=$1 clean=() overrides=() variable
    read -r -a overrides <<<"${LIGHTMAIL_OVERRIDES:-}"
    shift
    running "$run/$name.pid" && return
    for variable in $(compgen -e LIGHTMAIL_ || true); do clean+=("--unset=$variable"); done
    setsid env "${clean[@]}" "${overrides[@]}" "$binaries/$name" --config "$run/config.ini" >>"$run/logs/$name.log" 2>&1 </dev/null &
    printf '%s\n' $! >"$run/$name.pid"
    wait_until 30 $! "$run/logs/$name.log" "$@"
}

# ready PORT: whether the daemon whose metrics are on PORT says that it is ready.
ready() { curl --fail --silent --max-time 5 --output /dev/null "http://127.0.0.1:$1/ready"; }

control() { "$binaries/lightmailctl" --config "$run/config.ini" "$@"; }

# lists NAME ARGUMENT...: whether NAME stands first in a line of what lightmailctl ARGUMENT... lists.
lists() { control "${@:2}" | cut -f 1 | grep --line-regexp --fixed-strings "$1" >/dev/null; }

# The schema, the domain and the account; each only when it is missing.
prepare_accounts() {
    control migrate >>"$run/logs/lightmailctl.log" 2>&1 || { tail -n 20 "$run/logs/lightmailctl.log" >&2; die "migrate failed"; }
    lists example.com domain list || control domain add example.com >/dev/null
    if ! lists "$LIGHTMAIL_USER" account list; then
        printf '%s\n' "$LIGHTMAIL_PASSWORD" | control account add "$LIGHTMAIL_USER" --password-stdin >/dev/null
    elif [ "$LIGHTMAIL_PASSWORD" != "$known_password" ]; then
        # stack.env was lost, or the environment wants another; what stack.env says now shall be true.
        printf '%s\n' "$LIGHTMAIL_PASSWORD" | control account passwd "$LIGHTMAIL_USER" --password-stdin >/dev/null
    fi
}

welcome() {
    [ -e "$run/welcomed" ] && return
    { printf 'Date: %s\n' "$(LC_ALL=C date -R)" && cat "$root/deploy/welcome.eml"; } |
        python3 "$root/scripts/deliver" "$LIGHTMAIL_LMTP_SOCKET" "$LIGHTMAIL_USER" >/dev/null
    touch "$run/welcomed"
}

up() {
    local name
    for name in "${daemons[@]}" lightmailctl; do
        [ -x "$binaries/$name" ] || die "$binaries/$name is missing: build it first (make build)"
    done
    exec 8>"$run/lock"
    flock 8 || die "cannot lock $run/lock"
    mkdir -p "$run/logs" "$run/tls" "$run/cache" "$run/spool"
    chmod 700 "$run/logs" "$run/cache" "$run/spool"
    # Thousands of idle sessions need as many descriptors.
    ulimit -n "$(ulimit -Hn)"
    choose_settings
    write_environment
    write_configuration
    self_signed "$run/tls/cert.pem" "$run/tls/key.pem"
    # The lock is for us, not for what we start.
    {
        running "$run/mariadbd.pid" || start_mariadb "$run/mariadb" "$LIGHTMAIL_DB_SOCKET" "$LIGHTMAIL_DB_PORT" \
            "$LIGHTMAIL_DB_USER" "$LIGHTMAIL_DB_PASSWORD" "$LIGHTMAIL_DB_NAME" "$run/mariadbd.pid"
        [ -n "${LIGHTMAIL_EXTERNAL_S3:-}" ] || running "$run/s3.pid" || start_s3 "$run/s3" "$LIGHTMAIL_S3_PORT" "$LIGHTMAIL_S3_ACCESS_KEY" \
            "$LIGHTMAIL_S3_SECRET_KEY" "$LIGHTMAIL_S3_BUCKET" "$LIGHTMAIL_S3_REGION" "$run/s3.pid"
        prepare_accounts
        start_daemon lightmail-lmtpd ready "$LIGHTMAIL_LMTPD_METRICS_PORT"
        start_daemon lightmail-imapd ready "$LIGHTMAIL_IMAPD_METRICS_PORT"
        start_daemon lightmail-pop3d ready "$LIGHTMAIL_POP3D_METRICS_PORT"
        start_daemon lightmail-smtpd ready "$LIGHTMAIL_SMTPD_METRICS_PORT"
        start_daemon lightmail-gcd ready "$LIGHTMAIL_GCD_METRICS_PORT"
        start_daemon lightmail-apid ready "$LIGHTMAIL_APID_METRICS_PORT"
        welcome
    } 8>&-
    exec 8>&-
    connection_help
}

connection_help() {
    cat <<EOT

LightMail is running.

  IMAP      127.0.0.1:$LIGHTMAIL_IMAP_PORT (in clear, and STARTTLS), 127.0.0.1:$LIGHTMAIL_IMAPS_PORT (TLS, certificate $run/tls/cert.pem)
  POP3      127.0.0.1:$LIGHTMAIL_POP3_PORT (in clear, and STLS), 127.0.0.1:$LIGHTMAIL_POP3S_PORT (TLS, the same certificate)
  user      $LIGHTMAIL_USER
  password  $LIGHTMAIL_PASSWORD
  LMTP      $LIGHTMAIL_LMTP_SOCKET
  SMTP      127.0.0.1:$LIGHTMAIL_SMTP_PORT (from anybody), :$LIGHTMAIL_SUBMISSION_PORT (submission, STARTTLS), :$LIGHTMAIL_SUBMISSIONS_PORT (submission, TLS)
  API       http://127.0.0.1:$LIGHTMAIL_API_PORT/admin, token $LIGHTMAIL_API_TOKEN
  console   http://127.0.0.1:$LIGHTMAIL_API_PORT/console, the same token
  metrics   http://127.0.0.1:$LIGHTMAIL_IMAPD_METRICS_PORT/metrics (imapd), :$LIGHTMAIL_POP3D_METRICS_PORT (pop3d), :$LIGHTMAIL_LMTPD_METRICS_PORT (lmtpd), :$LIGHTMAIL_GCD_METRICS_PORT (gcd),
            :$LIGHTMAIL_SMTPD_METRICS_PORT (smtpd), :$LIGHTMAIL_APID_METRICS_PORT (apid)
  all of it $run/stack.env, logs in $run/logs

Read the welcome message:

  curl --silent --user '$LIGHTMAIL_USER:$LIGHTMAIL_PASSWORD' 'imap://127.0.0.1:$LIGHTMAIL_IMAP_PORT/INBOX;MAILINDEX=1'

EOT
}

down() {
    local name sockets
    for name in lightmail-apid lightmail-imapd lightmail-pop3d lightmail-lmtpd lightmail-smtpd lightmail-gcd s3; do
        stop "$run/$name.pid" 30
    done
    stop_mariadb "$run/mariadbd.pid" "$(recorded LIGHTMAIL_DB_SOCKET)"
    # The folder that socket_dir made under /tmp, if it did.
    sockets=$(recorded LIGHTMAIL_SOCKET_DIR)
    if [[ $sockets = */lightmail.?????? ]] && [ -O "$sockets" ]; then rm -rf "$sockets"; fi
}

status() {
    local name code=0
    for name in mariadbd s3 "${daemons[@]}"; do
        if running "$run/$name.pid"; then
            printf '%-16s running, pid %s\n' "$name" "$(cat "$run/$name.pid")"
        else
            printf '%-16s not running\n' "$name"
            code=1
        fi
    done
    return "$code"
}

run_in_foreground() {
    local name
    for name in mariadbd s3 "${daemons[@]}"; do
        if running "$run/$name.pid"; then die "a stack is already running in $run: stop it with make down"; fi
    done
    # Only now, so that refusing above stops nothing. The function's own variables are gone when the trap runs.
    follower=
    trap 'trap - EXIT; trap "" INT TERM HUP; say "Stopping"; [ -z "$follower" ] || kill "$follower" 2>/dev/null || true; down' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    up
    # Ctrl-C may end it before it has learnt to ignore that.
    tail --quiet --lines=0 --follow=name "$run"/logs/lightmail-*.log &
    follower=$!
    say "Press Ctrl-C to stop. What the daemons log follows."
    wait
}
