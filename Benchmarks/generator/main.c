// load MODE KEY=VALUE...: loads one mail server and prints one line of JSON a measurement.
//
// MODE: lmtp, append, fetch, login, pop3, put, get, sql (as fast as they go on `connections` connections, until `operations` or `seconds`),
//       idle (opens `operations` sessions, keeps them until its input ends), idle-latency, commands (command=... in order),
//       sink (an object store that keeps nothing, until its input ends).
#include "load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options options = {
    .host = "127.0.0.1",
    .user = "user%d",
    .password = "pass",
    .recipient = "user%d@localhost",
    .mailbox = "INBOX",
    .region = "us-east-1",
    .first = 1,
    .users = 1,
    .connections = 1,
    .size = 8192,
};

static const struct {
    const char *name;
    const char **text;
    int *number;
} KEYS[] = {
    {"host", &options.host, NULL},
    {"socket", &options.socket, NULL},
    {"port", NULL, &options.port},
    {"lmtp_socket", &options.lmtp_socket, NULL},
    {"lmtp_port", NULL, &options.lmtp_port},
    {"user", &options.user, NULL},
    {"password", &options.password, NULL},
    {"recipient", &options.recipient, NULL},
    {"mailbox", &options.mailbox, NULL},
    {"region", &options.region, NULL},
    {"first", NULL, &options.first},
    {"users", NULL, &options.users},
    {"connections", NULL, &options.connections},
    {"size", NULL, &options.size},
    {"part", NULL, &options.part},
};

static bool set(const char *key, const char *value) {
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        if (strcmp(KEYS[i].name, key)) continue;
        if (KEYS[i].text) *KEYS[i].text = value;
        else *KEYS[i].number = atoi(value);
        return true;
    }
    if (!strcmp(key, "operations")) options.operations = atol(value);
    else if (!strcmp(key, "seconds")) options.seconds = atof(value);
    else if (!strcmp(key, "tls")) options.tls = atoi(value) != 0;
    else if (!strcmp(key, "in_order")) options.in_order = atoi(value) != 0;
    else if (!strcmp(key, "command")) options.commands[options.command_count++] = value;
    else return false;
    return true;
}

static const struct {
    const char *name;
    worker *work;
} WORKERS[] = {
    {"lmtp", lmtp_work},   {"append", append_work}, {"fetch", fetch_work}, {"login", login_work},
    {"pop3", pop3_work},   {"put", put_work},       {"get", get_work},     {"sql", sql_work},
};

int main(int count, char **arguments) {
    signal(SIGPIPE, SIG_IGN);
    if (count < 2) {
        fprintf(stderr, "usage: load MODE KEY=VALUE...\n");
        return 64;
    }
    options.commands = calloc((size_t)count, sizeof *options.commands);
    for (int i = 2; i < count; i++) {
        char *equals = strchr(arguments[i], '=');
        if (equals) *equals = 0;
        if (!equals || !set(arguments[i], equals + 1)) {
            fprintf(stderr, "load: unknown key %s\n", arguments[i]);
            return 64;
        }
    }
    const char *mode = arguments[1];
    for (size_t i = 0; i < sizeof WORKERS / sizeof *WORKERS; i++)
        if (!strcmp(WORKERS[i].name, mode)) return run_workers(mode, WORKERS[i].work);
    if (!strcmp(mode, "idle")) return idle_run();
    if (!strcmp(mode, "idle-latency")) return idle_latency_run();
    if (!strcmp(mode, "commands")) return commands_run();
    if (!strcmp(mode, "sink")) return sink_run();
    fprintf(stderr, "load: unknown mode %s\n", mode);
    return 64;
}
