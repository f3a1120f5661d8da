// S3: PUT and GET of small objects on kept connections, signed (AWS Signature Version 4): the object store's own ceiling,
// beside which deliveries and reads are to be seen.
#include "load.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { DIGEST = 32, HEX = 2 * DIGEST + 1 };

static void hex(const unsigned char *bytes, char *text) {
    for (int i = 0; i < DIGEST; i++) sprintf(text + 2 * i, "%02x", bytes[i]);
}

static void sha256(const void *bytes, size_t count, char *text) {
    unsigned char digest[DIGEST];
    EVP_Digest(bytes, count, digest, NULL, EVP_sha256(), NULL);
    hex(digest, text);
}

static void sign(const void *key, size_t key_length, const char *text, unsigned char *digest) {
    HMAC(EVP_sha256(), key, (int)key_length, (const unsigned char *)text, strlen(text), digest, NULL);
}

static bool request(struct connection *c, const char *method, const char *path, const char *body, size_t length) {
    char date[9], moment[17], payload[HEX], hashed[HEX], text[1024], signature[HEX];
    time_t seconds = time(NULL);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(date, sizeof date, "%Y%m%d", &utc);
    strftime(moment, sizeof moment, "%Y%m%dT%H%M%SZ", &utc);
    sha256(body, length, payload);
    snprintf(
        text, sizeof text, "%s\n%s\n\nhost:%s:%d\nx-amz-content-sha256:%s\nx-amz-date:%s\n\n%s\n%s", method, path,
        options.host, options.port, payload, moment, "host;x-amz-content-sha256;x-amz-date", payload);
    sha256(text, strlen(text), hashed);
    unsigned char key[DIGEST];
    char secret[256];
    snprintf(secret, sizeof secret, "AWS4%s", options.password);
    sign(secret, strlen(secret), date, key);
    sign(key, DIGEST, options.region, key);
    sign(key, DIGEST, "s3", key);
    sign(key, DIGEST, "aws4_request", key);
    snprintf(
        text, sizeof text, "AWS4-HMAC-SHA256\n%s\n%s/%s/s3/aws4_request\n%s", moment, date, options.region, hashed);
    sign(key, DIGEST, text, key);
    hex(key, signature);
    return connection_printf(
               c,
               "%s %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Length: %zu\r\nx-amz-content-sha256: %s\r\nx-amz-date: %s\r\n"
               "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s/%s/s3/aws4_request, "
               "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=%s\r\n\r\n",
               method, path, options.host, options.port, length, payload, moment, options.user, date, options.region,
               signature) &&
           connection_send(c, body, length);
}

// Reads the answer; true when it is 200 and its body came whole.
static bool answered(struct connection *c) {
    const char *line = connection_line(c, NULL);
    bool succeeded = line && strlen(line) > 12 && atoi(line + strlen("HTTP/1.1 ")) == 200;
    long length = 0;
    while (line && *line) {
        if (!strncasecmp(line, "content-length:", strlen("content-length:")))
            length = atol(line + strlen("content-length:"));
        line = connection_line(c, NULL);
    }
    return line && connection_skip(c, length) && succeeded;
}

static void work(struct run *run, int index, bool puts) {
    struct connection *c = connection_open(NULL, options.port, false);
    char *message = malloc(message_room((size_t)options.size)), path[256];
    if (!c) run_fail(run, "no connection");
    run_ready(run);
    long number;
    while (c && run_take(run, &number)) {
        snprintf(path, sizeof path, "/%s/load/%d-%ld", options.mailbox, puts ? index : 0, puts ? number : number % 1000);
        size_t length = puts ? message_write(message, (size_t)options.size, number) : 0;
        double begin = now();
        if (!request(c, puts ? "PUT" : "GET", path, message, length) || !answered(c)) {
            run_fail(run, path);
            break;
        }
        run_record(run, now() - begin, (long long)length);
    }
    connection_close(c);
    free(message);
}

void put_work(struct run *run, int index) { work(run, index, true); }
void get_work(struct run *run, int index) { work(run, index, false); }
