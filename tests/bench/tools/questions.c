/* SPDX-License-Identifier: Apache-2.0 */
/* The load generator for DNS by UDP: so many questions outstanding over so many sockets, each asked anew as soon as it
 * is answered. An answer counts when it is NOERROR and has a record; a question that nobody answers is lost. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "histogram.h"

enum { SOCKETS = 16, EACH = 8, NAMES = 64, NAME_SIZE = 64, ANSWER_SIZE = 512, LOST_NS = 500000000 };
enum { HEADER = 12, CODE = 15 };
static const char usage[] =
    "questions IP PORT SECONDS PROCESS SUFFIX: A of n0.SUFFIX to n63.SUFFIX; prints one line of JSON\n";

struct question {
    uint64_t began_ns;
    uint16_t turn; /* an answer to an earlier one is not of this */
};

struct asker {
    int fd;
    struct question asked[EACH];
};

struct run {
    int loop;
    bool measuring;
    struct asker askers[SOCKETS];
    uint8_t names[NAMES][HEADER + NAME_SIZE + 4]; /* whole questions */
    size_t lengths[NAMES];
    size_t next;
    uint64_t answered;
    uint64_t wrong;
    uint64_t lost;
    struct histogram latency;
};

/* --- questions -------------------------------------------------------------------------------------------------------
 */

static void write_question(struct run *run, size_t number, const char *suffix)
{
    static const uint8_t head[HEADER] = {0, 0, 1, 0, 0, 1}; /* recursion is desired, one question */
    static const uint8_t kind[] = {0, 0, 1, 0, 1};          /* the root, A, IN */
    char name[NAME_SIZE];
    uint8_t *at = run->names[number];
    memcpy(at, head, sizeof(head));
    at += HEADER;
    snprintf(name, sizeof(name), "n%zu.%s", number, suffix);
    for (char *rest = name, *label; (label = strsep(&rest, ".")) != NULL;) {
        *at++ = (uint8_t)strlen(label);
        memcpy(at, label, strlen(label));
        at += strlen(label);
    }
    memcpy(at, kind, sizeof(kind));
    run->lengths[number] = (size_t)(at - run->names[number]) + sizeof(kind);
}

/* The id of a question: which of its socket, and the how many-th. */
static uint16_t ident_of(size_t slot, uint16_t turn)
{
    return (uint16_t)(slot | (unsigned)(turn * EACH));
}

/* Puts one more question into a batch of those that go out together. */
static void ask(struct run *run, struct asker *asker, size_t slot, uint8_t *copy, struct iovec *part, uint64_t now)
{
    size_t number = run->next++ % NAMES;
    struct question *question = &asker->asked[slot];
    question->turn++;
    question->began_ns = now;
    memcpy(copy, run->names[number], run->lengths[number]);
    uint16_t ident = htons(ident_of(slot, question->turn));
    memcpy(copy, &ident, sizeof(ident));
    *part = (struct iovec){copy, run->lengths[number]};
}

