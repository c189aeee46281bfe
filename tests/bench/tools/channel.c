/* SPDX-License-Identifier: Apache-2.0 */
/* See channel.h. */
#include "channel.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static ssize_t plain_result(ssize_t moved)
{
    if (moved >= 0)
        return moved;
    return errno == EAGAIN || errno == EINTR ? CHANNEL_AGAIN : CHANNEL_BROKEN;
}

static ssize_t secure_result(struct channel *channel, int moved)
{
    if (moved > 0)
        return moved;
    switch (SSL_get_error(channel->ssl, moved)) {
    case SSL_ERROR_WANT_WRITE:
        channel->wants_write = true;
        return CHANNEL_AGAIN;
    case SSL_ERROR_WANT_READ:
        return CHANNEL_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return CHANNEL_CLOSED;
    default:
        ERR_clear_error();
        return CHANNEL_BROKEN;
    }
}

ssize_t channel_read(struct channel *channel, void *into, size_t length)
{
    if (channel->ssl != NULL)
        return secure_result(channel, SSL_read(channel->ssl, into, (int)length));
    return plain_result(recv(channel->fd, into, length, 0));
}

ssize_t channel_write(struct channel *channel, const void *from, size_t length)
{
    channel->wants_write = false;
    ssize_t moved = channel->ssl != NULL ? secure_result(channel, SSL_write(channel->ssl, from, (int)length))
                                         : plain_result(send(channel->fd, from, length, MSG_NOSIGNAL));
    if (moved == CHANNEL_AGAIN && channel->ssl == NULL)
        channel->wants_write = true;
    return moved == CHANNEL_CLOSED ? CHANNEL_BROKEN : moved; /* whoever wrote nothing must not try for ever */
}

void channel_close(struct channel *channel)
{
    if (channel->ssl != NULL)
        SSL_set_shutdown(
            channel->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* or its session could not be resumed */
    SSL_free(channel->ssl);
    channel->ssl = NULL;
    if (channel->fd >= 0)
        close(channel->fd);
    channel->fd = -1;
    channel->wants_write = false;
}

static uint8_t pattern[PATTERN_SIZE];

const uint8_t *pattern_bytes(void)
{
    if (pattern[1] == 0)
        for (size_t i = 0; i < PATTERN_SIZE; i++)
            pattern[i] = (uint8_t)(i % PATTERN_PERIOD);
    return pattern;
}

bool pattern_fits(const uint8_t *bytes, size_t length, uint64_t offset)
{
    while (length > 0) {
        size_t at = offset % PATTERN_PERIOD;
        size_t part = length < PATTERN_SIZE - at ? length : PATTERN_SIZE - at;
        if (memcmp(bytes, pattern_bytes() + at, part) != 0)
            return false;
        bytes += part;
        length -= part;
        offset += part;
    }
    return true;
}

uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t cpu_ns(int process)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

void give_up(const char *what)
{
    perror(what);
    exit(2);
}
