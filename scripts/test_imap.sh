#!/usr/bin/env bash
# Checks a running IMAP server with an account of it: capabilities, login, LIST, SELECT, APPEND, FETCH, SEARCH, STORE, COPY,
# IDLE, EXPUNGE. It works in a mailbox of its own, which it deletes at the end, whatever happened.
#
#   test_imap.sh --server HOST --user NAME [--port N] [--ssl|--starttls|--no-ssl] [--pass PASSWORD] [--ca FILE] [--insecure] [-v]
#
# Needs bash, and openssl for --ssl and --starttls. Prints a line a check and exits with 0 when all passed, 1 when one failed,
# 2 when it could not begin.

set -u

server='' port='' mode=ssl user='' pass=${IMAP_PASSWORD-} ca='' insecure='' verbose='' patience=20

usage() {
    cat <<'TEXT'
usage: test_imap.sh --server HOST --user NAME [options]
  --port N      the port (993 with --ssl, else 143)
  --ssl         TLS from the first byte (the default)
  --starttls    STARTTLS
  --no-ssl      no TLS: everybody on the way can read the password
  --pass WORD   the password; other users of this host can see it while this runs: prefer $IMAP_PASSWORD
  --ca FILE     trust these certificates
  --insecure    do not look at the certificate
  --timeout N   seconds to wait for an answer (20)
  -v            show what is said, without the password
TEXT
}

broken() {
    echo "test_imap.sh: $*" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
    --server | --port | --user | --pass | --ca | --timeout)
        [ $# -ge 2 ] || broken "$1 needs a value"
        case $1 in
        --server) server=$2 ;;
        --port) port=$2 ;;
        --user) user=$2 ;;
        --pass) pass=$2 ;;
        --ca) ca=$2 ;;
        --timeout) patience=$2 ;;
        esac
        shift
        ;;
    --ssl) mode=ssl ;;
    --starttls) mode=starttls ;;
    --no-ssl) mode=plain ;;
    --insecure) insecure=yes ;;
    -v | --verbose) verbose=yes ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done

if [ -z "$server" ] || [ -z "$user" ]; then
    usage >&2
    exit 2
fi
[ -n "$pass" ] || broken "give --pass or \$IMAP_PASSWORD"
if [ -z "$port" ]; then
    [ "$mode" = ssl ] && port=993 || port=143
fi
case $port$patience in *[!0-9]*) broken "a port and a timeout are numbers" ;; esac
case $user$pass in *$'\n'* | *$'\r'*) broken "a name or password of one line is wanted" ;; esac

passed=0 failed=0 tag=0 helper='' in='' out=''
mailbox="lightmail-test-$$-$RANDOM"

say() { [ -z "$verbose" ] || printf '%s\n' "$*" >&2; }

pass() {
    passed=$((passed + 1))
    echo "ok    $1"
}

fail() {
    failed=$((failed + 1))
    echo "FAIL  $1${2:+: $2}"
}

connect() {
    if [ "$mode" = plain ]; then
        exec {in}<>"/dev/tcp/$server/$port" || return 1
        out=$in
        return 0
    fi
    command -v openssl >/dev/null || broken "openssl is missing"
    local options=(-quiet -connect "$server:$port" -servername "$server")
    [ "$mode" = ssl ] || options+=(-starttls imap)
    [ -z "$ca" ] || options+=(-CAfile "$ca")
    if [ -z "$insecure" ]; then
        options+=(-verify_return_error)
        # An address is in a certificate as an address.
        case $server in
        *:* | *[!0-9.]*) options+=(-verify_hostname "$server") ;;
        *) options+=(-verify_ip "$server") ;;
        esac
    fi
    coproc TLS { exec openssl s_client "${options[@]}" 2>/dev/null; }
    helper=$TLS_PID
    # Copies, as bash closes its own when the process ends.
    exec {in}<&"${TLS[0]}" {out}>&"${TLS[1]}"
}

# Reads a line into $line, without its end.
read_line() {
    IFS= read -r -t "$patience" -u "$in" line || return 1
    line=${line%$'\r'}
    say "S: $line"
}

send() { printf '%s\r\n' "$1" >&"$out"; }

# The value as a quoted string (RFC 9051 4.3).
quoted() {
    local value=${1//\\/\\\\}
    printf '"%s"' "${value//\"/\\\"}"
}

# Reads up to the tagged reply of $tag; what came before it is in $untagged, its status and text in $reply.
answer() {
    untagged=''
    while read_line; do
        case $line in
        "t$tag "*)
            reply=${line#"t$tag "}
            [ "${reply%% *}" = OK ]
            return
            ;;
        *) untagged+="$line"$'\n' ;;
        esac
    done
    reply='no answer'
    return 1
}

# Runs a command. The second argument is shown in its place.
run() {
    tag=$((tag + 1))
    say "C: t$tag ${2-$1}"
    send "t$tag $1"
    answer
}

# check NAME COMMAND [PATTERN]: the command is answered OK, and the pattern is in what came before.
check() {
    if ! run "$2"; then
        fail "$1" "$reply"
        return 1
    fi
    if [ -n "${3-}" ] && ! grep -qiE -- "$3" <<<"$untagged"; then
        fail "$1" "answered without what was expected ($3)"
        return 1
    fi
    pass "$1"
}

