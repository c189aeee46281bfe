/* SPDX-License-Identifier: Apache-2.0 */
/* The load generator of the benchmark; `load` alone prints its options. Closed loop: each client asks again as soon as
 * it is answered. Open loop: requests are due at fixed times, and a late one counts from when it was due, so that a
 * stall of the server is seen by all the requests that it holds up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { STARTS_A_TURN = 64, HOLD_AT_A_TIME = 32 };

/* --- requests and TLS ------------------------------------------------------------------------------------------------
 */

static size_t write_hello(SSL_CTX *tls, const char *host, char *out, size_t size)
{
    SSL *ssl = SSL_new(tls);
    BIO *written = BIO_new(BIO_s_mem());
    char name[256];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(host, ":"), host);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), written);
    SSL_set_tlsext_host_name(ssl, name);
    SSL_connect(ssl);
    int length = BIO_read(written, out, (int)size);
    SSL_free(ssl);
    return length > 0 ? (size_t)length : 0;
}

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct load *load = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    SSL_SESSION_free(load->session);
    load->session = session;
    return 1;
}

static SSL_CTX *secure(struct load *load)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(
        tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(tls, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(tls, load);
    SSL_CTX_sess_set_new_cb(tls, keep_session);
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    if (load->options->authority != NULL && SSL_CTX_load_verify_locations(tls, load->options->authority, NULL) != 1)
        give_up(load->options->authority);
    return tls;
}

static void write_request(struct load *load)
{
    const struct options *options = load->options;
    char path[128];
    char body[64] = "";
    if (options->wanted.events != 0)
        snprintf(path, sizeof(path), "/events/%u/%u", options->wanted.events, options->wanted.gap_ms);
    else
        snprintf(
            path, sizeof(path), options->upload ? "/upload" : "/bytes/%llu", (unsigned long long)options->wanted.bytes);
    if (options->upload)
        snprintf(body, sizeof(body), "Content-Length: %llu\r\n", (unsigned long long)options->wanted.bytes);
    snprintf(
        load->request, sizeof(load->request),
        "%s %s%s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: load\r\nAccept: */*\r\n%s\r\n", options->upload ? "POST" : "GET",
        options->way == WAY_PROXY ? "http://" : "", options->way == WAY_PROXY ? options->host : "", path, options->host,
        body);
    snprintf(
        load->tunnel_ask, sizeof(load->tunnel_ask), "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: load\r\n\r\n",
        options->host, options->host);
}

/* The same, of a POST that has a file. */
static void write_post(struct load *load)
{
    const struct options *options = load->options;
    FILE *file = fopen(options->post.file, "rb");
    char *body = NULL;
    size_t size = 0;
    FILE *all = open_memstream(&load->post, &load->post_length);
    if (file == NULL || all == NULL || getdelim(&body, &size, '\0', file) < 0)
        give_up(options->post.file);
    fprintf(
        all,
        "POST %s%s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: load\r\nAccept: */*\r\nContent-Type: application/json\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        options->way == WAY_PROXY ? "http://" : "", options->way == WAY_PROXY ? options->host : "", options->post.path,
        options->host, strlen(body), body);
    fclose(all);
    fclose(file);
    free(body);
}

void load_prepare(struct load *load)
{
    const struct options *options = load->options;
    load->loop = epoll_create1(EPOLL_CLOEXEC);
    load->clients = calloc(options->clients, sizeof(*load->clients));
    load->idle.clients = calloc(options->clients, sizeof(*load->idle.clients));
    write_request(load);
    if (options->post.file != NULL)
        write_post(load);
    SSL_CTX *tls = secure(load);
    if (options->hello)
        load->hello_length = write_hello(tls, options->host, load->prelude, REQUEST_SIZE);
    memcpy(load->prelude + load->hello_length, load->request, strlen(load->request));
    load->prelude_length = load->hello_length + strlen(load->request);
    load->tls = options->authority != NULL ? tls : NULL;
    for (size_t i = 0; i < options->clients; i++) {
        load->clients[i].channel.fd = -1;
        load_idle(load, &load->clients[i]);
    }
}

/* --- who asks when ---------------------------------------------------------------------------------------------------
 */

void load_idle(struct load *load, struct client *client)
{
    size_t at = (load->idle.first + load->idle.count++) % load->options->clients;
    load->idle.clients[at] = (size_t)(client - load->clients);
}

static struct client *next_idle(struct load *load)
{
    struct client *client = &load->clients[load->idle.clients[load->idle.first]];
    load->idle.first = (load->idle.first + 1) % load->options->clients;
    load->idle.count--;
    return client;
}

/* Connections to be kept are made a few at a time: a thousand handshakes at once would only run into everybody's
 * timeouts. */
static bool holds_back(const struct load *load)
{
    return load->options->hold && load->options->clients - load->idle.count - load->counts.held >= HOLD_AT_A_TIME;
}

/* Gives work to idle clients; connections are begun a few at a time, so that no queue of a listener overflows. */
static void hand_out(struct load *load)
{
    size_t starts = 0;
    for (size_t left = load->idle.count; left > 0 && starts < STARTS_A_TURN && !holds_back(load); left--) {
        uint64_t now = clock_ns();
        uint64_t due = now;
        if (load->gap_ns > 0) {
            due = load->start_ns + (uint64_t)((double)load->arrivals * load->gap_ns);
            if (due > now)
                return;
            load->arrivals++;
        }
        struct client *client = next_idle(load);
        starts += client->stage == STAGE_PARKED ? 1 : 0;
        client_ask(load, client, due);
    }
}

static uint64_t wait_ns(const struct load *load, uint64_t now, uint64_t end)
{
    uint64_t until = end;
    if (load->gap_ns > 0 && load->idle.count > 0) {
        uint64_t due = load->start_ns + (uint64_t)((double)load->arrivals * load->gap_ns);
        until = due < until ? due : until;
    } else if (load->idle.count > 0 && !holds_back(load)) {
        until = now;
    }
    return until > now ? until - now : 0;
}

static void run_until(struct load *load, uint64_t end)
{
    for (;;) {
        hand_out(load);
        uint64_t now = clock_ns();
        if (now >= end || (load->options->hold && load->counts.held >= load->options->clients))
            return;
        uint64_t wait = wait_ns(load, now, end);
        struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u)};
        struct epoll_event events[256];
        int ready = epoll_pwait2(load->loop, events, 256, &timeout, NULL);
        for (int i = 0; i < ready; i++)
            client_ready(load, events[i].data.ptr, events[i].events);
    }
}

