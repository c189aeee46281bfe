/* SPDX-License-Identifier: Apache-2.0 */
/* A request's body, and what is known of it by its head. */
#include "inspect_internal.h"

/* In observe mode nothing is refused: what cannot be read goes on, and the record says so. */
static enum inspect_says settle(struct inspected *inspected, enum inspect_says says)
{
    if (says == INSPECT_UNREADABLE && inspected->inspection->observes) {
        inspect_note_unseen(inspected, TEXT("unreadable"));
        return INSPECT_PASSES;
    }
    inspected->is_refused = inspected->is_refused || says > INSPECT_CHANGED;
    return says;
}

enum inspect_says
inspect_body(struct inspected *inspected, const struct body_label *label, struct buffer *body, struct detail *detail)
{
    struct look look = {
        .inspected = inspected,
        .side = &inspected->inspection->requests,
        .findings = &inspected->in_request,
        .detail = detail,
    };
    if (body->length == 0 || look.side->set == NULL)
        return INSPECT_PASSES;
    return settle(inspected, look_at_body(&look, label, body));
}

const struct text *inspect_stale_fields(size_t *count)
{
    static const struct text names[] = {
        TEXT_INIT("Content-Encoding"), TEXT_INIT("Content-MD5"), TEXT_INIT("Digest"),
        TEXT_INIT("Content-Digest"),   TEXT_INIT("Repr-Digest"), TEXT_INIT("ETag"),
        TEXT_INIT("Accept-Ranges"),
    };
    *count = COUNT_OF(names);
    return names;
}

/* Whose value is made of the body, by who has the key: the host would refuse another body at best. */
bool inspect_is_signed(const struct message_head *head, struct text *field)
{
    static const struct text names[] = {
        TEXT_INIT("X-Amz-Content-Sha256"), TEXT_INIT("Signature"),           TEXT_INIT("Signature-Input"),
        TEXT_INIT("X-Hub-Signature"),      TEXT_INIT("X-Hub-Signature-256"), TEXT_INIT("X-Shopify-Hmac-Sha256"),
        TEXT_INIT("Stripe-Signature"),     TEXT_INIT("X-Signature"),         TEXT_INIT("X-Goog-Hash"),
        TEXT_INIT("X-Ms-Content-Sha256"),  TEXT_INIT("Content-Range"),
    };
    static const struct text schemes[] = {
        TEXT_INIT("AWS4-"), TEXT_INIT("GOOG4-"), TEXT_INIT("HMAC-"), TEXT_INIT("Hawk ")};
    for (size_t i = 0; i < head->field_count; i++) {
        const struct field *one = &head->fields[i];
        bool is_one = text_is_among_nocase(one->name, names, COUNT_OF(names));
        for (size_t j = 0; j < COUNT_OF(schemes) && text_equal_nocase(one->name, TEXT("Authorization")); j++)
            is_one = is_one || text_starts_with(one->value, schemes[j]);
        if (is_one) {
            *field = one->name;
            return true;
        }
    }
    return false;
}
