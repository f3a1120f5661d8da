// IMAP (RFC 9051): APPEND, FETCH of bodies, LOGIN, sessions in IDLE, and any command timed by itself.
#include "load.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool imap_until(struct connection *c, const char *tag, long *untagged) {
    size_t tag_length = strlen(tag), length;
    const char *line;
    while ((line = connection_line(c, &length))) {
        if (length > tag_length && !strncmp(line, tag, tag_length) && line[tag_length] == ' ')
            return !strncmp(line + tag_length + 1, "OK", 2);
        if (untagged && line[0] == '*') ++*untagged;
        while (length && line[length - 1] == '}') {
            const char *brace = strrchr(line, '{');
            if (!brace) break;
            if (!connection_skip(c, atol(brace + 1)) || !(line = connection_line(c, &length))) return false;
        }
    }
    return false;
}

struct connection *imap_login(int user) {
    char name[256];
    snprintf(name, sizeof name, options.user, options.first + user % options.users);
    struct connection *c = connection_open(options.socket, options.port, options.tls);
    if (c && connection_line(c, NULL) && connection_printf(c, "a LOGIN %s %s\r\n", name, options.password) &&
        imap_until(c, "a", NULL))
        return c;
    connection_close(c);
    return NULL;
}

void append_work(struct run *run, int index) {
    struct connection *c = imap_login(index);
    char *message = malloc(message_room((size_t)options.size));
    if (!c) run_fail(run, "no login");
    run_ready(run);
    long number;
    while (c && run_take(run, &number)) {
        size_t length = message_write(message, (size_t)options.size, number);
        memcpy(message + length, "\r\n", 2);
        double begin = now();
        connection_printf(c, "b APPEND %s {%zu}\r\n", options.mailbox, length);
        const char *line = connection_line(c, NULL);
        if (!line || line[0] != '+' || !connection_send(c, message, length + 2) || !imap_until(c, "b", NULL)) {
            run_fail(run, line);
            break;
        }
        run_record(run, now() - begin, (long long)length);
    }
    connection_close(c);
    free(message);
}

// Opens the mailbox and returns how many messages it holds.
static long examine(struct connection *c) {
    long exists = 0;
    if (!connection_printf(c, "s EXAMINE %s\r\n", options.mailbox)) return 0;
    const char *line;
    while ((line = connection_line(c, NULL)) && strncmp(line, "s ", 2)) {
        long count;
        if (strstr(line, " EXISTS") && sscanf(line, "* %ld", &count) == 1) exists = count;
    }
    return exists;
}

void fetch_work(struct run *run, int index) {
    struct connection *c = imap_login(index);
    long exists = c ? examine(c) : 0;
    if (!exists) run_fail(run, "no messages to fetch");
    run_ready(run);
    unsigned random = (unsigned)index * 7919 + 1;
    long number;
    while (exists && run_take(run, &number)) {
        random = random * 1664525u + 1013904223u;
        long long before = connection_received(c);
        long responses = 0;
        double begin = now();
        long wanted = options.in_order ? number : (long)(random >> 8);
        connection_printf(c, "f FETCH %ld (UID BODY.PEEK[])\r\n", 1 + wanted % exists);
        if (!imap_until(c, "f", &responses) || !responses) {
            run_fail(run, "FETCH failed");
            break;
        }
        run_record(run, now() - begin, connection_received(c) - before);
    }
    connection_close(c);
}

void login_work(struct run *run, int index) {
    run_ready(run);
    long number;
    while (run_take(run, &number)) {
        double begin = now();
        struct connection *c = imap_login((int)(number + index));
        if (!c || !connection_printf(c, "z LOGOUT\r\n") || !imap_until(c, "z", NULL)) {
            run_fail(run, "LOGIN or LOGOUT failed");
            connection_close(c);
            continue;
        }
        connection_close(c);
        run_record(run, now() - begin, 0);
    }
}

static struct connection *idle_session(long number) {
    struct connection *c = imap_login((int)number);
    if (c && connection_printf(c, "s SELECT %s\r\n", options.mailbox) && imap_until(c, "s", NULL) &&
        connection_printf(c, "i IDLE\r\n")) {
        const char *line;
        while ((line = connection_line(c, NULL)) && line[0] != '+') continue;
        if (line) return c;
    }
    connection_close(c);
    return NULL;
}

struct idle_share {
    struct connection **sessions;
    atomic_long *next, *opened;
};

static void *open_sessions(void *argument) {
    struct idle_share *share = argument;
    long number;
    while ((number = atomic_fetch_add(share->next, 1)) < options.operations)
        if ((share->sessions[number] = idle_session(number))) atomic_fetch_add(share->opened, 1);
    return NULL;
}

// Opens the sessions, says how many there are, and keeps them until its input ends: who started it measures meanwhile.
int idle_run(void) {
    atomic_long next = 0, opened = 0;
    struct connection **sessions = calloc((size_t)options.operations, sizeof *sessions);
    struct idle_share share = {sessions, &next, &opened};
    pthread_t *threads = calloc((size_t)options.connections, sizeof *threads);
    for (int i = 0; i < options.connections; i++) pthread_create(&threads[i], NULL, open_sessions, &share);
    for (int i = 0; i < options.connections; i++) pthread_join(threads[i], NULL);
    printf("{\"mode\": \"idle\", \"operations\": %ld, \"errors\": %ld}\n", opened, options.operations - opened);
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
    return opened == options.operations ? 0 : 1;
}

static void print_text(const char *text) {
    for (; *text; text++) printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
}

int commands_run(void) {
    struct connection *c = imap_login(0);
    if (!c) return 1;
    int failures = 0;
    for (int i = 0; i < options.command_count; i++) {
        char tag[16];
        snprintf(tag, sizeof tag, "c%d", i);
        long responses = 0;
        long long before = connection_received(c);
        double begin = now();
        connection_printf(c, "%s %s\r\n", tag, options.commands[i]);
        bool succeeded = imap_until(c, tag, &responses);
        double seconds = now() - begin;
        failures += !succeeded;
        printf("{\"mode\": \"commands\", \"command\": \"");
        print_text(options.commands[i]);
        printf(
            "\", \"ok\": %s, \"seconds\": %.6f, \"responses\": %ld, \"bytes\": %lld}\n", succeeded ? "true" : "false",
            seconds, responses, connection_received(c) - before);
        fflush(stdout);
    }
    connection_close(c);
    return failures ? 1 : 0;
}
