/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit store costs, against a bare loop of prepared INSERTs on the same disk in the same run:
 *     bench_audit FOLDER
 * 1. Decisions a second at saturation, durability: commit, against the same rows in as many transactions without a
 * store.
 * 2. The time until one decision is on disk when nothing else is asked for, against one bare commit.
 * 3. Bytes on disk of a decision with its outcome, all indexes and the tree among them.
 * 4. Time of the processor for a decision with its outcome, worker, writer and sealer apart. */
#include <dirent.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "store_internal.h"

enum { AT_ONCE = 256, DECISIONS = 200000, SINGLE = 1000, ROUNDS = 5 };

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare_doubles);
    return values[count / 2];
}

/* --- the store under load --- */

struct caller {
    struct audit_wait wait;
    struct audit_port *port;
    struct request_id id;
    bool is_done;
};

static void on_durable(struct audit_wait *wait, bool durable)
{
    struct caller *caller = list_owner(wait, struct caller, wait);
    struct outcome_record outcome = {
        .id = caller->id,
        .done = PLAN_FORWARD,
        .status = 200,
        .bytes_up = 312,
        .bytes_down = 1460,
        .duration_us = 5400,
        .address = {.bytes = {192, 0, 2, 17}, .length = 4},
    };
    ASSERT(durable);
    audit_port_complete(caller->port, &outcome);
    caller->is_done = true;
}

static void decide(struct caller *caller, uint64_t number)
{
    static const char *const hosts[] = {"api.stripe.com", "repo.packagist.org", "shop.myshopify.com", "evil.example"};
    bytes_put_u64(caller->id.bytes, number * 0x9e3779b97f4a7c15);
    bytes_put_u64(caller->id.bytes + 8, number * 0xbf58476d1ce4e5b9);
    struct decision_record decision = {
        .id = caller->id,
        .policy_sequence = 2,
        .verdict = VERDICT_ALLOW,
        .plan = PLAN_FORWARD,
        .reason = REASON_RULE,
        .rule = TEXT("payment-providers"),
        .method = TEXT("POST"),
        .scheme = SCHEME_HTTPS,
        .host = text_from(hosts[number % COUNT_OF(hosts)]),
        .port = 443,
        .client = TEXT("web"),
        .personal.client_address = TEXT("10.0.0.17"),
        .personal.path = TEXT("/v1/payment_intents/pi_3NqW2eLkdIwHu7ix"),
    };
    caller->is_done = false;
    ASSERT(audit_port_decide(caller->port, &decision, &caller->wait) != AUDIT_REFUSED);
}

static void wait_for_answers(struct audit_port *port)
{
    struct pollfd wake = {.fd = audit_port_descriptor(port), .events = POLLIN};
    (void)poll(&wake, 1, -1);
    audit_port_collect(port);
}

struct load {
    double seconds;
    double worker_seconds;
    double writer_seconds;
    uint64_t commits;
};

/* As many requests as callers are on their way at any time. */
static void run_load(struct audit *audit, struct load *load)
{
    struct caller *callers = base_array(AT_ONCE, sizeof(*callers));
    struct audit_port *port = audit_port_new(audit);
    struct audit_stats before;
    struct audit_stats after;
    audit_stats_read(audit, &before);
    double wall = seconds_of(CLOCK_MONOTONIC);
    double mine = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    double all = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < AT_ONCE; i++) {
        callers[i] = (struct caller){.wait.on_durable = on_durable, .port = port};
        decide(&callers[i], i);
    }
    for (uint64_t next = AT_ONCE; next < DECISIONS;) {
        wait_for_answers(port);
        for (size_t i = 0; i < AT_ONCE && next < DECISIONS; i++)
            if (callers[i].is_done)
                decide(&callers[i], next++);
    }
    audit_port_free(port);
    load->seconds = seconds_of(CLOCK_MONOTONIC) - wall;
    load->worker_seconds = seconds_of(CLOCK_THREAD_CPUTIME_ID) - mine;
    load->writer_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - all - load->worker_seconds;
    audit_stats_read(audit, &after);
    load->commits = after.commits - before.commits;
    base_free(callers);
}

