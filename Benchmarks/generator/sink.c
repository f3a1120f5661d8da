// An object store that keeps nothing: it reads every request to its end and answers 200, 404 to a GET. What a delivery costs
// without the disk of an object store is measured against it.
#include "load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static bool serve_request(struct connection *c) {
    const char *line = connection_line(c, NULL);
    if (!line) return false;
    bool reads = !strncmp(line, "GET ", 4), heads = !strncmp(line, "HEAD ", 5);
    long length = 0;
    bool expects = false;
    while ((line = connection_line(c, NULL)) && *line) {
        if (!strncasecmp(line, "content-length:", strlen("content-length:")))
            length = atol(line + strlen("content-length:"));
        if (!strncasecmp(line, "expect:", strlen("expect:"))) expects = true;
    }
    if (!line || (expects && !connection_printf(c, "HTTP/1.1 100 Continue\r\n\r\n"))) return false;
    if (!connection_skip(c, length)) return false;
    return connection_printf(
        c, "HTTP/1.1 %s\r\nETag: \"0\"\r\nContent-Length: 0\r\n\r\n", reads && !heads ? "404 Not Found" : "200 OK");
}

static void *serve(void *argument) {
    struct connection *c = argument;
    while (serve_request(c)) continue;
    connection_close(c);
    return NULL;
}

static void *accept_all(void *argument) {
    int listener = *(int *)argument;
    int descriptor;
    while ((descriptor = accept(listener, NULL, NULL)) >= 0) {
        int one = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        pthread_t thread;
        pthread_create(&thread, NULL, serve, connection_adopt(descriptor));
        pthread_detach(thread);
    }
    return NULL;
}

// Listens on a port of 127.0.0.1, says which, and serves until its input ends.
int sink_run(void) {
    static int listener;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    pthread_t thread;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128) ||
        getsockname(listener, (struct sockaddr *)&address, &size) || pthread_create(&thread, NULL, accept_all, &listener)) {
        perror("sink");
        return 1;
    }
    printf("{\"mode\": \"sink\", \"port\": %d}\n", ntohs(address.sin_port));
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
    return 0;
}
