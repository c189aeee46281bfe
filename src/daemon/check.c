/* SPDX-License-Identifier: Apache-2.0 */
/* What `run` would stumble over with a configuration that is good as such: for `check`. */
#include <string.h>

#include "daemon_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "exeat/policy/trust.h"

static void look_at_issuer(const struct policy *policy, const char *path, struct mark mark, struct diags *diags)
{
    enum { SOON_DAYS = 30, DAY = 86400 };
    char *error = NULL;
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    struct tls_issuer *issuer =
        tls->certificate.length == 0 ? NULL : tls_issuer_load(tls->certificate.data, tls->key.data, &error);
    char *missing = issuer == NULL ? NULL : issuer_missing_name(policy, issuer, path);
    if (error != NULL)
        diag_remark(diags, mark, "tls.authority: %s", error);
    if (missing != NULL) {
        diag_warning(diags, mark, "%s", missing);
        diag_note(diags, "`exeat run` does not start here as long as that is so, nor does a reload take the file");
    }
    if (issuer != NULL) {
        int64_t left = (int64_t)tls_issuer_expires(issuer) - clock_wall_us() / 1000000;
        if (left < (int64_t)SOON_DAYS * DAY)
            diag_remark(
                diags, mark, "tls.authority: the certificate is over in %d days; renew it with `exeat ca renew -c %s`",
                (int)(left / DAY), path);
    }
    tls_issuer_free(issuer);
    base_free(missing);
    base_free(error);
}

struct remarking {
    struct diags *diags;
    struct mark mark;
};

static void remark(void *context, const char *sentence)
{
    const struct remarking *remarking = context;
    diag_remark(remarking->diags, remarking->mark, "%s", sentence);
}

/* Where the file that a sentence is about is named: the longest path of those that stand in it. */
static void place(const struct setting_text *file, const char *sentence, struct setting_text *found)
{
    bool is_named = file->text.length > found->text.length && strstr(sentence, file->text.data) != NULL;
    if (is_named)
        *found = *file;
}

/* A gate does not start with it. On another machine, whose files are others, that says nothing: a warning. */
static void look_at_files(const struct policy *policy, size_t index, struct diags *diags)
{
    const struct settings_trust *source = policy_trust_at(policy, index)->source;
    struct setting_text file = {.text = TEXT_INIT("")};
    char *error = NULL;
    if (trust_is_usable(policy, index, &error))
        return;
    place(&source->roots, error, &file);
    place(&source->certificate, error, &file);
    place(&source->key, error, &file);
    for (size_t i = 0; i < source->crls.count; i++)
        place(&source->crls.items[i], error, &file);
    if (file.text.length > 0) {
        diag_warning(diags, file.mark, "%s", error);
        diag_note(diags, "`exeat run` does not start here as long as that is so");
    }
    base_free(error);
}

static void look_at_trust(const struct policy *policy, struct mark mark, struct diags *diags)
{
    struct remarking remarking = {diags, mark};
    size_t count = policy_trust_count(policy);
    size_t before = diags_warnings(diags);
    char *error = NULL;
    for (size_t i = 0; i < count; i++)
        look_at_files(policy, i, diags);
    struct tls_client *client = diags_warnings(diags) > before ? NULL : trust_client(policy, &error);
    if (error != NULL)
        remark(&remarking, error);
    trust_remarks(policy, remark, &remarking);
    tls_client_free(client);
    base_free(error);
}

/* Listeners and rules that do not belong together are no mistake as such, and probably not what was meant. */
static void look_at_redirect(const struct settings *settings, struct diags *diags)
{
    const struct settings_turned_list *transparent = &settings->listen.transparent;
    bool has_rules = settings->redirect.mark.line > 0;
    if (transparent->count > 0 && !has_rules) {
        diag_warning(diags, transparent->items[0].socket.mark, "nobody looks whether anything is turned here");
        diag_note(diags, "add `redirect: { uid: 64123 }`, with the user that the gate runs as");
    }
    if (has_rules && transparent->count == 0)
        diag_remark(
            diags, settings->redirect.mark,
            "without listen.transparent connections of all others are refused, but for those to listen.forward and "
            "listen.socks");
    if (has_rules && transparent->count > 0 && settings->listen.dns.count == 0)
        diag_remark(
            diags, settings->redirect.mark,
            "without listen.dns nobody but the gate can look up a name, and who cannot seldom connects");
}

