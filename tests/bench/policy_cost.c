/* SPDX-License-Identifier: Apache-2.0 */
/* What a decision costs, however many patterns there are.
 *     bench_policy                       the table: 10, 10k and 1M patterns
 *     bench_policy judge PATTERNS COUNT  only COUNT decisions, for a counter of instructions
 *     bench_policy write PATTERNS FILE   the list, for others
 * Half of the patterns are names, half are suffixes; every host asked for is one of them. The bare probe is one look
 * into a plain hash table of the same keys at half load, which says that the key is there and nothing else. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "policy_internal.h"

enum { ASKED = 200000, ROUNDS = 7, NAME_SIZE = 40 };

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    uint64_t mixed = *state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

/* Of this process on a CPU: what others do meanwhile is not counted, but the memory that they keep busy is. */
static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One question ends before the next begins, as with requests: else the processor would wait for several at once. */
static inline void finish_one(void)
{
#ifdef __x86_64__
    __builtin_ia32_lfence();
#else
    __sync_synchronize();
#endif
}

static size_t resident_bytes(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*s %zu", &pages) != 1)
        pages = 0;
    if (file != NULL)
        (void)fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* --- the list
 * --------------------------------------------------------------------------------------------------------- */

/* Numbers that do not follow each other, so that the names have no order that a table could like. */
static uint32_t scattered(uint32_t number)
{
    return number * 2654435761u;
}

/* Half are names of their own, half are below a suffix. By hand, for it stands in the measured loop. */
static size_t name_of(uint32_t number, char name[NAME_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    bool below = number % 2 == 1;
    size_t at = below ? 5 : 1;
    uint32_t value = scattered(number);
    memcpy(name, below ? "cdn.s........example" : "n........shop.example", 5);
    for (size_t i = 0; i < 8; i++, value <<= 4)
        name[at++] = digits[value >> 28];
    memcpy(name + at, below ? ".example" : ".shop.example", below ? 9 : 14);
    return at + (below ? 8 : 13);
}

static void write_list(const char *path, uint32_t patterns)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    for (uint32_t i = 0; i < patterns; i++)
        (void)fprintf(file, i % 2 == 0 ? "n%08x.shop.example\n" : "*.s%08x.example\n", scattered(i));
    (void)fclose(file);
}

/* --- the bare table
 * --------------------------------------------------------------------------------------------------- */

struct bare_slot {
    uint32_t hash;
    uint32_t name; /* offset + 1; 0: free */
};
struct bare_table {
    struct bare_slot *slots;
    uint32_t mask;
    char *names; /* each with its NUL */
};

static uint32_t bare_hash(const char *name)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return (uint32_t)(hash ^ hash >> 32);
}

/* What stands in the list for a host that is asked for. */
static const char *key_of(const char *name)
{
    return name[0] == 'c' ? name + 4 : name;
}

static bool bare_find(const struct bare_table *table, const char *key)
{
    uint32_t hash = bare_hash(key);
    for (uint32_t at = hash & table->mask; table->slots[at].name != 0; at = (at + 1) & table->mask)
        if (table->slots[at].hash == hash && strcmp(table->names + table->slots[at].name - 1, key) == 0)
            return true;
    return false;
}

