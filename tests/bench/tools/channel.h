/* SPDX-License-Identifier: Apache-2.0 */
/* What the tools of the benchmark share: a non-blocking connection that may carry TLS, the pattern that bodies are made
 * of, and clocks. */
#ifndef BENCH_CHANNEL_H
#define BENCH_CHANNEL_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct channel {
    int fd;
    SSL *ssl; /* owned; NULL: plain */
    bool wants_write;
};
enum { CHANNEL_CLOSED = 0, CHANNEL_AGAIN = -1, CHANNEL_BROKEN = -2 };

/* Bytes moved, or one of the above. */
ssize_t channel_read(struct channel *channel, void *into, size_t length);
ssize_t channel_write(struct channel *channel, const void *from, size_t length);
void channel_close(struct channel *channel);

/* Byte j of every body is pattern byte j modulo its period; the buffer holds whole periods. */
enum { PATTERN_PERIOD = 251, PATTERN_SIZE = PATTERN_PERIOD * 4096 };
const uint8_t *pattern_bytes(void);
bool pattern_fits(const uint8_t *bytes, size_t length, uint64_t offset);

uint64_t clock_ns(void);
/* CPU that a process has used, threads that have ended among it; 0 when there is none. */
uint64_t cpu_ns(int process);
_Noreturn void give_up(const char *what);

#endif
