// libsystemd: socket activation and readiness.
#pragma once
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

// glibc declares these as an enumeration that Swift sees only when some other module happens to bring it in.
enum {
    LIGHTMAIL_STREAM = SOCK_STREAM,
    LIGHTMAIL_STREAM_CLOEXEC = SOCK_STREAM | SOCK_CLOEXEC,
    LIGHTMAIL_STREAM_CLOEXEC_NONBLOCK = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
};