finish() {
    trap - EXIT
    if [ -n "${made-}" ]; then
        run 'UNSELECT' || run 'CLOSE' || true
        if run "DELETE $mailbox"; then pass 'DELETE the mailbox of this test'; else
            fail 'DELETE the mailbox of this test' "$reply; delete $mailbox by hand"
        fi
    fi
    if [ -n "${logged_in-}" ]; then
        if run LOGOUT; then pass LOGOUT; else fail LOGOUT "$reply"; fi
    fi
    [ -z "$helper" ] || kill "$helper" 2>/dev/null
    echo "$passed passed, $failed failed"
    # By itself, exit would give the status from before the trap.
    [ "$failed" -eq 0 ] && exit 0
    exit 1
}
trap finish EXIT
trap 'exit 2' INT TERM
# A server that hangs up is an answer that does not come.
trap '' PIPE

connect 2>/dev/null || { fail "connect to $server:$port"; exit; }
if [ "$mode" != starttls ]; then
    # s_client has read the greeting where it did STARTTLS.
    if read_line && [[ $line == '* OK'* ]]; then pass "greeting of $server:$port"; else
        fail "greeting of $server:$port" "${line:-nothing is said, or TLS failed}"
        exit
    fi
fi
check CAPABILITY CAPABILITY '^\* CAPABILITY .*IMAP4rev[12]' || exit
capabilities=$untagged
if run "LOGIN $(quoted "$user") $(quoted "$pass")" "LOGIN $(quoted "$user") ..."; then
    pass LOGIN
    logged_in=yes
else
    fail LOGIN "$reply"
    exit
fi
if run CAPABILITY; then capabilities=$untagged; fi

check NOOP NOOP
check LIST 'LIST "" "*"' '^\* LIST .*INBOX'
check 'STATUS INBOX' 'STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY)' '^\* STATUS .*UIDVALIDITY [0-9]+'
check 'EXAMINE INBOX' 'EXAMINE INBOX' 'UIDVALIDITY [0-9]+'
if run "CREATE $mailbox"; then
    pass 'CREATE a mailbox'
    made=yes
else
    fail 'CREATE a mailbox' "$reply"
    exit
fi
check SELECT "SELECT $mailbox" '^\* 0 EXISTS' || exit

message=$'Date: Thu, 1 Jan 1998 00:00:00 +0000\r\nFrom: <test@example.org>\r\nTo: <test@example.org>\r\nSubject: '"$mailbox"$'\r\nMessage-ID: <'"$mailbox"$'@example.org>\r\n\r\nHello.\r\n'

# append FLAGS
append() {
    tag=$((tag + 1))
    say "C: t$tag APPEND $mailbox ($1) {${#message}}"
    send "t$tag APPEND $mailbox ($1) {${#message}}"
    while read_line; do
        case $line in
        +*)
            printf '%s\r\n' "$message" >&"$out"
            answer
            return
            ;;
        "t$tag "*)
            reply=${line#"t$tag "}
            return 1
            ;;
        esac
    done
    reply='no answer'
    return 1
}

for flags in '\Seen' '\Flagged'; do
    if append "$flags"; then pass "APPEND a message with $flags"; else fail "APPEND a message with $flags" "$reply"; fi
done
check 'FETCH flags' 'FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE)' "^\\* 2 FETCH .*\\\\Flagged"
check 'FETCH envelope' 'FETCH 1 (ENVELOPE)' "$mailbox"
check 'FETCH structure' 'FETCH 1 (BODYSTRUCTURE)' 'BODYSTRUCTURE \("TEXT" "PLAIN"'
check 'FETCH a body' 'FETCH 1 (BODY.PEEK[])' '^Hello\.'
check 'SEARCH subject' "SEARCH SUBJECT $mailbox" '^\* (E?SEARCH .*)?.*1[ ,:]2'
check 'SEARCH flags' 'UID SEARCH FLAGGED' '^\* E?SEARCH'
check 'STORE a flag' "STORE 1 +FLAGS (\\Answered)" "^\\* 1 FETCH .*\\\\Answered"
check COPY "COPY 2 $mailbox"
check 'the copy is there' 'FETCH 3 (FLAGS)' "^\\* 3 FETCH .*\\\\Flagged"

if grep -qiw IDLE <<<"$capabilities"; then
    tag=$((tag + 1))
    say "C: t$tag IDLE"
    send "t$tag IDLE"
    if read_line && [[ $line == +* ]]; then
        say 'C: DONE'
        send DONE
        if answer; then pass IDLE; else fail IDLE "$reply"; fi
    else
        fail IDLE "${line:-no answer}"
        exit
    fi
fi

check 'STORE \Deleted' "STORE 1 +FLAGS.SILENT (\\Deleted)"
check EXPUNGE EXPUNGE '^\* 1 EXPUNGE'
if run 'SEARCH SEEN' && ! grep -qE '^\* SEARCH *[0-9]' <<<"$untagged"; then pass 'what is expunged is gone'; else
    fail 'what is expunged is gone' "it is still found, or $reply"
fi
# The exit is finish's.
