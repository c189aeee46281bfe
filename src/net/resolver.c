/* SPDX-License-Identifier: Apache-2.0 */
/* From a name to its addresses. The fixed answers of the configuration come first, then what needs no asking
 * (addresses, localhost, the hosts file), then answers that are still good, then DNS: A and AAAA of exactly the name
 * that was judged. It does not judge addresses. */
#include <ares.h>
#include <ares_nameser.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/file.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "names_internal.h"
#include "net_internal.h"

/* How long one family waits for the other (RFC 8305 section 3), and how long an answer is kept at most. */
enum { PATIENCE_MS = 50, ANSWER_SECONDS = 3600, NO_ANSWER_SECONDS = 60 };

/* One caller. */
struct resolve {
    struct list_node node;    /* in lookup->waiters */
    struct deferred deferred; /* to be told */
    resolve_done on_done;
    void *context;
    enum resolve_source source;
    struct answer answer;
};

/* What DNS says of one type. */
enum family_state { FAMILY_ASKED, FAMILY_ANSWERED };
struct family {
    struct lookup *lookup; /* borrowed */
    int type;
    enum family_state state;
    int status; /* of c-ares */
    uint64_t came_us;
    uint32_t seconds; /* how long it is good from then on */
    bool says_so;     /* it tells how long */
    size_t count;
    struct address addresses[RESOLVE_MAX];
};

/* A name that DNS is asked about, for all who want to know. It goes on until both types are answered, even if one was
 * enough. */
struct lookup {
    struct list_node node; /* in resolver->lookups */
    struct resolver *resolver;
    struct host name;
    struct list waiters;       /* struct resolve */
    struct timer *patience;    /* owned */
    struct family families[2]; /* AAAA, A */
};

/* --- callers ---------------------------------------------------------------------------------------------------------
 */

static void on_deferred(struct deferred *deferred)
{
    struct resolve *resolve = list_owner(deferred, struct resolve, deferred);
    struct resolved resolved = {
        .result = resolve->answer.result,
        .source = resolve->source,
        .detail = resolve->answer.detail,
        .addresses = resolve->answer.addresses,
        .count = resolve->answer.count,
    };
    resolve->on_done(resolve->context, &resolved);
    base_free(resolve);
}

static void tell(struct resolver *resolver, struct resolve *resolve, const struct answer *answer)
{
    resolve->answer = *answer;
    loop_defer(resolver->loop, &resolve->deferred);
}

void resolve_cancel(struct resolve *resolve)
{
    if (resolve == NULL)
        return;
    list_remove(&resolve->node);
    deferred_cancel(&resolve->deferred);
    base_free(resolve);
}

/* --- DNS -------------------------------------------------------------------------------------------------------------
 */

static void lookup_free(struct lookup *lookup)
{
    struct list_node *node;
    list_remove(&lookup->node);
    while ((node = list_first(&lookup->waiters)) != NULL)
        resolve_cancel(list_owner(node, struct resolve, node));
    timer_free(lookup->patience);
    base_free(lookup);
}

/* Once, however often the reply has it. */
static void add_address(struct family *family, const void *bytes, uint8_t length, int seconds)
{
    struct address address = {.length = length};
    uint32_t good = seconds < 0 ? 0 : (uint32_t)seconds;
    memcpy(address.bytes, bytes, length);
    family->seconds = family->count == 0 || good < family->seconds ? good : family->seconds;
    for (size_t i = 0; i < family->count; i++)
        if (address_equal(&family->addresses[i], &address))
            return;
    family->addresses[family->count++] = address;
}

static int read_a(struct family *family, struct bytes reply)
{
    struct ares_addrttl found[RESOLVE_MAX];
    int count = RESOLVE_MAX;
    int status = ares_parse_a_reply(reply.data, (int)reply.length, NULL, found, &count);
    for (int i = 0; status == ARES_SUCCESS && i < count; i++)
        add_address(family, &found[i].ipaddr, 4, found[i].ttl);
    return status;
}

static int read_aaaa(struct family *family, struct bytes reply)
{
    struct ares_addr6ttl found[RESOLVE_MAX];
    int count = RESOLVE_MAX;
    int status = ares_parse_aaaa_reply(reply.data, (int)reply.length, NULL, found, &count);
    for (int i = 0; status == ARES_SUCCESS && i < count; i++)
        add_address(family, &found[i].ip6addr, 16, found[i].ttl);
    return status;
}

static void read_family(struct family *family, int status, struct bytes reply)
{
    family->state = FAMILY_ANSWERED;
    family->came_us = loop_now_us(family->lookup->resolver->loop);
    family->status = status;
    if (status == ARES_SUCCESS)
        family->status = family->type == ns_t_a ? read_a(family, reply) : read_aaaa(family, reply);
    if (family->status == ARES_SUCCESS && family->count == 0)
        family->status = ARES_ENODATA;
    bool is_nothing = family->status == ARES_ENODATA || family->status == ARES_ENOTFOUND;
    family->says_so = family->count > 0 || (is_nothing && dns_negative_seconds(reply, &family->seconds));
}

