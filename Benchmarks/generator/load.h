// The load generator: blocking sockets, one thread a connection, the same words to any server of these protocols.
#pragma once

#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

// What the command line says; main.c reads it and nobody changes it later.
struct options {
    const char *host;         // an IPv4 address
    const char *socket;       // a UNIX socket's path; instead of host and port
    int port;
    const char *lmtp_socket;  // idle-latency: where to deliver
    int lmtp_port;
    bool tls;
    const char *user;         // with one %d for the user's number
    const char *password;
    const char *recipient;    // with one %d
    const char *mailbox;      // of S3: the bucket
    const char *region;       // of S3
    int first;                // the number of the first user
    int users;                // how many users share the work
    int connections;
    long operations;          // stop after so many; 0: no bound
    double seconds;           // stop after so long; 0: no bound
    int size;                 // octets a message
    int part;                 // octets of a second, small part; 0: the message has one part alone
    bool in_order;            // fetch: every message once, instead of any
    const char **commands;    // mode commands: what to time
    int command_count;
};
extern struct options options;

// connection.c
struct connection;
struct connection *connection_open(const char *socket_path, int port, bool tls);
// The same of a descriptor that is connected already.
struct connection *connection_adopt(int descriptor);
void connection_close(struct connection *c);
bool connection_send(struct connection *c, const char *bytes, size_t count);
bool connection_printf(struct connection *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
// The next line without its end, valid until the next call; NULL at the end of the stream.
const char *connection_line(struct connection *c, size_t *length);
bool connection_skip(struct connection *c, long count);
long long connection_received(const struct connection *c);

// message.c: a text message with a number, the same for the same number; returns its length.
size_t message_write(char *buffer, size_t size, long number);
size_t message_room(size_t size);

// run.c
double now(void);
struct run {
    const char *mode;
    atomic_long done, errors, next;
    atomic_llong bytes;
    double begin, end;
};
typedef void worker(struct run *run, int index);
// Runs the worker on every connection's thread and prints one line of JSON.
int run_workers(const char *mode, worker *work);
// Takes a number of work to do; false when it is all done or time is over.
bool run_take(struct run *run, long *number);
void run_record(struct run *run, double seconds, long long bytes);
// Waits until every worker is ready, so that setting up is not timed.
void run_ready(struct run *run);
void run_fail(struct run *run, const char *what);
int compare_doubles(const void *a, const void *b);
double percentile(const double *sorted, long count, double fraction);

// imap.c
struct connection *imap_login(int user);
// Reads until the tagged reply; true when it is OK. Counts untagged responses.
bool imap_until(struct connection *c, const char *tag, long *untagged);
worker append_work, fetch_work, login_work;
int idle_run(void);
int commands_run(void);

// lmtp.c
struct connection *lmtp_greet(const char *socket_path, int port);
// Delivers and returns the reply's code.
int lmtp_deliver(struct connection *c, const char *recipient, const char *message, size_t length);
worker lmtp_work;
int idle_latency_run(void);

// pop3.c
worker pop3_work;

// sql.c
worker sql_work;

// sink.c
int sink_run(void);

// s3.c: user and password are the access key and the secret key.
worker put_work, get_work;
