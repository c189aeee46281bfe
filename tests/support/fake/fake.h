/* SPDX-License-Identifier: Apache-2.0 */
/* A world without sockets, threads or disk, in place of net, audit's port and the log: peers whose bytes are scripted,
 * a clock that is moved by hand, names and connections that are answered when the script says so, and decisions that
 * become durable likewise. Linked instead of the real ones, so that sessions and exchanges run as they are. */
#ifndef EXEAT_FAKE_H
#define EXEAT_FAKE_H

#include "exeat/audit.h"
#include "exeat/base/bytes.h"
#include "exeat/net.h"

/* --- peers: the far end of a channel, a client's or an upstream's --- */

struct fake_peer {
    struct channel *channel; /* the gate's end; NULL once it was freed */
    struct buffer sent;      /* what the gate has yet to read */
    size_t read;             /* of `sent` */
    struct buffer heard;     /* what the gate wrote */
    size_t room;             /* how much more it takes */
    size_t piece;            /* the most that one read gets */
    bool is_upstream;
    bool has_ended;  /* FIN follows `sent` */
    bool has_broken; /* RST: reads and writes fail */
    bool gate_ended; /* the gate's FIN came */
    bool gate_broke; /* the gate's channel was freed after channel_break */
};
enum { FAKE_DESCRIPTOR = 1000, FAKE_PEERS = 64, FAKE_OPEN = 64 };

/* What happens of itself; what does not, waits for the script. */
struct fake_manners {
    bool answers_names; /* with 192.0.2.1 */
    bool connects;
    enum audit_answer records; /* AUDIT_WAITS: see fake_settle */
};

struct fake_world {
    struct loop *loop;
    struct fake_manners manners;
    size_t room;             /* how much new peers take: SIZE_MAX */
    bool has_no_descriptors; /* every attempt to connect fails: EMFILE */
    bool has_no_memory;      /* limits.memory is reached */
    bool is_running;         /* what is done now is done by the gate */
    int64_t wall_step_us;    /* by how much somebody has set the clock */
    uint64_t slept_us;       /* how long the machine was suspended: the clock for durations did not run */
    struct fake_peer peers[FAKE_PEERS];
    size_t peer_count;
    size_t decisions;
    size_t outcomes; /* written, or forgotten with their decision */
    size_t owed;     /* decisions on disk whose outcome is not yet written: so many are in `on_disk` */
    struct request_id on_disk[FAKE_OPEN];
    size_t too_early;   /* names, connections or bytes that left with no decision on disk: must be 0 */
    char edges[96][40]; /* "session read_head judge": every edge that was ever taken */
    size_t edge_count;
    char session_step[20]; /* that was entered last */
    char exchange_step[20];
};
extern struct fake_world fake;

void fake_begin(void); /* a new loop, and nobody in it; edges stay */
void fake_end(void);
void fake_run(void);                   /* until nothing happens any more */
void fake_pass(uint64_t milliseconds); /* time goes by, and what is due happens */
int fake_client(void);                 /* a descriptor for session_start */
struct fake_peer *fake_of(int descriptor);
struct fake_peer *fake_upstream(void); /* the newest; NULL: none */
void fake_send(struct fake_peer *peer, const char *text);
void fake_send_bytes(struct fake_peer *peer, struct text bytes);
void fake_fin(struct fake_peer *peer);
void fake_rst(struct fake_peer *peer);
void fake_make_room(struct fake_peer *peer, size_t room);
bool fake_heard(const struct fake_peer *peer, const char *text);
void fake_forget(struct fake_peer *peer); /* what was heard */
bool fake_answer_name(bool good);         /* the oldest question; false: there is none */
void fake_connect(bool good);             /* the oldest attempt, if there is one */
size_t fake_undecided(void);
size_t fake_waiting(void);      /* how many decisions, names and connections do */
void fake_settle(bool durable); /* all decisions that wait */
bool fake_took(const char *edge);
size_t fake_left(void); /* channels, timers, questions and attempts that nobody has freed */

#endif