/* What says most about why there is nothing. */
static int weight(int status)
{
    if (status == ARES_ETIMEOUT)
        return 3;
    if (status == ARES_ENOTFOUND)
        return 1;
    return status == ARES_ENODATA ? 0 : 2;
}

static void describe_failure(const struct lookup *lookup, struct answer *answer)
{
    int one = lookup->families[0].status;
    int other = lookup->families[1].status;
    int status = weight(one) > weight(other) ? one : other;
    answer->result = status == ARES_ETIMEOUT ? RESOLVE_TIMED_OUT : RESOLVE_FAILED;
    answer->detail = ares_strerror(status);
}

/* Both types in turn, so that none takes all the room; AAAA first. */
static void join_addresses(const struct lookup *lookup, struct answer *answer)
{
    answer->result = RESOLVE_OK;
    answer->detail = "";
    for (size_t i = 0; i < RESOLVE_MAX; i++)
        for (size_t j = 0; j < 2; j++)
            if (i < lookup->families[j].count && answer->count < RESOLVE_MAX)
                answer->addresses[answer->count++] = lookup->families[j].addresses[i];
}

/* An answer is good as long as all of it is. That a server failed is not kept; it does not harm what the other said. */
static uint64_t until_of(const struct lookup *lookup)
{
    bool has_any = lookup->families[0].count + lookup->families[1].count > 0;
    uint64_t most = has_any ? ANSWER_SECONDS : NO_ANSWER_SECONDS;
    uint64_t until = UINT64_MAX;
    for (size_t i = 0; i < 2; i++) {
        const struct family *family = &lookup->families[i];
        uint64_t seconds = family->seconds < most ? family->seconds : most;
        uint64_t end = family->says_so ? family->came_us + seconds * 1000000 : 0;
        if ((family->says_so || !has_any) && end < until)
            until = end;
    }
    return until;
}

static void settle(struct lookup *lookup)
{
    struct resolver *resolver = lookup->resolver;
    struct answer answer = {.count = 0};
    struct list_node *node;
    if (lookup->families[0].count + lookup->families[1].count > 0)
        join_addresses(lookup, &answer);
    else
        describe_failure(lookup, &answer);
    answers_keep(resolver->answers, &lookup->name, &answer, loop_now_us(resolver->loop), until_of(lookup));
    while ((node = list_take_first(&lookup->waiters)) != NULL)
        tell(resolver, list_owner(node, struct resolve, node), &answer);
}

static void on_patience(void *context)
{
    settle(context);
}

static void on_family(void *context, int status, struct bytes reply)
{
    struct family *family = context;
    struct lookup *lookup = family->lookup;
    const struct family *other = &lookup->families[family == &lookup->families[0]];
    read_family(family, status, reply);
    if (other->state == FAMILY_ANSWERED) {
        settle(lookup);
        lookup_free(lookup);
    } else if (family->count > 0) {
        timer_start(lookup->patience, PATIENCE_MS);
    }
}

static void ask_dns(struct resolver *resolver, const struct host *name, struct resolve *resolve)
{
    struct lookup *lookup = base_zalloc(sizeof(*lookup));
    char absolute[HOST_TEXT_SIZE + 1];
    memcpy(absolute, name->text, name->length);
    memcpy(absolute + name->length, ".", 2);
    lookup->resolver = resolver;
    lookup->name = *name;
    lookup->patience = timer_new(resolver->loop, on_patience, lookup);
    list_init(&lookup->waiters);
    list_append(&lookup->waiters, &resolve->node);
    list_append(&resolver->lookups, &lookup->node);
    lookup->families[0] = (struct family){.lookup = lookup, .type = ns_t_aaaa};
    lookup->families[1] = (struct family){.lookup = lookup, .type = ns_t_a};
    name_servers_ask(resolver->servers, absolute, ns_t_aaaa, on_family, &lookup->families[0]);
    name_servers_ask(resolver->servers, absolute, ns_t_a, on_family, &lookup->families[1]); /* may free the lookup */
}

/* Who asks while a question is open waits with the others; one that was settled waits for nobody any more. */
static struct lookup *find_lookup(struct resolver *resolver, const struct host *name)
{
    for (struct list_node *node = list_first(&resolver->lookups); node != NULL;
         node = list_next(&resolver->lookups, node)) {
        struct lookup *lookup = list_owner(node, struct lookup, node);
        if (!list_is_empty(&lookup->waiters) && host_equal(&lookup->name, name))
            return lookup;
    }
    return NULL;
}

/* --- what needs no DNS -----------------------------------------------------------------------------------------------
 */

