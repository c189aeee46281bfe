/* SPDX-License-Identifier: Apache-2.0 */
/* The load generator: many clients of one kind, in one thread. `load.c` has the loop and the measured window,
 * `load_client.c` the life of one client, `load_options.c` the command line. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <netinet/in.h>

#include "channel.h"
#include "histogram.h"

enum way { WAY_DIRECT, WAY_PROXY, WAY_CONNECT };
enum { WATCHED = 8, REQUEST_SIZE = 4096, HEAD_SIZE = 16384 };

/* What an answer shall be. */
struct wanted {
    uint64_t bytes;
    unsigned events; /* a stream of events instead of a body */
    unsigned gap_ms;
    unsigned status;  /* 200, or a class such as 4 */
    unsigned refused; /* a status that is counted apart and is no fault; 0: none */
};

struct posted {
    const char *file; /* NULL: none */
    const char *path; /* to this path */
};

struct options {
    enum way way;
    struct sockaddr_in to; /* whom to connect to */
    const char *host;      /* name:port of the origin, as requests name it */
    const char *authority; /* PEM of the roots; NULL: no TLS */
    bool hello;            /* a ClientHello for the name before the first request of a connection */
    bool resume;           /* TLS sessions */
    bool upload;           /* POST of `bytes` instead of GET */
    struct posted post;
    bool check;        /* every byte of a body; else its length */
    bool hold;         /* one request on each connection, then keep them until the end of the input */
    bool connect_only; /* the reply to the CONNECT is what counts */
    size_t clients;
    size_t per_connection; /* requests; 0: no limit */
    size_t hosts;          /* spread over this many names below that of `host`; 0: only that */
    double seconds;
    double warmup;
    double rate; /* requests a second in all, open loop; 0: closed loop */
    struct wanted wanted;
    int watched[WATCHED]; /* processes whose CPU is measured */
    size_t watched_count;
};
void options_parse(struct options *options, int count, char **words);

enum stage { STAGE_PARKED, STAGE_CONNECTING, STAGE_ASK_TUNNEL, STAGE_HANDSHAKE, STAGE_IDLE, STAGE_HEAD, STAGE_BODY };

struct line { /* of an event */
    size_t length;
    char text[160];
    uint64_t stamp; /* of what a POST streams: "@NANOSECONDS" somewhere in each event */
    unsigned digits;
};

struct client {
    struct channel channel;
    enum stage stage;
    bool watches_write;
    bool is_refused;   /* this reply */
    bool closes;       /* after this reply */
    size_t done_here;  /* requests on this connection */
    uint64_t began_ns; /* of this request: when it should have begun */
    /* what goes out: `out`, then upload_left bytes of the pattern */
    const char *out;
    size_t out_left;
    uint64_t upload_left;
    /* what comes in */
    size_t head_length;
    uint64_t body_left; /* UINT64_MAX: until the end of the connection */
    uint64_t body_at;
    bool chunked;
    int chunk_stage;
    uint64_t chunk_left;
    struct line line;
    char head[HEAD_SIZE];
    char own[REQUEST_SIZE]; /* the request, when each has its own */
};

/* A ring of clients that wait for work. */
struct idle {
    size_t *clients;
    size_t first;
    size_t count;
};

struct counts {
    uint64_t requests;
    uint64_t bytes;
    uint64_t late; /* events that came after the next was due */
    uint64_t errors;
    uint64_t unexpected;
    uint64_t damaged;
    uint64_t refused;
    uint64_t handshakes;
    uint64_t resumed;
    uint64_t held;
};

struct load {
    const struct options *options;
    int loop;
    SSL_CTX *tls;
    SSL_SESSION *session; /* the last one that a server gave */
    char *post;           /* head and body of a POST of a file */
    size_t post_length;
    char tunnel_ask[REQUEST_SIZE];
    char request[REQUEST_SIZE];
    char prelude[REQUEST_SIZE * 2]; /* ClientHello and first request */
    size_t prelude_length;
    size_t hello_length;
    struct client *clients;
    /* the open loop: the arrival number n is due at start + n * gap */
    uint64_t start_ns;
    double gap_ns;
    uint64_t arrivals; /* handed to a client */
    struct idle idle;
    bool measuring;
    struct counts counts;
    uint64_t random;
    struct histogram latency;
};

void load_prepare(struct load *load);
void client_start(struct load *load, struct client *client);                  /* connects */
void client_ask(struct load *load, struct client *client, uint64_t began_ns); /* the next request, now */
void client_ready(struct load *load, struct client *client, uint32_t events); /* what epoll says */
void load_idle(struct load *load, struct client *client);                     /* client has nothing to do */

#endif
