// libsystemd: socket activation and readiness; and what of the kernel Swift's own module of glibc leaves out.
#pragma once
#include <sys/socket.h>
#include <sys/timex.h>
#include <systemd/sd-daemon.h>
// The variants that note the C file and line would note this one.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

// glibc declares these as an enumeration that Swift sees only when some other module happens to bring it in.
enum {
    LIGHTMAIL_STREAM = SOCK_STREAM,
    LIGHTMAIL_STREAM_CLOEXEC = SOCK_STREAM | SOCK_CLOEXEC,
    LIGHTMAIL_STREAM_CLOEXEC_NONBLOCK = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
};

// Whether the kernel's clock is said to follow a source (adjtimex(2)); nothing is changed.
static inline int lightmail_clock_is_kept(void) {
    struct timex state = {0};
    int result = adjtimex(&state);
    return result != -1 && result != TIME_ERROR && !(state.status & STA_UNSYNC);
}
