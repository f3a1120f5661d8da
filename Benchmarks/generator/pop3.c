// POP3 (RFC 1939): RETR of a whole maildrop.
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *answer(struct connection *c) {
    const char *line = connection_line(c, NULL);
    return line && line[0] == '+' ? line : NULL;
}

void pop3_work(struct run *run, int index) {
    char name[256];
    snprintf(name, sizeof name, options.user, options.first + index % options.users);
    struct connection *c = connection_open(options.socket, options.port, options.tls);
    const char *line = NULL;
    if (c && answer(c) && connection_printf(c, "USER %s\r\n", name) && answer(c) &&
        connection_printf(c, "PASS %s\r\n", options.password) && answer(c) && connection_printf(c, "STAT\r\n"))
        line = answer(c);
    long count = line ? atol(line + strlen("+OK ")) : 0;
    if (!count) run_fail(run, "no maildrop");
    run_ready(run);
    long unused;
    for (long i = 1; i <= count && run_take(run, &unused); i++) {
        long long before = connection_received(c);
        double begin = now();
        size_t length;
        if (!connection_printf(c, "RETR %ld\r\n", i) || !answer(c)) {
            run_fail(run, "RETR failed");
            break;
        }
        do line = connection_line(c, &length);
        while (line && !(length == 1 && line[0] == '.'));
        run_record(run, now() - begin, connection_received(c) - before);
    }
    if (c) connection_printf(c, "QUIT\r\n");
    connection_close(c);
}
