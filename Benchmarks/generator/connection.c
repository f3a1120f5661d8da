// One blocking connection, in clear or under TLS, that reads lines of any length.
#include "load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct connection {
    int descriptor;
    SSL *tls;
    char *input;  // none while nothing is read, so that ten thousand idle connections cost the generator little
    size_t at, filled;
    char *line;
    size_t line_room;
    long long received;
};

enum { INPUT_ROOM = 65536 };

static SSL_CTX *tls_context(void) {
    static SSL_CTX *context;
    if (!context) {
        context = SSL_CTX_new(TLS_client_method());
        // Every connection pays for its own handshake.
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    }
    return context;
}

static int dial(const char *path, int port) {
    int descriptor = socket(path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
    if (descriptor < 0) return -1;
    int failed;
    if (path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
        failed = connect(descriptor, (struct sockaddr *)&address, sizeof address);
    } else {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
        inet_pton(AF_INET, options.host, &address.sin_addr);
        failed = connect(descriptor, (struct sockaddr *)&address, sizeof address);
        int one = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    if (!failed) return descriptor;
    perror("connect");
    close(descriptor);
    return -1;
}

struct connection *connection_adopt(int descriptor) {
    struct connection *c = calloc(1, sizeof *c);
    c->descriptor = descriptor;
    return c;
}

struct connection *connection_open(const char *socket_path, int port, bool tls) {
    int descriptor = dial(socket_path, port);
    if (descriptor < 0) return NULL;
    struct connection *c = connection_adopt(descriptor);
    if (!tls) return c;
    c->tls = SSL_new(tls_context());
    SSL_set_fd(c->tls, descriptor);
    if (SSL_connect(c->tls) > 0) return c;
    fprintf(stderr, "TLS handshake failed\n");
    connection_close(c);
    return NULL;
}

void connection_close(struct connection *c) {
    if (!c) return;
    if (c->tls) SSL_free(c->tls);
    close(c->descriptor);
    free(c->input);
    free(c->line);
    free(c);
}

bool connection_send(struct connection *c, const char *bytes, size_t count) {
    while (count) {
        long sent = c->tls ? SSL_write(c->tls, bytes, (int)count) : send(c->descriptor, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        count -= (size_t)sent;
    }
    return true;
}

bool connection_printf(struct connection *c, const char *format, ...) {
    char text[8192];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return length >= 0 && (size_t)length < sizeof text && connection_send(c, text, (size_t)length);
}

static bool fill(struct connection *c) {
    if (!c->input) c->input = malloc(INPUT_ROOM);
    long count = c->tls ? SSL_read(c->tls, c->input, INPUT_ROOM) : recv(c->descriptor, c->input, INPUT_ROOM, 0);
    if (count <= 0) return false;
    c->at = 0;
    c->filled = (size_t)count;
    c->received += count;
    return true;
}

const char *connection_line(struct connection *c, size_t *length) {
    size_t size = 0;
    for (;;) {
        if (c->at == c->filled && !fill(c)) return NULL;
        const char *start = c->input + c->at;
        const char *end = memchr(start, '\n', c->filled - c->at);
        size_t count = end ? (size_t)(end - start) + 1 : c->filled - c->at;
        if (size + count + 1 > c->line_room) {
            c->line_room = (size + count + 1) * 2;
            c->line = realloc(c->line, c->line_room);
        }
        memcpy(c->line + size, start, count);
        size += count;
        c->at += count;
        if (!end) continue;
        size -= size > 1 && c->line[size - 2] == '\r' ? 2 : 1;
        c->line[size] = 0;
        if (length) *length = size;
        return c->line;
    }
}

bool connection_skip(struct connection *c, long count) {
    while (count > 0) {
        if (c->at == c->filled && !fill(c)) return false;
        long held = (long)(c->filled - c->at);
        if (held > count) held = count;
        c->at += (size_t)held;
        count -= held;
    }
    return true;
}

long long connection_received(const struct connection *c) { return c->received; }