/* --- the measured window ---------------------------------------------------------------------------------------------
 */

static uint64_t watched_ns(const struct options *options)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < options->watched_count; i++)
        sum += cpu_ns(options->watched[i]);
    return sum;
}

static double us(const struct load *load, double share)
{
    return (double)histogram_at(&load->latency, share) / 1000.0;
}

static void measure(struct load *load)
{
    const struct options *options = load->options;
    load->start_ns = clock_ns();
    load->gap_ns = options->rate > 0 ? 1e9 / options->rate : 0;
    run_until(load, load->start_ns + (uint64_t)(options->warmup * 1e9));
    uint64_t cpu = watched_ns(options);
    uint64_t own = cpu_ns(getpid());
    uint64_t began = clock_ns();
    load->measuring = true;
    run_until(load, began + (uint64_t)(options->seconds * 1e9));
    load->measuring = false;
    double ns = (double)(clock_ns() - began);
    printf(
        "{\"requests\": %llu, \"rate\": %.1f, \"bytes_rate\": %.0f, \"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, "
        "\"p999\": %.1f, \"late\": %llu, \"errors\": %llu, "
        "\"unexpected\": %llu, \"damaged\": %llu, \"refused\": %llu, \"cpu_us\": %.1f, \"busy\": %.3f, \"own_busy\": "
        "%.3f, "
        "\"handshakes\": %llu, \"resumed\": %llu}\n",
        (unsigned long long)load->counts.requests, (double)load->counts.requests / ns * 1e9,
        (double)load->counts.bytes / ns * 1e9, us(load, 0.5), us(load, 0.9), us(load, 0.99), us(load, 0.999),
        (unsigned long long)load->counts.late, (unsigned long long)load->counts.errors,
        (unsigned long long)load->counts.unexpected, (unsigned long long)load->counts.damaged,
        (unsigned long long)load->counts.refused, (double)(watched_ns(options) - cpu) / 1000,
        (double)(watched_ns(options) - cpu) / ns, (double)(cpu_ns(getpid()) - own) / ns,
        (unsigned long long)load->counts.handshakes, (unsigned long long)load->counts.resumed);
}

static void hold(struct load *load)
{
    run_until(load, clock_ns() + (uint64_t)(load->options->seconds * 1e9));
    printf(
        "held %llu of %zu, %llu errors\n", (unsigned long long)load->counts.held, load->options->clients,
        (unsigned long long)load->counts.errors);
    fflush(stdout);
    while (getchar() != EOF)
        continue;
}

int main(int count, char **words)
{
    static struct options options;
    static struct load load;
    options_parse(&options, count, words);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    load.options = &options;
    load.random = 1;
    load_prepare(&load);
    if (options.hold)
        hold(&load);
    else
        measure(&load);
    return 0;
}
