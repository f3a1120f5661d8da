# shellcheck shell=bash
# A private MariaDB and a private S3 server for development and tests: real servers, with their own data, on loopback.
# To be sourced after common.sh. Each function starts one server in the folder it is given and returns when it answers. Each
# server is a session of its own (setsid), so that a Ctrl-C meant for the script in the foreground does not reach it.

# self_signed CERTIFICATE KEY: a certificate for localhost, kept when it is still good for a day.
self_signed() {
    if [ -s "$1" ] && [ -s "$2" ] && openssl x509 -in "$1" -noout -checkend 86400 >/dev/null; then
        return
    fi
    (
        umask 077
        openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=localhost \
            -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1' -keyout "$2" -out "$1" 2>/dev/null
    )
    chmod 644 "$1"
}

# start_mariadb DIR SOCKET PORT USER PASSWORD DATABASE PIDFILE: USER may do anything with DATABASE and with every database
# whose name begins with lightmail_, and may follow the binary log. Data is made on the first start and kept.
start_mariadb() {
    local dir=$1 socket=$2 port=$3 user=$4 password=$5 database=$6 pidfile=$7
    mkdir -p "$dir"
    if [ ! -d "$dir/data/mysql" ]; then
        rm -rf "$dir/data" "$dir/data.new"
        # By a relative path: its chown does not quote, and the tree may stand in a folder with a space in its name.
        (cd "$dir" && mariadb-install-db --no-defaults --auth-root-authentication-method=socket \
            --auth-root-socket-user="$(id -un)" --skip-test-db --user="$(id -un)" --datadir=./data.new) \
            >"$dir/install.log" 2>&1 || { cat "$dir/install.log" >&2; die "mariadb-install-db failed"; }
        mv "$dir/data.new" "$dir/data"
    fi
    self_signed "$dir/cert.pem" "$dir/key.pem"
    # Run before the server takes connections, at every start; so each line must be true the second time too.
    (
        umask 077
        cat >"$dir/init.sql" <<SQL
CREATE DATABASE IF NOT EXISTS $database CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS '$user'@'%' IDENTIFIED BY '$password';
ALTER USER '$user'@'%' IDENTIFIED BY '$password';
GRANT ALL ON $database.* TO '$user'@'%';
GRANT ALL ON \`lightmail\\_%\`.* TO '$user'@'%';
GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO '$user'@'%';
SQL
    )
    rm -f "$socket"
    setsid mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/data" --socket="$socket" \
        --bind-address=127.0.0.1 --port="$port" --pid-file="$dir/mariadbd.pid" --init-file="$dir/init.sql" \
        --skip-name-resolve --character-set-server=utf8mb4 --max-connections=400 \
        --innodb-flush-log-at-trx-commit=1 --sync-binlog=1 --log-bin="$dir/data/binlog" --binlog-format=ROW \
        --server-id=1 --expire-logs-days=1 --max-allowed-packet=64M --innodb-buffer-pool-size=256M \
        --ssl-cert="$dir/cert.pem" --ssl-key="$dir/key.pem" --ssl-ca="$dir/cert.pem" \
        >>"$dir/mariadbd.log" 2>&1 </dev/null &
    printf '%s\n' $! >"$pidfile"
    wait_until 60 $! "$dir/mariadbd.log" sql_client "$socket" "$user" "$password" "$database" -e 'SELECT 1'
}

# stop_mariadb PIDFILE SOCKET: a clean end, in which it writes out what it holds. A SIGTERM that mariadbd gets while it starts
# is lost, and every later one with it, so one that starts is let up first.
stop_mariadb() {
    local deadline=$((SECONDS + 20))
    while running "$1" && [ "$SECONDS" -lt "$deadline" ] && ! mariadb_greets "$2"; do sleep 0.05; done
    stop "$1" 60
}

# mariadb_greets SOCKET: whether a server takes connections there.
mariadb_greets() {
    python3 - "$1" 2>/dev/null <<'PY'
import socket
import sys

with socket.socket(socket.AF_UNIX) as client:
    client.settimeout(5)
    client.connect(sys.argv[1])
    sys.exit(0 if client.recv(1) else 1)
PY
}

# sql_client SOCKET USER PASSWORD DATABASE ARGUMENT...: the password travels in the environment, not in the process list.
sql_client() {
    MYSQL_PWD=$3 mariadb --no-defaults --socket="$1" --user="$2" "${@:5}" "$4"
}

# start_s3 DIR PORT ACCESS_KEY SECRET_KEY BUCKET REGION PIDFILE: an S3 front over a local folder, with an empty BUCKET on the
# first start.
start_s3() {
    local dir=$1 port=$2 access=$3 secret=$4 bucket=$5 region=$6 pidfile=$7
    local juicefs=$venv/bin/juicefs meta=sqlite3://$1/meta.db
    [ -x "$juicefs" ] || die "$juicefs is missing: run scripts/setup"
    mkdir -p "$dir"
    if [ ! -e "$dir/formatted" ]; then
        rm -rf "$dir/meta.db" "$dir/objects"
        "$juicefs" format --no-update --trash-days 0 --storage file --bucket "$dir/objects/" "$meta" lightmail \
            >"$dir/format.log" 2>&1 || { cat "$dir/format.log" >&2; die "juicefs format failed"; }
        touch "$dir/formatted"
    fi
    MINIO_ROOT_USER=$access MINIO_ROOT_PASSWORD=$secret MINIO_REGION=$region \
        setsid "$juicefs" gateway --no-usage-report --multi-buckets --keep-etag --no-banner --cache-dir "$dir/cache" \
        "$meta" "127.0.0.1:$port" >>"$dir/s3.log" 2>&1 </dev/null &
    printf '%s\n' $! >"$pidfile"
    wait_until 60 $! "$dir/s3.log" curl --fail --silent --max-time 2 "http://127.0.0.1:$port/minio/health/live"
    wait_until 30 $! "$dir/s3.log" make_bucket "http://127.0.0.1:$port/$bucket" "$access" "$secret" "$region"
}

# make_bucket URL ACCESS_KEY SECRET_KEY REGION: the bucket exists afterwards. The credentials go in by standard input, so
# that the process list does not show them.
make_bucket() {
    local status
    status=$(printf 'user = "%s:%s"\n' "$2" "$3" | curl --config - --silent --max-time 5 --request PUT \
        --aws-sigv4 "aws:amz:$4:s3" --output /dev/null --write-out '%{http_code}' "$1")
    [ "$status" = 200 ] || [ "$status" = 409 ]
}
