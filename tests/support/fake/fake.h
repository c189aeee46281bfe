/* SPDX-License-Identifier: Apache-2.0 */
/* A world without sockets, threads or disk, in place of net, audit's port and the log: peers whose bytes are scripted,
 * a clock that is moved by hand, names and connections that are answered when the script says so, and decisions that
 * become durable likewise. Linked instead of the real ones, so that sessions and exchanges run as they are. */
#ifndef EXEAT_FAKE_H
#define EXEAT_FAKE_H

#include "exeat/audit.h"
#include "exeat/base/bytes.h"
#include "exeat/net.h"
#include "exeat/wire.h"

/* --- peers: the far end of a channel, a client's or an upstream's --- */

/* What goes over a connection to an upstream, and what an upstream was told: by whose decision, as whom, and what. */
enum fake_far_kind {
    FAR_REQUESTS, /* one after the other */
    FAR_TLS,      /* the same within the gate's TLS: fake_far_hear tells them */
    FAR_HELLO,    /* the client's handshake, and what it hides */
    FAR_BYTES
};
struct fake_far {
    enum fake_far_kind kind;
    char name[HOST_TEXT_SIZE]; /* as whom it was connected to */
    char owner[REQUEST_ID_TEXT_SIZE];
    struct buffer said; /* what the owner has told it so far, in the clear */
};

struct fake_peer {
    struct channel *channel; /* the gate's end; NULL once it was freed */
    struct buffer sent;      /* what the gate has yet to read */
    size_t read;             /* of `sent` */
    struct buffer heard;     /* what the gate wrote */
    size_t room;             /* how much more it takes */
    size_t writes;           /* in how many the gate wrote it */
    size_t piece;            /* the most that one read gets */
    bool is_upstream;
    struct fake_far far; /* of an upstream */
    bool has_ended;      /* FIN follows `sent` */
    bool has_broken;     /* RST: reads and writes fail */
    bool is_slow;        /* it has not acknowledged what the gate wrote */
    bool gate_ended;     /* the gate's FIN came */
    bool gate_broke;     /* the gate's channel was freed after channel_break */
};
enum { FAKE_DESCRIPTOR = 1000, FAKE_PEERS = 128, FAKE_OPEN = 64 };

/* What happens of itself; what does not, waits for the script. */
struct fake_manners {
    bool answers_names; /* with 192.0.2.1 */
    bool connects;
    enum audit_answer records; /* AUDIT_WAITS: see fake_settle */
};

/* A decision whose outcome is not yet written. */
struct fake_decision {
    char id[REQUEST_ID_TEXT_SIZE];
    enum plan plan;
    enum scheme scheme;
    char host[HOST_TEXT_SIZE];
    uint16_t port;
    bool on_disk;
    bool is_screened;   /* by a rule that is called "screened", or so and more */
    size_t connections; /* that were made for it */
    size_t requests;    /* that were begun for it, on connections new or old */
};

/* Decisions, and how they came to be. */
struct fake_ledger {
    struct fake_decision open[FAKE_OPEN];
    size_t open_count;
    struct buffer decided; /* the ids of all */
    size_t commits; /* how often an exchange came to `commit`, and how often the port was asked for its decision */
    size_t asked_to_commit;
    void (*on_decision)(const struct decision_record *decision); /* what else is to be seen of it; NULL: nothing */
    const char *planted; /* no upstream may hear this by a decision that is screened; NULL: nothing */
};

/* For whom the gate acts. */
struct fake_asker {
    char id[REQUEST_ID_TEXT_SIZE]; /* whose exchange took the newest step */
    bool has_taken;                /* if it entered `pass`: it has begun to write */
    struct buffer names;           /* that were asked for, each with its NUL: the first is 192.0.2.1 */
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
    struct fake_ledger ledger;
    /* The first thing that must never be (NULL: nothing was): a name, a connection or a byte that left without its own
     * decision on disk, or for another host; two requests by one decision, or bytes that belong to none; two records
     * of one request, or none; what was planted. */
    const char *fault;
    struct fake_asker asker;
    char edges[96][40]; /* "session read_head judge": every edge that was ever taken */
    size_t edge_count;
    char session_step[20]; /* that was entered last */
    char exchange_step[20];
};
extern struct fake_world fake;

void fake_begin(void); /* a new loop, and nobody in it; edges stay */
void fake_end(void);
void fake_run(void);                   /* until nothing happens any more */
void fake_turn(void);                  /* one turn of the loop: who has news is told, and what was put off is done */
void fake_pass(uint64_t milliseconds); /* time goes by, and what is due happens */
int fake_client(void);                 /* a descriptor for session_start */
struct fake_peer *fake_of(int descriptor);
struct fake_peer *fake_upstream(void); /* the newest; NULL: none */
void fake_send(struct fake_peer *peer, const char *text);
void fake_send_bytes(struct fake_peer *peer, struct text bytes);
void fake_fin(struct fake_peer *peer);
void fake_rst(struct fake_peer *peer);
void fake_acknowledge(struct fake_peer *peer);
void fake_make_room(struct fake_peer *peer, size_t room);
bool fake_heard(const struct fake_peer *peer, const char *text);
void fake_forget(struct fake_peer *peer); /* what was heard */
bool fake_answer_name(bool good);         /* the oldest question; false: there is none */
void fake_connect(bool good);             /* the oldest attempt, if there is one */
size_t fake_undecided(void);
size_t fake_waiting(void);      /* how many decisions, names and connections do */
void fake_settle(bool durable); /* all decisions that wait */
bool fake_took(const char *edge);
void fake_fault(const char *what);
struct fake_decision *fake_decision_of(const char *id); /* NULL: there is none whose outcome is owed */
void fake_end_records(void);                            /* at the end: one decision and one outcome a request */

/* --- the far side: each byte that an upstream is told belongs to one decision --- */

/* A name is asked for by whoever took the newest step. Its address; length 0: there are too many. */
struct address fake_far_ask(const struct host *name);
void fake_far_dial(const struct judged_address *to, struct fake_far *far);
void fake_far_connected(const struct fake_far *far);
void fake_far_begin(struct fake_peer *peer);                    /* the gate is about to write, if it is let */
void fake_far_write(struct fake_peer *peer, struct text bytes); /* as the gate does */
void fake_far_hear(struct fake_peer *peer, struct text clear);  /* what of that is within TLS */
void fake_far_end(struct fake_peer *peer);

size_t fake_left(void); /* channels, timers, questions and attempts that nobody has freed */

#endif
