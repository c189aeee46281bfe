/* SPDX-License-Identifier: Apache-2.0 */
/* The variables by which clients find the gate, as they are here, and what they let go round it. Values may hold a
 * password, and are not shown. */
#include <stdlib.h>

#include "doctor_internal.h"

/* --- what goes round it ---------------------------------------------------------------------------------------------
 */

static void say_wide(struct text entry, const char *why, struct finding *finding)
{
    finding_say(finding, DOCTOR_TO_DO, "no_proxy: %.*s %s", TEXT_ARG(entry), why);
    finding_advise(finding, "take %.*s out of no_proxy: name what stays in the pod or the cluster", TEXT_ARG(entry));
}

static bool is_public_network(struct text entry)
{
    struct address_range range;
    if (!address_range_parse(entry, &range))
        return false;
    return range.prefix == 0 || address_class(&range.base) == ADDRESS_PUBLIC;
}

void judge_no_proxy(struct text entry, const struct llm_catalogue *catalogue, struct finding *finding)
{
    struct host host;
    uint16_t port;
    struct text name = text_trim(entry, " \t");
    while (text_starts_with(name, TEXT("*.")) || text_starts_with(name, TEXT(".")))
        name = text_after(name, 1);
    if (text_equal(name, TEXT("*")))
        say_wide(entry, "lets everything go round the gate", finding);
    else if (is_public_network(name))
        say_wide(entry, "is a public network", finding);
    else if (!authority_parse(name, 1, &host, &port) || host.kind != HOST_NAME)
        return;
    else if (name_is_public_suffix(host.text))
        say_wide(entry, "is a suffix under which anybody can have a name", finding);
    else if (llm_catalogue_find(catalogue, &host) != NULL)
        say_wide(entry, "is a vendor of models", finding);
}

static void look_at_exceptions(const struct patient *patient, const char *value, struct finding *finding)
{
    struct text rest = text_from(value);
    struct text entry;
    while (text_split(&rest, ',', &entry)) {
        struct text word;
        while (text_split(&entry, ' ', &word))
            if (word.length > 0)
                judge_no_proxy(word, policy_catalogue(patient->policy), finding);
    }
}

/* --- where the gate is ----------------------------------------------------------------------------------------------
 */

static bool listens_on(const struct settings_listeners *listeners, uint16_t port)
{
    for (size_t i = 0; i < listeners->count; i++)
        if (listeners->items[i].socket.port == port)
            return true;
    return false;
}

/* "http://user:secret@127.0.0.1:3128/": what is behind the last @. */
static struct text authority_of(struct text url)
{
    struct text rest = url;
    for (size_t i = 0; i + 3 <= url.length; i++)
        if (text_starts_with(text_after(url, i), TEXT("://"))) {
            rest = text_after(url, i + 3);
            break;
        }
    rest = text_part(rest, 0, text_index(rest, '/', 0));
    while (text_has(rest, '@'))
        rest = text_after(rest, text_index(rest, '@', 0) + 1);
    return rest;
}

static void
judge_variable(const struct settings_listen *listen, const char *variable, const char *value, struct finding *finding)
{
    struct host host;
    uint16_t port = 0;
    bool is_good = authority_parse(authority_of(text_from(value)), 1080, &host, &port);
    if (is_good && (listens_on(&listen->forward, port) || listens_on(&listen->socks, port))) {
        finding_say(finding, DOCTOR_WELL, "%s leads to the gate", variable);
        return;
    }
    finding_say(finding, DOCTOR_TO_DO, "%s leads to no listener of this configuration", variable);
    finding_advise(
        finding, "export %s=http://127.0.0.1:%u", variable,
        listen->forward.count > 0 ? listen->forward.items[0].socket.port : 3128);
}

static const char *value_of(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool look_at_variables(const struct settings_listen *listen, struct finding *finding)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    bool found = false;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = value_of(names[i]);
        if (value == NULL)
            continue;
        judge_variable(listen, names[i], value, finding);
        found = true;
    }
    if (value_of("HTTP_PROXY") != NULL && value_of("http_proxy") == NULL) {
        finding_say(finding, DOCTOR_TO_DO, "HTTP_PROXY in capitals is not read by curl and PHP");
        finding_advise(finding, "export http_proxy=\"$HTTP_PROXY\"");
        found = true;
    }
    return found;
}

void look_at_proxy(const struct patient *patient, struct finding *finding)
{
    const struct settings *settings = patient_settings(patient);
    bool is_turned = settings->redirect.mark.line > 0 && settings->listen.transparent.count > 0;
    static const char *const exceptions[] = {"no_proxy", "NO_PROXY"};
    if (!look_at_variables(&settings->listen, finding)) {
        finding_say(
            finding, is_turned ? DOCTOR_NOTHING : DOCTOR_UNSEEN, "%s",
            is_turned ? "no variable names a proxy, and none has to: connections are turned to the gate"
                      : "no variable names a proxy here: run it where the shop runs, with the shop's environment");
    }
    for (size_t i = 0; i < COUNT_OF(exceptions); i++)
        if (value_of(exceptions[i]) != NULL)
            look_at_exceptions(patient, value_of(exceptions[i]), finding);
}
