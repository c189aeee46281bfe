/* SPDX-License-Identifier: Apache-2.0 */
/* A place of a walker: what it says, what lies in it, and what its bytes say to who reads the text around it otherwise.
 */
#include <string.h>

#include "inside.h"
#include "tell.h"

/* PHP ends a name at its first NUL. */
struct crumb crumb_of_form(struct text name)
{
    const char *zero = memmem(name.data, name.length, "%00", 3);
    size_t length = zero == NULL || zero == name.data ? name.length : (size_t)(zero - name.data);
    return (struct crumb){.is_name = true, .name = text_part(name, 0, length), .spelling = SPELLED_FORM};
}

/* A text of pairs once more: the names of their own. */
static bool tell_pairs(struct body *body, struct text raw, char separator, size_t same_as)
{
    struct text piece;
    bool goes_on = true;
    while (goes_on && text_split(&raw, separator, &piece)) {
        size_t equals = text_index(piece, '=', 0);
        struct crumb crumb = crumb_of_form(text_part(piece, 0, equals));
        bool is_pair = equals > 0 && equals < piece.length;
        struct text value = is_pair ? text_after(piece, equals + 1) : piece;
        if (is_pair && !crumb_push(body, crumb))
            return false;
        goes_on = value.length == 0 || tell_again(body, BODY_VALUE, SPELLED_FORM, value, same_as);
        if (is_pair)
            crumb_pop(body);
    }
    return goes_on;
}

/* Where there is but one it may be meant (+4930123456, a+b@x.example): more of them are blanks between words. */
static bool has_one_plus(struct text raw)
{
    size_t at = text_index(raw, '+', 0);
    return at < raw.length && text_index(raw, '+', at + 1) == raw.length;
}

/* Some undo neither percents nor +, some percents alone, and to some a semicolon parts pairs too. */
static bool tell_form_otherwise(struct body *body, enum body_what what, struct text raw, size_t same_as)
{
    if (text_has(raw, '%') && !tell_again(body, what, SPELLED_FORM_SHOWN, raw, same_as))
        return false;
    if (has_one_plus(raw) && !tell_again(body, what, SPELLED_PERCENT, raw, same_as))
        return false;
    bool has_pairs = what == BODY_VALUE && text_has(text_after(raw, text_index(raw, ';', 0)), '=');
    return !has_pairs || tell_pairs(body, raw, ';', same_as);
}

static bool is_form_text(struct text raw)
{
    for (size_t i = 0; i < raw.length; i++)
        if (text_has(TEXT("&=+%"), raw.data[i]))
            return true;
    return false;
}

/* Nobody said that it is JSON, so that some reader takes its strings as they stand. */
static bool is_guessed(const struct body *body, const struct layer *layer)
{
    const struct layer *parent = &body->layers.list[layer->parent];
    return layer->origin == LAYER_GUESS || (parent->origin == LAYER_GUESS && parent->kind == BODY_LINES);
}

/* The other readings of `raw`, which was told first as the place `told`. */
static bool tell_otherwise(struct body *body, enum body_what what, enum spelling spelling, struct text raw, size_t told)
{
    const struct layer *layer = body_layer(body);
    bool is_also = body->walk.layer == 0 && body->also != BODY_UNSAID;
    if (spelling == SPELLED_FORM)
        return tell_form_otherwise(body, what, raw, told);
    if (spelling == SPELLED_JSON && (is_guessed(body, layer) || is_also) &&
        !tell_again(body, what, SPELLED_JSON_SHOWN, raw, told))
        return false;
    return !is_also || body->also != BODY_FORM || !is_form_text(raw) || tell_pairs(body, raw, '&', told);
}

bool place_tell(struct body *body, enum body_what what, enum spelling spelling, struct text raw)
{
    if (body->walk.see == NULL)
        return true;
    size_t of_layer = body_layer(body)->same_as;
    size_t told = of_layer > 0 ? of_layer : body->walk.places + 1;
    struct body_place place = place_at(body, what, spelling, raw);
    if (what == BODY_NUMBER || tell_is_kept(body, &place))
        return tell_place(body, &place);
    if (!(inside_may_be(spelling, place.value) ? inside_tell(body, &place) : tell_place(body, &place)))
        return false;
    bool is_plain = spelling == SPELLED_PLAIN || spelling == SPELLED_JSON_PLAIN;
    return (is_plain && body->also == BODY_UNSAID) || tell_otherwise(body, what, spelling, raw, told);
}