/* Is something of that family turned there, but nothing to a place of this user's own? */
static bool lacks_place(const struct settings_turned_list *list, uint32_t uid, uint8_t length)
{
    bool is_turned = false;
    for (size_t i = 0; i < list->count; i++) {
        const struct settings_turned *turned = &list->items[i];
        if (turned->socket.address.length != length)
            continue;
        if (turned->owner.is_known && turned->owner.uid == uid)
            return false;
        is_turned = true;
    }
    return is_turned;
}

static void look_for_gate(const struct settings_turned_list *list, uint64_t gate, struct diags *diags)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].owner.is_known && list->items[i].owner.uid == gate)
            diag_warning(
                diags, list->items[i].socket.mark, "user %u is the gate itself, which nobody turns anywhere",
                list->items[i].owner.uid);
}

static void look_at_owner(
    const struct settings_listen *listen, const struct settings_client *client, uint8_t length, struct diags *diags)
{
    uint32_t uid = client->owner.uid;
    const char *family = length == 4 ? "IPv4" : "IPv6";
    const char *loopback = length == 4 ? "127.0.0.1" : "[::1]";
    if (lacks_place(&listen->transparent, uid, length))
        diag_remark(
            diags, client->name.mark,
            "behind a redirect it is not always known that a connection by %s is of user %u; "
            "`listen.transparent: [{ address: \"%s:PORT\", uid: %u }]` makes it certain",
            family, uid, loopback, uid);
    if (lacks_place(&listen->dns, uid, length))
        diag_remark(
            diags, client->name.mark,
            "behind a redirect it is seldom known that a question by %s is of user %u; "
            "`listen.dns: [{ address: \"%s:PORT\", uid: %u }]` makes it certain",
            family, uid, loopback, uid);
}

/* Behind a redirect the kernel loses now and then whose a connection was (ways of NAT with ports), and nearly always
 * whose a question was. */
static void look_at_owners(const struct settings *settings, struct diags *diags)
{
    if (settings->redirect.mark.line == 0)
        return;
    look_for_gate(&settings->listen.transparent, settings->redirect.uid, diags);
    look_for_gate(&settings->listen.dns, settings->redirect.uid, diags);
    for (size_t i = 0; i < settings->lists.client_count; i++) {
        const struct settings_client *client = &settings->lists.clients[i];
        if (!client->owner.is_known)
            continue;
        look_at_owner(&settings->listen, client, 4, diags);
        look_at_owner(&settings->listen, client, 16, diags);
    }
}

/* Where clients are told of it by resolv.conf, and not turned to it: the gate reads that file too. */
static const struct settings_turned *find_named_place(const struct settings *settings)
{
    const struct settings_turned_list *list = &settings->listen.dns;
    bool is_asked = settings->redirect.mark.line == 0 && settings->resolve.servers.length == 0;
    for (size_t i = 0; is_asked && i < list->count; i++)
        if (list->items[i].socket.port == 53)
            return &list->items[i];
    return NULL;
}

/* Another machine's resolv.conf says nothing, so that these are remarks. */
static void look_at_dns(const struct settings *settings, struct diags *diags)
{
    struct mark mark;
    char *error = dns_find_loop(settings, &mark);
    const struct settings_turned *named = find_named_place(settings);
    if (error != NULL)
        diag_remark(diags, mark, "%s", error);
    else if (named != NULL)
        diag_remark(
            diags, named->socket.mark,
            "without resolve.servers the gate asks the servers of its own resolv.conf, and does not start where that "
            "names this listener; set it to the resolver of the pod or the cluster");
    base_free(error);
}

void daemon_check(const struct policy *policy, const char *path, struct diags *diags)
{
    const struct settings *settings = policy_settings(policy);
    const struct mark top = {.file = 0, .line = 1, .column = 1, .width = 1};
    look_at_dns(settings, diags);
    look_at_redirect(settings, diags);
    look_at_owners(settings, diags);
    if (settings->listen.forward.count + settings->listen.socks.count + settings->listen.transparent.count > 0) {
        look_at_issuer(policy, path, settings->tls.certificate.length > 0 ? settings->tls.mark : top, diags);
        look_at_trust(policy, top, diags);
    } else if (!settings->may_be_included)
        diag_warning(
            diags, top, "nothing to listen on; `exeat run` wants listen.forward, such as [\"127.0.0.1:3128\"]");
}