/* The table of the gate asks for large pages too. */
static void *large_pages(size_t length)
{
    enum { LARGE_PAGE = 2 << 20 };
    size_t whole = (length + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    void *memory = aligned_alloc(LARGE_PAGE, whole);
    ASSERT(memory != NULL);
    (void)madvise(memory, whole, MADV_HUGEPAGE);
    return memset(memory, 0, whole);
}

static void bare_make(struct bare_table *table, uint32_t patterns)
{
    char name[NAME_SIZE];
    uint32_t used = 0;
    table->mask = 16;
    while (table->mask < patterns * 2)
        table->mask *= 2;
    table->slots = large_pages((size_t)table->mask-- * sizeof(*table->slots));
    table->names = large_pages((size_t)patterns * NAME_SIZE);
    for (uint32_t i = 0; i < patterns; i++) {
        name_of(i, name);
        uint32_t hash = bare_hash(key_of(name));
        uint32_t at = hash & table->mask;
        while (table->slots[at].name != 0)
            at = (at + 1) & table->mask;
        table->slots[at] = (struct bare_slot){hash, used + 1};
        size_t length = strlen(key_of(name)) + 1;
        memcpy(table->names + used, key_of(name), length);
        used += (uint32_t)length;
    }
}

/* --- a policy of one list
 * --------------------------------------------------------------------------------------------- */

struct subject {
    struct policy *policy;
    uint32_t patterns;
    double load_seconds;
    struct bare_table bare;
    uint32_t *asked; /* which of them, ASKED times */
    double judge_ns;
    double bare_ns;
};

static void load(struct subject *subject, uint32_t patterns)
{
    char path[] = "/tmp/exeat-bench-XXXXXX";
    int file = mkstemp(path);
    struct buffer text = {0};
    struct diags *diags = diags_new();
    write_list(path, patterns);
    buffer_printf(
        &text,
        "version: 1\nlisten: { forward: [\"127.0.0.1:3128\"] }\ngroups: { list: { file: %s } }\n"
        "rules: [{ id: listed, verdict: allow, hosts: [\"@list\"] }]\n",
        path);
    double start = seconds_now();
    struct settings *settings = settings_parse(buffer_text(&text), "bench.yaml", diags);
    subject->policy = settings == NULL ? NULL : policy_compile(settings, diags);
    diags_free(diags);
    base_trim();
    subject->load_seconds = seconds_now() - start;
    subject->patterns = patterns;
    ASSERT(subject->policy != NULL);
    buffer_clear(&text);
    (void)unlink(path);
    (void)close(file);
}

/* In a process of its own, so that nothing else is counted. */
static size_t bytes_per_pattern(uint32_t patterns)
{
    int ends[2];
    size_t bytes = 0;
    if (pipe(ends) != 0)
        exit(2);
    pid_t child = fork();
    if (child == 0) {
        struct subject subject = {0};
        struct subject small = {0};
        load(&small, 10); /* what any policy costs */
        size_t before = resident_bytes();
        load(&subject, patterns);
        bytes = resident_bytes() - before;
        _exit(write(ends[1], &bytes, sizeof(bytes)) == sizeof(bytes) ? 0 : 1);
    }
    (void)close(ends[1]);
    if (read(ends[0], &bytes, sizeof(bytes)) != sizeof(bytes))
        exit(2);
    (void)close(ends[0]);
    (void)waitpid(child, NULL, 0);
    return bytes / patterns;
}

/* --- asking
 * ----------------------------------------------------------------------------------------------------------- */

static void choose_uniform(struct subject *subject, uint64_t seed)
{
    for (size_t i = 0; i < ASKED; i++)
        subject->asked[i] = (uint32_t)(next_random(&seed) % subject->patterns);
}

/* The n-th most wanted is asked for with a probability of 1/n. */
static void choose_zipf(struct subject *subject, uint64_t seed)
{
    for (size_t i = 0; i < ASKED; i++) {
        double uniform = (double)(next_random(&seed) >> 11) / 9007199254740992.0;
        subject->asked[i] = (uint32_t)pow(subject->patterns, uniform) - 1;
    }
}

static void set_host(struct host *host, uint32_t number)
{
    host->kind = HOST_NAME;
    host->length = (uint8_t)name_of(number, host->text);
}

/* What the loop itself costs: it is taken off. */
static double ask_nobody(const struct subject *subject, size_t count)
{
    struct host host = {0};
    size_t sum = 0;
    double start = seconds_now();
    for (size_t i = 0; i < count; i++) {
        set_host(&host, subject->asked[i % ASKED]);
        sum += (unsigned char)host.text[host.length - 9];
        finish_one();
    }
    ASSERT(sum > 0);
    return (seconds_now() - start) / (double)count * 1e9;
}

/* What a counter of instructions counts; not to be inlined, so that it has a name there. */
__attribute__((noinline)) static void
judge_one(const struct policy *policy, const struct request *request, struct decision *decision)
{
    policy_judge(policy, request, decision);
}

static double judge_all(const struct subject *subject, size_t count)
{
    struct request request = {.scheme = SCHEME_HTTPS, .port = 443};
    struct decision decision;
    size_t allowed = 0;
    double start = seconds_now();
    for (size_t i = 0; i < count; i++) {
        set_host(&request.host, subject->asked[i % ASKED]);
        judge_one(subject->policy, &request, &decision);
        allowed += decision.verdict == VERDICT_ALLOW ? 1 : 0;
        finish_one();
    }
    double spent = seconds_now() - start;
    ASSERT(allowed == count);
    return spent / (double)count * 1e9;
}

static double probe_all(const struct subject *subject, size_t count)
{
    struct host host = {0};
    size_t found = 0;
    double start = seconds_now();
    for (size_t i = 0; i < count; i++) {
        set_host(&host, subject->asked[i % ASKED]);
        found += bare_find(&subject->bare, key_of(host.text)) ? 1 : 0;
        finish_one();
    }
    double spent = seconds_now() - start;
    ASSERT(found == count);
    return spent / (double)count * 1e9;
}

static double least(double left, double right)
{
    return left == 0 || right < left ? right : left;
}

/* All subjects in turn, so that what disturbs the machine disturbs them alike; the best round of each counts. */
static void measure(struct subject *subjects, size_t count)
{
    double loop = 0;
    for (size_t i = 0; i < count; i++)
        subjects[i].judge_ns = subjects[i].bare_ns = 0;
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++) {
            loop = least(loop, ask_nobody(&subjects[i], ASKED));
            subjects[i].judge_ns = least(subjects[i].judge_ns, judge_all(&subjects[i], ASKED));
            subjects[i].bare_ns = least(subjects[i].bare_ns, probe_all(&subjects[i], ASKED));
        }
    for (size_t i = 0; i < count; i++) {
        subjects[i].judge_ns -= loop;
        subjects[i].bare_ns -= loop;
    }
}