static bool find_fixed(const struct resolver *resolver, const struct host *name, struct answer *answer)
{
    for (size_t i = 0; i < resolver->fixed_count; i++) {
        const struct resolver_fixed *fixed = &resolver->fixed[i];
        if (!host_equal(&fixed->name, name))
            continue;
        answer->count = fixed->count < RESOLVE_MAX ? fixed->count : RESOLVE_MAX;
        memcpy(answer->addresses, fixed->addresses, answer->count * sizeof(*fixed->addresses));
        answer->result = answer->count > 0 ? RESOLVE_OK : RESOLVE_FAILED;
        answer->detail = answer->count > 0 ? "" : "resolve.hosts has no address for it";
        return true;
    }
    return false;
}

/* RFC 6761 section 6.3: loopback, and nobody is asked. */
static bool find_localhost(const struct host *name, struct answer *answer)
{
    static const struct address loopback[] = {{{127, 0, 0, 1}, 4}, {{[15] = 1}, 16}};
    struct text text = host_text(name);
    if (!text_equal(text, TEXT("localhost")) && !text_ends_with(text, TEXT(".localhost")))
        return false;
    *answer = (struct answer){.result = RESOLVE_OK, .detail = "", .count = 2};
    memcpy(answer->addresses, loopback, sizeof(loopback));
    return true;
}

static bool find_address(const struct host *name, struct answer *answer)
{
    if (name->kind != HOST_ADDRESS)
        return false;
    *answer = (struct answer){.result = RESOLVE_OK, .detail = "", .count = 1, .addresses = {name->address}};
    return true;
}

static bool find_known(struct resolver *resolver, const struct host *name, struct answer *answer)
{
    return find_fixed(resolver, name, answer) || find_address(name, answer) || find_localhost(name, answer) ||
           hosts_file_find(&resolver->hosts, name, answer);
}

bool resolver_knows(
    struct resolver *resolver, const struct host *name, struct address addresses[RESOLVE_MAX], size_t *count)
{
    struct answer answer;
    if (!find_known(resolver, name, &answer))
        return false;
    *count = answer.count;
    memcpy(addresses, answer.addresses, answer.count * sizeof(*addresses));
    return true;
}

/* RESOLVE_ASKED: nobody here knows. */
static enum resolve_source find_here(struct resolver *resolver, const struct host *name, struct answer *answer)
{
    if (find_known(resolver, name, answer))
        return RESOLVE_BY_ITSELF;
    const struct answer *kept = answers_find(resolver->answers, name, loop_now_us(resolver->loop));
    if (kept == NULL)
        return RESOLVE_ASKED;
    *answer = *kept;
    return RESOLVE_KEPT;
}

struct resolve *resolve_start(struct resolver *resolver, const struct host *name, resolve_done on_done, void *context)
{
    struct resolve *resolve = base_zalloc(sizeof(*resolve));
    struct answer answer;
    struct lookup *lookup;
    resolve->deferred.run = on_deferred;
    resolve->on_done = on_done;
    resolve->context = context;
    resolve->source = find_here(resolver, name, &answer);
    if (resolve->source != RESOLVE_ASKED)
        tell(resolver, resolve, &answer);
    else if ((lookup = find_lookup(resolver, name)) != NULL)
        list_append(&lookup->waiters, &resolve->node);
    else
        ask_dns(resolver, name, resolve);
    return resolve;
}

/* --- the resolver ----------------------------------------------------------------------------------------------------
 */

void resolver_refresh(struct resolver *resolver)
{
    struct buffer content = {0};
    char *error = NULL;
    hosts_file_clear(&resolver->hosts);
    answers_forget(resolver->answers);
    if (resolver->hosts_path == NULL || access(resolver->hosts_path, F_OK) != 0)
        return;
    if (file_read(resolver->hosts_path, HOSTS_FILE_MAX, &content, &error))
        hosts_file_parse(buffer_text(&content), &resolver->hosts);
    else
        log_info("hosts_file_left_out", log_string("error", error));
    base_free(error);
    buffer_clear(&content);
}

struct resolver *resolver_new(struct loop *loop, const struct resolver_options *options)
{
    struct resolver *resolver = base_zalloc(sizeof(*resolver));
    resolver->loop = loop;
    resolver->fixed = options->fixed;
    resolver->fixed_count = options->fixed_count;
    resolver->hosts_path = options->hosts_path;
    resolver->answers = answers_new();
    resolver->servers = name_servers_new(loop, options->servers);
    list_init(&resolver->lookups);
    list_init(&resolver->asks);
    resolver_refresh(resolver);
    return resolver;
}

void resolver_free(struct resolver *resolver)
{
    struct list_node *node;
    if (resolver == NULL)
        return;
    name_servers_free(resolver->servers);
    asks_free(&resolver->asks);
    while ((node = list_first(&resolver->lookups)) != NULL)
        lookup_free(list_owner(node, struct lookup, node));
    answers_free(resolver->answers);
    hosts_file_clear(&resolver->hosts);
    base_free(resolver);
}