static double run_single(struct audit *audit)
{
    struct caller caller = {.wait.on_durable = on_durable, .port = audit_port_new(audit)};
    double *times = base_array(SINGLE, sizeof(*times));
    for (size_t i = 0; i < SINGLE; i++) {
        struct timespec pause = {.tv_nsec = 300000};
        nanosleep(&pause, NULL);
        double start = seconds_of(CLOCK_MONOTONIC);
        decide(&caller, i);
        while (!caller.is_done)
            wait_for_answers(caller.port);
        times[i] = seconds_of(CLOCK_MONOTONIC) - start;
    }
    audit_port_free(caller.port);
    double middle = median(times, SINGLE);
    base_free(times);
    return middle;
}

/* --- the same without a store --- */

/* Rows as the store wrote them, kept in memory. */
struct row {
    struct buffer private_part;
    struct buffer body;
    uint32_t count;
};
struct rows {
    struct row *items;
    size_t count;
};

static void read_rows(const char *directory, struct rows *rows)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    char *path = store_segment_path(directory, 0, STORE_HOT, "");
    ASSERT(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    ASSERT(sqlite3_prepare_v2(database, "SELECT private, body, count FROM batch", -1, &statement, NULL) == SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        rows->items = base_resize(rows->items, rows->count + 1, sizeof(*rows->items));
        struct row *row = &rows->items[rows->count++];
        *row = (struct row){.count = (uint32_t)sqlite3_column_int(statement, 2)};
        buffer_append(&row->private_part, text_of_bytes(column_bytes(statement, 0)));
        buffer_append(&row->body, text_of_bytes(column_bytes(statement, 1)));
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    base_free(path);
}

static void free_rows(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        buffer_clear(&rows->items[i].private_part);
        buffer_clear(&rows->items[i].body);
    }
    base_free(rows->items);
}

struct bare {
    sqlite3 *database;
    sqlite3_stmt *insert;
    char *path;
};

static void bare_open(struct bare *bare, const char *directory, const char *table, const char *insert)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/bare.db", directory);
    bare->path = buffer_take(&path);
    static const char settings[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0";
    ASSERT(sqlite3_open(bare->path, &bare->database) == SQLITE_OK);
    ASSERT(sqlite3_exec(bare->database, settings, NULL, NULL, NULL) == SQLITE_OK);
    ASSERT(sqlite3_exec(bare->database, table, NULL, NULL, NULL) == SQLITE_OK);
    ASSERT(sqlite3_prepare_v2(bare->database, insert, -1, &bare->insert, NULL) == SQLITE_OK);
}