/* --- what is asked of the program
 * -------------------------------------------------------------------------------------- */

static void make_subject(struct subject *subject, uint32_t patterns)
{
    load(subject, patterns);
    bare_make(&subject->bare, patterns);
    subject->asked = base_array(ASKED, sizeof(*subject->asked));
    choose_uniform(subject, 1);
}

static void print_table(void)
{
    static const uint32_t sizes[] = {10, 10000, 1000000};
    struct subject subjects[COUNT_OF(sizes)] = {0};
    double uniform[COUNT_OF(sizes)];
    double bare[COUNT_OF(sizes)];
    double zipf_bare;
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        make_subject(&subjects[i], sizes[i]);
    measure(subjects, COUNT_OF(sizes));
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        uniform[i] = subjects[i].judge_ns;
        bare[i] = subjects[i].bare_ns;
        choose_zipf(&subjects[i], 2);
    }
    measure(subjects, COUNT_OF(sizes));
    (void)printf("| patterns | load, s of CPU | bytes a pattern | uniform: x bare probe | Zipf: x ten patterns | bare "
                 "probe, Zipf: x ten |\n"
                 "|---|---|---|---|---|---|\n");
    zipf_bare = subjects[0].bare_ns;
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        (void)printf(
            "| %u | %.3f | %zu | %.2f (%.0f ns, bare %.0f) | %.2f (%.0f ns) | %.2f |\n", sizes[i],
            subjects[i].load_seconds, i == 0 ? 0 : bytes_per_pattern(sizes[i]), uniform[i] / bare[i], uniform[i],
            bare[i], subjects[i].judge_ns / subjects[0].judge_ns, subjects[i].judge_ns,
            subjects[i].bare_ns / zipf_bare);
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        print_table();
    } else if (argc == 4 && strcmp(argv[1], "judge") == 0) {
        struct subject subject = {0};
        make_subject(&subject, (uint32_t)strtoul(argv[2], NULL, 10));
        (void)judge_all(&subject, strtoul(argv[3], NULL, 10));
    } else if (argc == 4 && strcmp(argv[1], "write") == 0) {
        write_list(argv[3], (uint32_t)strtoul(argv[2], NULL, 10));
    } else {
        (void)fprintf(stderr, "usage: bench_policy [judge PATTERNS COUNT | write PATTERNS FILE]\n");
        return 2;
    }
    return 0;
}
