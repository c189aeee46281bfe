/* SPDX-License-Identifier: Apache-2.0 */
/* URLs that verified certificates name, in a ring: the newest takes the place of the oldest. */
#include "exeat/tls/places.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "tls_internal.h"

enum { PLACES = 256, LOOKED_AT = 128, URL_MAX = 512, STATUS_MAX = 1024 };
static const uint64_t kept_us = (uint64_t)6 * 3600 * 1000000;
static const uint64_t looked_us = (uint64_t)3600 * 1000000;

enum place_kind { PLACE_FILE, PLACE_STATUS };
struct place {
    enum place_kind kind;
    struct host host;
    uint16_t port;
    char path[URL_MAX]; /* canonical, with its query */
    char rule[TLS_PLACES_RULE_SIZE];
    uint64_t until_us; /* 0: none */
};
struct looked_at {
    struct host host;
    uint16_t port;
    char rule[TLS_PLACES_RULE_SIZE];
    uint64_t until_us;
};
struct tls_places {
    pthread_mutex_t lock;
    _Atomic bool has_any; /* ever: most gates never follow, and shall not take the lock for it */
    struct place items[PLACES];
    size_t next;
    struct looked_at looked[LOOKED_AT];
    size_t next_looked;
};

struct tls_places *tls_places_new(void)
{
    struct tls_places *places = base_zalloc(sizeof(*places));
    pthread_mutex_init(&places->lock, NULL);
    return places;
}

void tls_places_free(struct tls_places *places)
{
    if (places == NULL)
        return;
    pthread_mutex_destroy(&places->lock);
    base_free(places);
}

/* --- URLs ------------------------------------------------------------------------------------------------------------
 */

static bool join(struct text path, struct text query, bool has_query, char out[URL_MAX])
{
    if (path.length + 1 + query.length >= URL_MAX)
        return false;
    (void)snprintf(out, URL_MAX, "%.*s%s%.*s", TEXT_ARG(path), has_query ? "?" : "", TEXT_ARG(query));
    return true;
}

/* Only plain http: https would need the same for its own certificate, and LDAP is nobody's here. */
static bool read_url(struct text url, struct place *place)
{
    static const struct text scheme = TEXT_INIT("http://");
    struct buffer scratch = {0};
    struct path_readings readings;
    if (!text_starts_with(url, scheme) || text_has(url, '\0') || text_has(url, '#'))
        return false;
    struct text rest = text_after(url, scheme.length);
    size_t slash = text_index(rest, '/', 0);
    struct text target = text_after(rest, slash);
    size_t mark = text_index(target, '?', 0);
    struct text path = mark == 0 ? TEXT("/") : text_part(target, 0, mark);
    bool good = authority_parse(text_part(rest, 0, slash), scheme_port(SCHEME_HTTP), &place->host, &place->port) &&
                place->host.kind == HOST_NAME && path_read(path, &scratch, &readings, NULL) == PATH_CANONICAL &&
                join(readings.canonical, text_after(target, mark + 1), mark < target.length, place->path);
    buffer_clear(&scratch);
    return good;
}

/* --- certificates ----------------------------------------------------------------------------------------------------
 */

/* One connection's URLs on their way into the ring. */
struct noting {
    struct tls_places *places;
    struct text rule;
    uint64_t now_us;
};

static bool is_same(const struct place *place, const struct place *other)
{
    return place->until_us != 0 && place->kind == other->kind && place->port == other->port &&
           host_equal(&place->host, &other->host) && strcmp(place->path, other->path) == 0 &&
           strcmp(place->rule, other->rule) == 0;
}

static void keep(const struct noting *noting, const struct place *place)
{
    struct tls_places *places = noting->places;
    size_t at = 0;
    while (at < PLACES && !is_same(&places->items[at], place))
        at++;
    if (at == PLACES)
        at = places->next++ % PLACES;
    places->items[at] = *place;
    places->has_any = true;
}

static void note_name(const struct noting *noting, const GENERAL_NAME *name, enum place_kind kind)
{
    struct place place = {.kind = kind, .until_us = noting->now_us + kept_us};
    if (name->type != GEN_URI)
        return;
    const ASN1_STRING *uri = name->d.uniformResourceIdentifier;
    struct text url = {(const char *)ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri)};
    text_store(noting->rule, place.rule, sizeof(place.rule));
    if (read_url(url, &place))
        keep(noting, &place);
}

static void note_access(const struct noting *noting, const X509 *certificate)
{
    AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access); i++) {
        const ACCESS_DESCRIPTION *each = sk_ACCESS_DESCRIPTION_value(access, i);
        int method = OBJ_obj2nid(each->method);
        if (method == NID_ad_OCSP || method == NID_ad_ca_issuers)
            note_name(noting, each->location, method == NID_ad_OCSP ? PLACE_STATUS : PLACE_FILE);
    }
    AUTHORITY_INFO_ACCESS_free(access);
}

