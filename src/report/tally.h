/* SPDX-License-Identifier: Apache-2.0 */
/* What stats and the report count, in one pass over a period: by time, by host, by AI provider and model, and the
 * events of the gate's own life. Memory is bounded: beyond COUNTERS_MAX names the rest is counted together. */
#ifndef EXEAT_REPORT_TALLY_H
#define EXEAT_REPORT_TALLY_H

#include "exeat/export/item.h"
#include "exeat/export/text.h"
#include "exeat/report.h"

enum { COUNTERS_MAX = 65536, VERDICT_SLOTS = 5, BUCKETS_MAX = 400, EVENTS_MAX = 200 };

/* One name and how often it came, by verdict. */
struct counter {
    struct text name;
    uint64_t count;
    uint64_t by_verdict[VERDICT_SLOTS];
    int64_t first_us;
    int64_t last_us;
    uint64_t bytes_up;
    uint64_t bytes_down;
};
struct counters {
    struct counter *list; /* owned */
    size_t count;
    size_t capacity;
    uint32_t *slots; /* owned: index + 1 in list */
    size_t slot_count;
    struct arena names;
    uint64_t beyond; /* of names that had no room */
};
void counters_clear(struct counters *counters);
/* NULL: there is no room for another name; it is counted as `beyond`. */
struct counter *counters_add(struct counters *counters, struct text name, enum verdict verdict, int64_t wall_us);
/* The most frequent (of that verdict; 0: of all), at most `limit`, into `top`; how many there are. Ties by name. */
size_t counters_top(const struct counters *counters, enum verdict verdict, const struct counter **top, size_t limit);
/* The same by bytes, both ways together; those without any are left out. */
size_t counters_top_bytes(const struct counters *counters, const struct counter **top, size_t limit);

/* AI calls of one provider, by what became of them. */
enum flow_end {
    FLOW_LOCAL,
    FLOW_KEPT,
    FLOW_LISTED,
    FLOW_CANNED,
    FLOW_BLOCKED,
    FLOW_OUT,
    FLOW_FAILED,
    FLOW_UNKNOWN,
    FLOW_ENDS
};
const char *flow_end_name(enum flow_end end);
struct flow {
    uint64_t ends[FLOW_ENDS];
};

struct tally_bucket {
    uint64_t verdicts[VERDICT_SLOTS];
    uint64_t records;
    uint64_t starts;
    uint64_t policies;
    uint64_t gaps;
    uint64_t found;
};
/* A record of the gate's own life that a reader should see. */
struct tally_event {
    enum record_kind kind;
    uint64_t sequence;
    int64_t wall_us;
    struct text what; /* in the tally's arena */
};

/* What was asked for, else the time of the records; cut into equal pieces. */
struct tally_period {
    int64_t first_us;
    int64_t last_us;
    int64_t bucket_us;
    size_t bucket_count;
    struct tally_bucket *buckets; /* owned */
};
struct tally_requests {
    uint64_t all;
    uint64_t verdicts[VERDICT_SLOTS];
    uint64_t reasons[REASON_COUNT];
    uint64_t observed;
    uint64_t unfinished;
    uint64_t failed; /* let out or rerouted, and did not go as decided */
    uint64_t with_client;
    uint64_t with_address;
    uint64_t with_private;
    uint64_t bytes_up;
    uint64_t bytes_down;
};
/* Of AI vendors. */
struct tally_calls {
    uint64_t all;
    uint64_t rerouted;
    uint64_t fallbacks; /* of those: got a fixed text, or failed */
    uint64_t tokens_in;
    uint64_t tokens_out;
    struct flow flow;   /* of all providers */
    struct flow *flows; /* owned; as providers.list */
    size_t flow_count;
};
struct tally_events {
    struct tally_event *list; /* owned */
    size_t count;
    uint64_t beyond;
};

struct tally {
    struct tally_period period;
    struct tally_requests requests;
    struct tally_calls calls;
    struct tally_events events;
    uint64_t kinds[16]; /* records, by their kind */
    struct counters hosts;
    struct counters clients;
    struct counters providers;
    struct counters models;      /* "provider: asked -> served" */
    struct counters found;       /* "rule: kind, what became of it"; by `inspect` */
    struct counters credentials; /* "credential -> https://host:port" */
    struct arena texts;
};
/* Reads the period. False: `error` (base_free). Clear in either case. */
MUST_CHECK bool tally_read(
    struct tally *tally, struct store_reader *reader, const struct export_filter *filter,
    const struct export_progress *progress, char **error);
void tally_clear(struct tally *tally);
/* Calls of AI vendors that ended so. */
uint64_t tally_flow(const struct tally *tally, enum flow_end end);
int64_t tally_bucket_start(const struct tally *tally, size_t index);
/* "minute", "hour", "day", "30 days" */
const char *tally_bucket_name(const struct tally *tally);

#endif
