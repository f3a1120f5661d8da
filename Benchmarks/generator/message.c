// Text messages that differ by their number: in sender, subject, Message-ID, and in one word of the body.
#include "load.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const WORDS[] = {
    "alpha", "bravo",  "charlie", "delta", "echo",  "foxtrot", "golf",    "hotel",  "india",   "juliet", "kilo",
    "lima",  "mike",   "november", "oscar", "papa",  "quebec",  "romeo",   "sierra", "tango",   "uniform", "victor",
    "whiskey", "xray", "yankee",  "zulu",  "invoice", "meeting", "report", "project", "server", "budget",
};
enum { WORD_COUNT = sizeof WORDS / sizeof *WORDS, COLUMNS = 72 };

// A message of two parts: text of the wanted size, then a small one.
static const char PARTS[] = "Content-Type: multipart/mixed; boundary=\"load\"\r\n\r\n--load\r\n";
static const char SECOND[] = "\r\n--load\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
static const char CLOSE[] = "\r\n--load--\r\n";

size_t message_room(size_t size) { return size + (size_t)options.part + 1024; }

size_t message_write(char *buffer, size_t size, long number) {
    // The process's number is in the Message-ID, for a server may refuse the same bytes as a retry.
    size_t at = (size_t)sprintf(
        buffer,
        "From: Sender Number%ld <sender%ld@example.com>\r\n"
        "To: Recipient <recipient%ld@example.org>\r\n"
        "Subject: %s %s number %ld\r\n"
        "Date: Tue, %02ld Nov 2026 %02ld:%02ld:%02ld +0000\r\n"
        "Message-ID: <%ld.%d.load@example.com>\r\n"
        "MIME-Version: 1.0\r\n"
        "%s"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "unique token%ldx\r\n",
        number % 1000, number % 1000, number % 77, WORDS[number % WORD_COUNT], WORDS[number / WORD_COUNT % WORD_COUNT],
        number, 1 + number % 28, number % 24, number % 60, number / 7 % 60, number, (int)getpid(), options.part ? PARTS : "", number);
    unsigned random = (unsigned)number * 2654435761u + 12345;
    size_t column = 0;
    while (at + 12 < size) {
        random = random * 1664525u + 1013904223u;
        const char *word = WORDS[(random >> 20) % WORD_COUNT];
        size_t length = strlen(word);
        if (column + length > COLUMNS) {
            memcpy(buffer + at, "\r\n", 2);
            at += 2;
            column = 0;
        }
        memcpy(buffer + at, word, length);
        at += length;
        buffer[at++] = ' ';
        column += length + 1;
    }
    if (options.part) {
        at += (size_t)sprintf(buffer + at, "%s", SECOND);
        for (int i = 0; i < options.part; i++) buffer[at++] = i % (COLUMNS + 2) < COLUMNS ? 'p' : "\r\n"[i % 2];
        at += (size_t)sprintf(buffer + at, "%s", CLOSE);
    }
    memcpy(buffer + at, "\r\n", 3);
    return at + 2;
}