static void note_lists(const struct noting *noting, const X509 *certificate)
{
    CRL_DIST_POINTS *points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
    for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT_NAME *name = sk_DIST_POINT_value(points, i)->distpoint;
        const GENERAL_NAMES *names = name != NULL && name->type == 0 ? name->name.fullname : NULL;
        for (int j = 0; j < sk_GENERAL_NAME_num(names); j++)
            note_name(noting, sk_GENERAL_NAME_value(names, j), PLACE_FILE);
    }
    CRL_DIST_POINTS_free(points);
}

void places_note_chain(struct tls_places *places, STACK_OF(X509) * chain, struct text rule)
{
    struct noting noting = {places, rule, clock_boot_us()};
    if (rule.length == 0 || rule.length >= TLS_PLACES_RULE_SIZE)
        return;
    pthread_mutex_lock(&places->lock);
    for (int i = 0; i < sk_X509_num(chain); i++) {
        note_access(&noting, sk_X509_value(chain, i));
        note_lists(&noting, sk_X509_value(chain, i));
    }
    pthread_mutex_unlock(&places->lock);
    ERR_clear_error();
}

void tls_places_note(struct tls_places *places, const struct tls_connection *connection, struct text rule)
{
    places_note_chain(places, connection_chain(connection), rule);
}

/* --- questions -------------------------------------------------------------------------------------------------------
 */

bool tls_places_wants(struct tls_places *places, const struct host *host, uint16_t port, struct text rule)
{
    uint64_t now_us = clock_boot_us();
    bool is_known = false;
    if (rule.length == 0 || rule.length >= TLS_PLACES_RULE_SIZE)
        return false;
    pthread_mutex_lock(&places->lock);
    for (size_t i = 0; i < LOOKED_AT && !is_known; i++) {
        const struct looked_at *each = &places->looked[i];
        is_known = each->until_us > now_us && each->port == port && host_equal(&each->host, host) &&
                   text_equal(text_from(each->rule), rule);
    }
    if (!is_known) {
        struct looked_at *place = &places->looked[places->next_looked++ % LOOKED_AT];
        *place = (struct looked_at){.host = *host, .port = port, .until_us = now_us + looked_us};
        text_store(rule, place->rule, sizeof(place->rule));
    }
    pthread_mutex_unlock(&places->lock);
    return !is_known;
}

/* Base64, and how it is escaped in a path; nothing that could lead elsewhere. */
static bool is_status_segment(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        bool is_letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        if (!is_letter && !text_has(TEXT("+/=%-_"), byte))
            return false;
    }
    return text.length > 0 && text.length <= STATUS_MAX;
}

static bool is_status_below(const struct place *place, const struct tls_places_request *request)
{
    struct text base = text_from(place->path);
    if (text_ends_with(base, TEXT("/")))
        base.length--;
    struct text rest = text_after(request->path, base.length);
    return request->query.length == 0 && text_starts_with(request->path, base) && text_starts_with(rest, TEXT("/")) &&
           is_status_segment(text_after(rest, 1));
}

static bool is_exactly(const struct place *place, const struct tls_places_request *request)
{
    char target[URL_MAX];
    return join(request->path, request->query, request->query.length > 0, target) && strcmp(place->path, target) == 0;
}

static bool is_for(const struct place *place, const struct tls_places_request *request)
{
    bool reads = text_equal(request->method, TEXT("GET")) || text_equal(request->method, TEXT("HEAD"));
    if (request->port != place->port || !host_equal(request->host, &place->host))
        return false;
    switch (place->kind) {
    case PLACE_FILE:
        return reads && is_exactly(place, request);
    case PLACE_STATUS:
        return reads ? is_status_below(place, request)
                     : text_equal(request->method, TEXT("POST")) && is_exactly(place, request);
    }
    return false;
}

bool tls_places_have(
    struct tls_places *places, const struct tls_places_request *request, char rule[TLS_PLACES_RULE_SIZE])
{
    bool found = false;
    if (!places->has_any)
        return false;
    uint64_t now_us = clock_boot_us();
    pthread_mutex_lock(&places->lock);
    for (size_t i = 0; i < PLACES && !found; i++) {
        const struct place *each = &places->items[i];
        found = each->until_us > now_us && is_for(each, request);
        if (found)
            text_store(text_from(each->rule), rule, TLS_PLACES_RULE_SIZE);
    }
    pthread_mutex_unlock(&places->lock);
    return found;
}