static void ask_all(struct run *run, struct asker *asker, const size_t *slots, size_t count)
{
    uint8_t copies[EACH][sizeof(run->names[0])];
    struct iovec parts[EACH];
    struct mmsghdr messages[EACH] = {0};
    uint64_t now = clock_ns();
    for (size_t i = 0; i < count; i++) {
        ask(run, asker, slots[i], copies[i], &parts[i], now);
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    if (count > 0 && sendmmsg(asker->fd, messages, (unsigned)count, 0) < 0)
        give_up("questions: sendmmsg");
}

/* --- answers ---------------------------------------------------------------------------------------------------------
 */

/* Which question of its socket this answers; EACH: none. */
static size_t take(struct run *run, struct asker *asker, const uint8_t *answer, size_t length, uint64_t now)
{
    uint16_t ident = (uint16_t)(answer[0] << 8 | answer[1]);
    size_t slot = ident % EACH;
    struct question *question = &asker->asked[slot];
    if (length < HEADER || ident != ident_of(slot, question->turn) || question->began_ns == 0)
        return EACH;
    bool good = (answer[3] & CODE) == 0 && (answer[6] << 8 | answer[7]) > 0;
    if (run->measuring) {
        run->answered += good ? 1 : 0;
        run->wrong += good ? 0 : 1;
        histogram_add(&run->latency, now - question->began_ns);
    }
    question->began_ns = 0;
    return slot;
}

static void readable(struct run *run, struct asker *asker)
{
    uint8_t answers[EACH][ANSWER_SIZE];
    struct iovec parts[EACH];
    struct mmsghdr messages[EACH] = {0};
    for (size_t i = 0; i < EACH; i++) {
        parts[i] = (struct iovec){answers[i], sizeof(answers[i])};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int got = recvmmsg(asker->fd, messages, EACH, MSG_DONTWAIT, NULL);
    uint64_t now = clock_ns();
    size_t slots[EACH];
    size_t count = 0;
    for (int i = 0; i < got; i++) {
        slots[count] = take(run, asker, answers[i], messages[i].msg_len, now);
        count += slots[count] < EACH ? 1 : 0;
    }
    ask_all(run, asker, slots, count);
}

/* What nobody answers is asked anew, as another question. */
static void give_up_old(struct run *run, struct asker *asker)
{
    uint64_t now = clock_ns();
    size_t slots[EACH];
    size_t count = 0;
    for (size_t slot = 0; slot < EACH; slot++)
        if (now - asker->asked[slot].began_ns > LOST_NS)
            slots[count++] = slot;
    run->lost += run->measuring ? count : 0;
    ask_all(run, asker, slots, count);
}

/* --- a run -----------------------------------------------------------------------------------------------------------
 */

static void start(struct run *run, const struct sockaddr_in *to)
{
    static const size_t all[EACH] = {0, 1, 2, 3, 4, 5, 6, 7};
    run->loop = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < SOCKETS; i++) {
        struct asker *asker = &run->askers[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = asker};
        asker->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (asker->fd < 0 || connect(asker->fd, (const struct sockaddr *)to, sizeof(*to)) < 0 ||
            epoll_ctl(run->loop, EPOLL_CTL_ADD, asker->fd, &event) < 0)
            give_up("questions: socket");
        ask_all(run, asker, all, EACH);
    }
}

static void run_until(struct run *run, uint64_t end)
{
    uint64_t look = clock_ns() + LOST_NS;
    for (uint64_t now = 0; now < end; now = clock_ns()) {
        struct epoll_event events[SOCKETS];
        int ready = epoll_wait(run->loop, events, SOCKETS, 50);
        for (int i = 0; i < ready; i++)
            readable(run, events[i].data.ptr);
        if (now < look)
            continue;
        look = now + LOST_NS;
        for (size_t i = 0; i < SOCKETS; i++)
            give_up_old(run, &run->askers[i]);
    }
}

static void measure(struct run *run, double seconds, int process)
{
    run_until(run, clock_ns() + 250000000); /* whatever is to be kept is kept then */
    uint64_t cpu = cpu_ns(process);
    uint64_t own = cpu_ns(getpid());
    uint64_t began = clock_ns();
    run->measuring = true;
    run_until(run, began + (uint64_t)(seconds * 1e9));
    double ns = (double)(clock_ns() - began);
    double used = (double)(cpu_ns(process) - cpu);
    printf(
        "{\"requests\": %llu, \"rate\": %.1f, \"p50\": %.1f, \"p99\": %.1f, \"errors\": %llu, \"lost\": %llu, "
        "\"cpu_us\": %.1f, \"busy\": %.3f, \"own_busy\": %.3f}\n",
        (unsigned long long)run->answered, (double)run->answered / ns * 1e9,
        (double)histogram_at(&run->latency, 0.5) / 1000, (double)histogram_at(&run->latency, 0.99) / 1000,
        (unsigned long long)run->wrong, (unsigned long long)run->lost, used / 1000, used / ns,
        (double)(cpu_ns(getpid()) - own) / ns);
}

int main(int count, char **words)
{
    static struct run run;
    struct sockaddr_in to = {.sin_family = AF_INET};
    if (count != 6 || inet_pton(AF_INET, words[1], &to.sin_addr) != 1 || strlen(words[5]) > NAME_SIZE - 8) {
        fputs(usage, stderr);
        return 2;
    }
    to.sin_port = htons((uint16_t)strtoul(words[2], NULL, 10));
    for (size_t i = 0; i < NAMES; i++)
        write_question(&run, i, words[5]);
    start(&run, &to);
    measure(&run, strtod(words[3], NULL), (int)strtol(words[4], NULL, 10));
    return 0;
}
