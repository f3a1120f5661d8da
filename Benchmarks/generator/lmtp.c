// LMTP (RFC 2033): deliveries one after the other on a connection, and how long IDLE takes to tell of one.
#include "load.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The code of the next reply; 0 at the end of the stream.
static int reply(struct connection *c) {
    const char *line;
    size_t length;
    do {
        line = connection_line(c, &length);
        if (!line || length < 3) return 0;
    } while (line[3] == '-');
    return atoi(line);
}

struct connection *lmtp_greet(const char *socket_path, int port) {
    struct connection *c = connection_open(socket_path, port, false);
    if (c && reply(c) == 220 && connection_printf(c, "LHLO load.example.com\r\n") && reply(c) == 250) return c;
    connection_close(c);
    return NULL;
}

int lmtp_deliver(struct connection *c, const char *recipient, const char *message, size_t length) {
    if (!connection_printf(c, "MAIL FROM:<load@example.com>\r\nRCPT TO:<%s>\r\nDATA\r\n", recipient)) return 0;
    int mail = reply(c), rcpt = reply(c), data = reply(c);
    if (mail != 250) return mail;
    if (rcpt != 250) return rcpt;
    if (data != 354) return data;
    return connection_send(c, message, length) && connection_send(c, ".\r\n", 3) ? reply(c) : 0;
}

void lmtp_work(struct run *run, int index) {
    struct connection *c = lmtp_greet(options.socket, options.port);
    char *message = malloc(message_room((size_t)options.size));
    char recipient[256];
    snprintf(recipient, sizeof recipient, options.recipient, options.first + index % options.users);
    if (!c) run_fail(run, "no greeting");
    run_ready(run);
    long number;
    while (c && run_take(run, &number)) {
        size_t length = message_write(message, (size_t)options.size, number);
        double begin = now();
        int code = lmtp_deliver(c, recipient, message, length);
        if (code != 250) {
            char text[32];
            snprintf(text, sizeof text, "answered %d", code);
            run_fail(run, text);
            break;
        }
        run_record(run, now() - begin, (long long)length);
    }
    if (c) connection_printf(c, "QUIT\r\n");
    connection_close(c);
    free(message);
}

static struct connection *listener;
static _Atomic double told;

static void *listen_for_exists(void *unused) {
    (void)unused;
    const char *line;
    while ((line = connection_line(listener, NULL)))
        if (strstr(line, " EXISTS")) atomic_store(&told, now());
    return NULL;
}

int idle_latency_run(void) {
    struct connection *lmtp = lmtp_greet(options.lmtp_socket, options.lmtp_port);
    listener = imap_login(0);
    if (!lmtp || !listener || !connection_printf(listener, "s SELECT %s\r\n", options.mailbox) ||
        !imap_until(listener, "s", NULL) || !connection_printf(listener, "i IDLE\r\n")) {
        fprintf(stderr, "idle-latency: cannot begin\n");
        return 1;
    }
    pthread_t thread;
    pthread_create(&thread, NULL, listen_for_exists, NULL);
    long trials = options.operations ? options.operations : 50, heard = 0, missed = 0;
    double *times = malloc((size_t)trials * sizeof *times);
    char *message = malloc(message_room((size_t)options.size));
    char recipient[256];
    snprintf(recipient, sizeof recipient, options.recipient, options.first);
    for (long i = 0; i < trials; i++) {
        // Spread over the ticks of a server that polls.
        usleep(50000 + (unsigned)(i * 7919 % 100) * 1000);
        size_t length = message_write(message, (size_t)options.size, i);
        atomic_store(&told, 0);
        if (lmtp_deliver(lmtp, recipient, message, length) != 250) return 1;
        double accepted = now();
        while (atomic_load(&told) == 0 && now() - accepted < 5) usleep(50);
        double heard_at = atomic_load(&told);
        if (heard_at == 0) missed++;
        else times[heard++] = heard_at > accepted ? heard_at - accepted : 0;
    }
    qsort(times, (size_t)heard, sizeof *times, compare_doubles);
    printf(
        "{\"mode\": \"idle-latency\", \"operations\": %ld, \"errors\": %ld, \"p50_ms\": %.2f, \"p99_ms\": %.2f}\n", heard,
        missed, percentile(times, heard, 0.5) * 1e3, percentile(times, heard, 0.99) * 1e3);
    return missed ? 1 : 0;
}
