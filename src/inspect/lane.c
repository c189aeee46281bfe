/* SPDX-License-Identifier: Apache-2.0 */
/* One text of a stream: what is settled of it goes on, in its new words; the rest waits for what follows. */
#include "lane.h"

#include "exeat/base/json.h"

void lane_forget(struct lane *lane)
{
    buffer_forget(&lane->context);
    buffer_forget(&lane->held);
    buffer_forget(&lane->event);
    buffer_forget(&lane->data);
}

void lane_clear(struct lane *lane)
{
    lane_forget(lane);
    buffer_clear(&lane->key);
    buffer_clear(&lane->field);
}

/* What stands for a value, or a value again; in JSON that is spelled in a string it needs escapes of its own. */
static void append_new(const struct lane *lane, struct text words, struct buffer *out)
{
    size_t start = out->length;
    if (!lane->is_json) {
        buffer_append(out, words);
        return;
    }
    json_append_string(out, words);
    struct text inner = text_part(buffer_text(out), start + 1, out->length - start - 2);
    for (size_t i = 0; i < inner.length; i++)
        out->data[start + i] = inner.data[i];
    out->length -= 2;
}

/* --- where it may be cut ---------------------------------------------------------------------------------------------
 */

/* Never within a match or a word. `from`: what stands before is context. */
static size_t out_of_matches(const struct detect_matches *matches, size_t cut)
{
    for (size_t i = 0; i < matches->count; i++)
        if (matches->items[i].start < cut && cut < matches->items[i].start + matches->items[i].length)
            return matches->items[i].start;
    return cut;
}

static size_t out_of_words(const struct stand_ins *all, struct text text, size_t from, size_t cut)
{
    size_t at = 0;
    const struct stand_in *one = stand_ins_find(all, text, from, &at);
    for (; one != NULL && at < cut; one = stand_ins_find(all, text, at + one->word.length, &at))
        if (cut < at + one->word.length)
            return at;
    return cut;
}

static size_t settled(const struct look *look, struct text all, const struct detect_hint *hint)
{
    const struct detect_matches *matches = &look->inspected->inspector->matches;
    const struct stand_ins *words = &look->inspected->stand_ins;
    size_t cut = all.length;
    if (look->side->set != NULL)
        cut = detect_settled(look->side->set, all, hint, matches);
    if (look->restores) {
        size_t of_words = stand_ins_settled(words, all);
        cut = of_words < cut ? of_words : cut;
    }
    for (size_t before = cut + 1; cut < before;) {
        before = cut;
        cut = out_of_matches(matches, cut);
        cut = look->restores ? out_of_words(words, all, hint->context, cut) : cut;
    }
    return cut > hint->context ? cut : hint->context;
}

/* --- its new words ---------------------------------------------------------------------------------------------------
 */

/* Values in the place of their words; what was found is left alone. */
static void append_restored(const struct lane *lane, struct look *look, struct text text, struct buffer *out)
{
    size_t from = 0;
    size_t at = 0;
    const struct stand_ins *all = &look->inspected->stand_ins;
    const struct stand_in *one = look->restores ? stand_ins_find(all, text, 0, &at) : NULL;
    for (; one != NULL; one = stand_ins_find(all, text, at + one->word.length, &at)) {
        if (one->is_spoilt)
            continue;
        buffer_append(out, text_part(text, from, at - from));
        append_new(lane, one->value, out);
        from = at + one->word.length;
        findings_add(look->findings, TEXT("placeholder"), ACTION_RESTORE, TEXT(""));
    }
    buffer_append(out, text_after(text, from));
}

static void append_match(
    const struct lane *lane, struct look *look, struct text all, const struct detect_match *match, struct buffer *out)
{
    struct text kind = side_kind(look->side, match);
    enum inspect_action action = look_action(look, match);
    struct text word = TEXT("");
    findings_add(look->findings, kind, action, look->place);
    if (action == ACTION_DENY)
        look_keep_out(look, kind, look->place);
    if (action == ACTION_REDACT) {
        word = look_word(look, match, all);
        look_raise(look, word.length == 0 ? INSPECT_UNCHANGEABLE : INSPECT_PASSES);
    }
    if (action >= ACTION_REDACT)
        append_new(lane, word, out);
    else
        buffer_append(out, text_part(all, match->start, match->length));
}

static void
append_all(const struct lane *lane, struct look *look, struct text all, size_t from, size_t to, struct buffer *out)
{
    const struct detect_matches *matches = &look->inspected->inspector->matches;
    for (size_t i = 0; i < matches->count; i++) {
        const struct detect_match *match = &matches->items[i];
        if (match->start < from || match->start + match->length > to)
            continue;
        append_restored(lane, look, text_part(all, from, match->start - from), out);
        append_match(lane, look, all, match, out);
        from = match->start + match->length;
    }
    append_restored(lane, look, text_part(all, from, to - from), out);
}

void lane_take(struct lane *lane, struct look *look, struct text more, bool is_last, struct buffer *out)
{
    struct buffer all = {0};
    const struct detect_hint hint = {
        .field = buffer_text(&lane->field),
        .path = look->place,
        .beside = lane->beside,
        .context = lane->context.length,
    };
    buffer_reserve(&all, lane->context.length + lane->held.length + more.length + 1);
    BUFFER_APPEND_ALL(&all, buffer_text(&lane->context), buffer_text(&lane->held), more);
    struct text text = buffer_text(&all);
    look_detect(look, text, &hint);
    size_t to = is_last ? text.length : settled(look, text, &hint);
    append_all(lane, look, text, hint.context, to, out);
    buffer_empty(&lane->held);
    buffer_append(&lane->held, text_after(text, to));
    size_t kept = to < DETECT_CONTEXT ? to : DETECT_CONTEXT;
    while (kept > 0 && kept < to && ((unsigned char)text.data[to - kept] & 0xc0) == 0x80)
        kept--; /* characters are whole */
    buffer_empty(&lane->context);
    buffer_append(&lane->context, text_part(text, to - kept, kept));
    buffer_forget(&all);
}