static void bare_do(struct bare *bare, const char *sql)
{
    ASSERT(sqlite3_exec(bare->database, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void bare_close(struct bare *bare)
{
    sqlite3_finalize(bare->insert);
    sqlite3_close(bare->database);
    ASSERT(unlink(bare->path) == 0);
    base_free(bare->path);
}

/* Each batch in as many transactions as the store made of them. */
static double bare_batches(const char *directory, const struct rows *rows, uint64_t commits)
{
    struct bare bare;
    bare_open(
        &bare, directory,
        "CREATE TABLE batch(first INTEGER PRIMARY KEY, count INTEGER, private BLOB, body BLOB) STRICT",
        "INSERT INTO batch VALUES(?1, ?2, ?3, ?4)");
    double start = seconds_of(CLOCK_MONOTONIC);
    uint64_t made = 0;
    bare_do(&bare, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < rows->count; i++) {
        if ((i + 1) * commits / rows->count > made) {
            bare_do(&bare, "COMMIT; BEGIN IMMEDIATE");
            made++;
        }
        sqlite3_bind_int64(bare.insert, 1, (sqlite3_int64)i);
        sqlite3_bind_int64(bare.insert, 2, rows->items[i].count);
        bind_bytes(bare.insert, 3, bytes_of_text(buffer_text(&rows->items[i].private_part)));
        bind_bytes(bare.insert, 4, bytes_of_text(buffer_text(&rows->items[i].body)));
        ASSERT(sqlite_run(bare.insert));
    }
    bare_do(&bare, "COMMIT");
    double seconds = seconds_of(CLOCK_MONOTONIC) - start;
    bare_close(&bare);
    return seconds;
}

/* What a store with a row for each record would have to insert: the same bytes, as rows of records and private parts.
 */
static double bare_records(const char *directory, const struct rows *rows, uint64_t commits)
{
    struct bare bare;
    sqlite3_stmt *private_insert = NULL;
    bare_open(
        &bare, directory,
        "CREATE TABLE rec(seq INTEGER PRIMARY KEY, body BLOB, ts INTEGER, kind INTEGER, verdict INTEGER, host TEXT) "
        "STRICT;"
        "CREATE TABLE priv(seq INTEGER PRIMARY KEY, salt BLOB, body BLOB) STRICT",
        "INSERT INTO rec VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    ASSERT(
        sqlite3_prepare_v2(bare.database, "INSERT INTO priv VALUES(?1, ?2, ?3)", -1, &private_insert, NULL) ==
        SQLITE_OK);
    double start = seconds_of(CLOCK_MONOTONIC);
    uint64_t made = 0;
    int64_t sequence = 0;
    bare_do(&bare, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < rows->count; i++) {
        struct bytes rest = bytes_of_text(buffer_text(&rows->items[i].body));
        struct bytes private_rest = bytes_of_text(buffer_text(&rows->items[i].private_part));
        struct bytes body;
        struct record_private part;
        if ((i + 1) * commits / rows->count > made) {
            bare_do(&bare, "COMMIT; BEGIN IMMEDIATE");
            made++;
        }
        while (record_batch_next_private(&private_rest, &part)) {
            sqlite3_bind_int64(private_insert, 1, sequence + part.ordinal);
            bind_bytes(private_insert, 2, part.salt);
            bind_bytes(private_insert, 3, part.part);
            ASSERT(sqlite_run(private_insert));
        }
        while (record_batch_next(&rest, &body)) {
            sqlite3_bind_int64(bare.insert, 1, sequence++);
            bind_bytes(bare.insert, 2, body);
            sqlite3_bind_int64(bare.insert, 3, 1763978400000000);
            sqlite3_bind_int64(bare.insert, 4, body.data[1]);
            if (body.data[1] == RECORD_DECISION) {
                sqlite3_bind_int64(bare.insert, 5, VERDICT_ALLOW);
                bind_text(bare.insert, 6, TEXT("repo.packagist.org"));
            }
            ASSERT(sqlite_run(bare.insert));
        }
    }
    bare_do(&bare, "COMMIT");
    double seconds = seconds_of(CLOCK_MONOTONIC) - start;
    sqlite3_finalize(private_insert);
    bare_close(&bare);
    return seconds;
}

static double bare_single(const char *directory)
{
    struct bare bare;
    uint8_t body[320] = {1};
    double *times = base_array(SINGLE, sizeof(*times));
    bare_open(
        &bare, directory, "CREATE TABLE rec(seq INTEGER PRIMARY KEY, body BLOB) STRICT",
        "INSERT INTO rec VALUES(?1, ?2)");
    for (size_t i = 0; i < SINGLE; i++) {
        struct timespec pause = {.tv_nsec = 300000};
        nanosleep(&pause, NULL);
        double start = seconds_of(CLOCK_MONOTONIC);
        sqlite3_bind_int64(bare.insert, 1, (sqlite3_int64)i);
        bind_bytes(bare.insert, 2, (struct bytes){body, sizeof(body)});
        ASSERT(sqlite_run(bare.insert)); /* a transaction of its own */
        times[i] = seconds_of(CLOCK_MONOTONIC) - start;
    }
    bare_close(&bare);
    double middle = median(times, SINGLE);
    base_free(times);
    return middle;
}

/* --- the run --- */

static uint64_t folder_bytes(const char *directory)
{
    uint64_t bytes = 0;
    DIR *folder = opendir(directory);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat status;
        if (fstatat(dirfd(folder), entry->d_name, &status, 0) == 0 && S_ISREG(status.st_mode))
            bytes += (uint64_t)status.st_size;
    }
    closedir(folder);
    return bytes;
}

static void remove_folder(const char *directory)
{
    DIR *folder = opendir(directory);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        (void)unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    ASSERT(rmdir(directory) == 0);
}

static struct audit *open_store(const char *directory, const struct signing_key *key, bool waits)
{
    struct audit_options options = {
        .directory = directory,
        .origin = TEXT("audit.example/bench"),
        .key = key,
        .waits_for_disk = waits,
        .batch_ms = 10,
        .heartbeat_ms = 60000,
    };
    char *error = NULL;
    struct audit *audit = audit_open(&options, &error);
    if (audit == NULL) {
        fprintf(stderr, "bench_audit: %s\n", error);
        exit(1);
    }
    return audit;
}

struct round {
    double of_batches; /* of the speed of a bare loop over the same rows */
    double of_records; /* over a row for each record */
    double latency;    /* against one bare commit */
    double worker_us;  /* for a decision with its outcome */
    double writer_us;
    double sealing_us; /* later, when the processor has nothing else to do */
    double bytes;
    double decisions_per_second;
    double records_per_commit;
};

static void run_round(const char *folder, const struct signing_key *key, struct round *round)
{
    struct buffer path = {0};
    struct load load;
    struct rows rows = {0};
    buffer_printf(&path, "%s/store", folder);
    char *directory = buffer_take(&path);
    struct audit *audit = open_store(directory, key, true);
    run_load(audit, &load);
    read_rows(directory, &rows);
    double batches = bare_batches(folder, &rows, load.commits);
    double records = bare_records(folder, &rows, load.commits);
    double single = run_single(audit);
    double bare = bare_single(folder);
    double before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    audit_close(audit);
    double sealing = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - before;
    *round = (struct round){
        .of_batches = batches / load.seconds,
        .of_records = records / load.seconds,
        .latency = single / bare,
        .worker_us = load.worker_seconds * 1e6 / DECISIONS,
        .writer_us = load.writer_seconds * 1e6 / DECISIONS,
        .sealing_us = sealing * 1e6 / (DECISIONS + SINGLE),
        .bytes = (double)folder_bytes(directory) / (DECISIONS + SINGLE),
        .decisions_per_second = DECISIONS / load.seconds,
        .records_per_commit = 2.0 * DECISIONS / (double)load.commits,
    };
    free_rows(&rows);
    remove_folder(directory);
    base_free(directory);
}

static double middle_of(const struct round *rounds, size_t offset)
{
    double values[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++)
        memcpy(&values[i], (const char *)&rounds[i] + offset, sizeof(double));
    return median(values, ROUNDS);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *what;
        const char *goal;
        size_t offset;
    } lines[] = {
        {"decisions at saturation, of a bare loop over the same rows", ">= 0.70", offsetof(struct round, of_batches)},
        {"the same, of a bare loop with a row for each record", "", offsetof(struct round, of_records)},
        {"latency of a single decision, of one bare commit", "<= 1.30", offsetof(struct round, latency)},
        {"bytes on disk of a decision with its outcome", "<= 700", offsetof(struct round, bytes)},
        {"worker: us of CPU for a decision with its outcome", "<= 1.5", offsetof(struct round, worker_us)},
        {"writer: us of CPU for the same, disk included", "", offsetof(struct round, writer_us)},
        {"sealer: us of CPU for the same, later, in idle time", "", offsetof(struct round, sealing_us)},
        {"(decisions a second, not comparable between machines)", "", offsetof(struct round, decisions_per_second)},
        {"(records in a commit)", "", offsetof(struct round, records_per_commit)},
    };
    struct round rounds[ROUNDS];
    if (argc != 2) {
        fputs("usage: bench_audit FOLDER\n", stderr);
        return 2;
    }
    struct signing_key *key = signing_key_generate();
    for (size_t i = 0; i < ROUNDS; i++)
        run_round(argv[1], key, &rounds[i]);
    signing_key_free(key);
    printf("durability: commit, %d requests at once, median of %d rounds\n", AT_ONCE, ROUNDS);
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        printf("%-62s %10.2f  %s\n", lines[i].what, middle_of(rounds, lines[i].offset), lines[i].goal);
    return 0;
}
