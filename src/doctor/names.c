/* SPDX-License-Identifier: Apache-2.0 */
/* Does the resolver that the gate would ask answer? A name is asked for that nobody has (RFC 6761 6.4): that there is
 * none is an answer, too. */
#include "doctor_internal.h"
#include "exeat/net.h"

enum { PATIENCE_MS = 3000 };

struct asking {
    struct loop *loop;
    struct finding *finding;
    struct text servers;
    struct resolve *resolve; /* NULL: it is over */
};

static void say_silent(struct asking *asking, const char *why)
{
    finding_say(asking->finding, DOCTOR_TO_DO, "%.*s: %s", TEXT_ARG(asking->servers), why);
    finding_advise(
        asking->finding,
        "set resolve.servers to the resolver of the pod or the cluster, and let it through the network's policy");
}

static void on_resolved(void *context, const struct resolved *resolved)
{
    struct asking *asking = context;
    struct text detail = text_from(resolved->detail);
    bool nobody = resolved->result == RESOLVE_TIMED_OUT || text_equal(detail, TEXT("Could not contact DNS servers"));
    asking->resolve = NULL;
    if (nobody)
        say_silent(asking, resolved->detail);
    else
        finding_say(asking->finding, DOCTOR_WELL, "%.*s: an answer came", TEXT_ARG(asking->servers));
    loop_stop(asking->loop);
}

static void on_silence(void *context)
{
    struct asking *asking = context;
    resolve_cancel(asking->resolve);
    asking->resolve = NULL;
    say_silent(asking, "no answer in 3 s");
    loop_stop(asking->loop);
}

void look_at_names(const struct patient *patient, struct finding *finding)
{
    const struct settings_resolve *settings = &patient_settings(patient)->resolve;
    const struct resolver_options options = {.servers = settings->servers.data};
    struct asking asking = {.loop = loop_new(), .finding = finding, .servers = TEXT("the servers of resolv.conf")};
    struct host name;
    if (settings->servers.length > 0)
        asking.servers = settings->servers;
    struct resolver *resolver = resolver_new(asking.loop, &options);
    struct timer *limit = timer_new(asking.loop, on_silence, &asking);
    if (host_parse(TEXT("exeat.invalid"), &name)) {
        timer_start(limit, PATIENCE_MS);
        asking.resolve = resolve_start(resolver, &name, on_resolved, &asking);
        loop_run(asking.loop);
    }
    timer_free(limit);
    resolver_free(resolver);
    loop_free(asking.loop);
}
