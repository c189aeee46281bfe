/* SPDX-License-Identifier: Apache-2.0 */
/* All endpoints of a policy are asked at once what they are, for people. */
#include "exeat/checkup/online.h"

#include "exeat/base/memory.h"
#include "exeat/checkup/proof.h"
#include "probe.h"

struct online {
    const struct policy *policy; /* borrowed */
    struct loop *loop;
    struct checkup_way way;
    struct asked *asked; /* owned */
    size_t count;
    size_t waiting; /* probes that are not over */
};
struct asked {
    struct online *online; /* borrowed */
    struct probe probe;
    bool is_good;
};

static void on_end(void *context, enum probe_end end)
{
    struct asked *asked = context;
    asked->is_good = end == PROBE_FOUND_GOOD;
    if (--asked->online->waiting == 0)
        loop_stop(asked->online->loop);
}

static void begin(struct online *online, struct asked *asked, size_t index)
{
    *asked = (struct asked){
        .online = online,
        .probe = {.policy = online->policy, .index = index, .on_end = on_end, .context = asked},
    };
    online->waiting++;
    probe_begin(&asked->probe, &online->way, online->loop);
}

/* Who is well in all else may have another model than it must. */
static void ask_for_proof(struct asked *asked, struct tls_client *tls)
{
    struct online *online = asked->online;
    struct probe *probe = &asked->probe;
    struct buffer wrong = {0};
    if (asked->is_good && !checkup_proves(online->policy, probe->index, online->loop, tls, &wrong)) {
        asked->is_good = false;
        BUFFER_APPEND_ALL(&probe->said, TEXT("; but "), buffer_text(&wrong));
    }
    buffer_clear(&wrong);
}

static bool report(const struct asked *asked, struct buffer *out)
{
    const struct probe *probe = &asked->probe;
    BUFFER_APPEND_ALL(out, TEXT("inference "), probe->source->name, TEXT(": "));
    buffer_append_shown(out, buffer_text(&probe->said), ""); /* with words of its own */
    buffer_append_byte(out, '\n');
    return asked->is_good;
}

bool checkup_online(const struct policy *policy, struct tls_client *tls, struct buffer *out)
{
    bool is_good = true;
    size_t count = policy_inference_count(policy);
    struct online online = {.policy = policy, .loop = loop_new()};
    checkup_way_open(&online.way, policy, online.loop, tls);
    online.asked = base_array(count + 1, sizeof(*online.asked));
    for (size_t i = 0; i < count; i++) {
        const struct policy_inference *source = policy_inference(policy, i);
        if (source->via != NULL)
            buffer_printf(out, "inference %.*s: is behind a proxy, and not asked\n", TEXT_ARG(source->name));
        else if (!source->is_canned)
            begin(&online, &online.asked[online.count++], i);
    }
    if (online.waiting > 0)
        loop_run(online.loop);
    for (size_t i = 0; i < online.count; i++) {
        ask_for_proof(&online.asked[i], tls);
        is_good = report(&online.asked[i], out) && is_good;
        probe_clear(&online.asked[i].probe);
    }
    base_free(online.asked);
    checkup_way_close(&online.way);
    loop_free(online.loop);
    return is_good;
}
