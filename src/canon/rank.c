/* SPDX-License-Identifier: Apache-2.0 */
/* Calls for a ranking, and rankings as they are read and written. */
#include "exeat/canon/rank.h"

#include <math.h>
#include <stdlib.h>

#include "exeat/canon/out.h"
#include "exeat/canon/server.h"

/* --- the call --------------------------------------------------------------------------------------------------------
 */

static const struct member document_rows[] = {
    MEMBER("text", take_text, canon_entry, text),
    REFUSED("image", "is not ranked here: only texts are"),
};
TABLE(document_table, document_rows, NULL);

static bool read_document(struct reading *reading, uint32_t value, void *item)
{
    struct canon_entry *entry = item;
    if (json_view_shape(reading->view, value) != JSON_SHAPE_OBJECT)
        return take_text(reading, value, NULL, &entry->text);
    return read_members(reading, value, &document_table, entry) &&
           (entry->text.data != NULL || reading_member_is_wrong(reading, TEXT("text"), "is missing"));
}

static bool take_documents(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_list *list = field;
    const void *entries = NULL;
    (void)row;
    list->form = CANON_MANY;
    bool good = read_items(reading, value, sizeof(struct canon_entry), read_document, &entries, &list->count);
    list->entries = entries;
    return good;
}

static bool take_most(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    uint64_t most = 0;
    if (!take_number(reading, value, row, field))
        return false;
    return (text_to_number(*(struct text *)field, UINT32_MAX, &most) && most > 0) ||
           reading_is_wrong(reading, "must be a whole number above 0");
}

/* How texts are cut, and what is billed first, stands in no row: endpoints have no word for it. */
static const struct member ranking_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    MEMBER("query", take_text, canon_call, ranking.question),
    MEMBER("documents", take_documents, canon_call, input),
    MEMBER("top_n", take_most, canon_call, ranking.most),
    MEMBER("top_k", take_most, canon_call, ranking.most), /* Voyage's word */
    MEMBER("return_documents", take_flag, canon_call, ranking.documents),
    REFUSED("rank_fields", "is not known to endpoints: send each document as the one text that is to be ranked"),
};
TABLE(ranking_table, ranking_rows, NULL);

bool canon_read_ranking(struct reading *reading, struct canon_call *call)
{
    if (!read_members(reading, 0, &ranking_table, call))
        return false;
    if (call->ranking.question.length == 0)
        return reading_member_is_wrong(reading, TEXT("query"), "is missing or empty");
    return call->input.count > 0 || reading_member_is_wrong(reading, TEXT("documents"), "is missing or empty");
}

/* How many are wanted: as many as there are documents, at most. */
static size_t wanted_of(const struct canon_call *call)
{
    uint64_t most;
    bool is_less = text_to_number(call->ranking.most, UINT32_MAX, &most) && most < call->input.count;
    return is_less ? (size_t)most : call->input.count;
}

void canon_write_ranking(const struct canon_call *call, struct buffer *out)
{
    out_text(out, TEXT("query"), call->ranking.question);
    out_list(out, TEXT("documents"), &call->input);
    out_raw(out, TEXT("top_n"), call->ranking.most);
}

/* --- the answer ------------------------------------------------------------------------------------------------------
 */

/* Best first; what is alike stays in the order in which it came. */
static int compare(const void *of, const void *with)
{
    const struct canon_rank *one = of;
    const struct canon_rank *other = with;
    if (one->score != other->score)
        return one->score > other->score ? -1 : 1;
    return one->index < other->index ? -1 : one->index > other->index;
}

static bool sort(const struct canon_call *call, struct canon_rank *ranks, size_t count, struct canon_replies *answer)
{
    size_t most = wanted_of(call);
    if (count > 0)
        qsort(ranks, count, sizeof(*ranks), compare);
    answer->ranks = ranks;
    answer->rank_count = count < most ? count : most;
    return count >= most;
}

static bool read_score(struct scan item, double *score)
{
    struct scan value;
    if (!scan_member(item, TEXT("relevance_score"), &value) || value.kind != SCAN_WORD)
        return false;
    char *end;
    *score = strtod(value.text.data, &end); /* a bracket stands behind it */
    return end == value.text.data + value.text.length && isfinite(*score);
}

/* Each document once, and none that was not given. */
static bool read_rank(struct scan item, struct canon_rank *rank, bool *has_rank, size_t count)
{
    struct scan value;
    uint64_t index;
    if (!scan_member(item, TEXT("index"), &value) || !text_to_number(value.text, UINT32_MAX, &index) ||
        index >= count || has_rank[index] || !read_score(item, &rank->score))
        return false;
    rank->index = (size_t)index;
    has_rank[index] = true;
    return true;
}

static void read_usage(struct scan whole, struct canon_usage *usage)
{
    struct scan counts;
    if (!scan_member(whole, TEXT("usage"), &counts))
        return;
    canon_tell_count(counts, TEXT("total_tokens"), &usage->tokens_in);
    canon_tell_count(counts, TEXT("prompt_tokens"), &usage->tokens_in);
}

bool canon_read_ranks(
    const struct canon_call *call, struct scan whole, struct arena *arena, struct canon_replies *answer)
{
    struct scan results;
    struct text key;
    struct scan item;
    size_t count = 0;
    if (!scan_member(whole, TEXT("results"), &results) || results.kind != SCAN_ARRAY ||
        canon_count_items(results) > call->input.count)
        return false;
    struct canon_rank *ranks = arena_array(arena, call->input.count, sizeof(*ranks));
    bool *has_rank = arena_array(arena, call->input.count, sizeof(*has_rank));
    struct scan_walk walk = scan_walk(results);
    while (scan_next(&walk, &key, &item))
        if (!read_rank(item, &ranks[count++], has_rank, call->input.count))
            return false;
    read_usage(whole, &answer->usage);
    return sort(call, ranks, count, answer);
}

/* --- by vectors ------------------------------------------------------------------------------------------------------
 */

struct canon_list canon_rank_texts(const struct canon_call *call, struct arena *arena)
{
    struct canon_entry *entries = arena_array(arena, call->input.count + 1, sizeof(*entries));
    entries[0].text = call->ranking.question;
    for (size_t i = 0; i < call->input.count; i++)
        entries[i + 1] = call->input.entries[i];
    return (struct canon_list){CANON_MANY, entries, call->input.count + 1};
}

/* In all vectors of a ranking (a thousand documents of two thousand numbers each): who else has the thread waits. */
enum { NUMBERS_MAX = 1 << 21 };
struct numbers {
    double *of;
    size_t count;
    double length; /* Euclid's */
};

/* As JSON has numbers, and no other word that strtod takes. A bracket or a comma stands behind it. */
static double number_of(struct scan item)
{
    char *end = NULL;
    for (size_t i = 0; i < item.text.length; i++)
        if (item.kind != SCAN_WORD || !text_has(TEXT("+-.0123456789Ee"), item.text.data[i]))
            return NAN;
    double number = strtod(item.text.data, &end);
    return end == item.text.data + item.text.length ? number : NAN;
}

static bool read_numbers(struct text vector, size_t most, struct arena *arena, struct numbers *numbers)
{
    struct scan list;
    struct text key;
    struct scan item;
    double sum = 0;
    if (!scan_whole(vector, &list) || list.kind != SCAN_ARRAY)
        return false;
    size_t count = canon_count_items(list);
    if (count > most)
        return false;
    *numbers = (struct numbers){.of = arena_array(arena, count, sizeof(*numbers->of))};
    struct scan_walk walk = scan_walk(list);
    while (scan_next(&walk, &key, &item)) {
        double number = number_of(item);
        numbers->of[numbers->count++] = number;
        sum += number * number;
    }
    numbers->length = sqrt(sum);
    return numbers->count > 0 && isfinite(numbers->length);
}

/* Of what has no direction: 0. */
static double cosine(const struct numbers *one, const struct numbers *other)
{
    double sum = 0;
    double lengths = one->length * other->length;
    for (size_t i = 0; i < one->count; i++)
        sum += one->of[i] * other->of[i];
    return lengths > 0 && isfinite(lengths) ? sum / lengths : 0;
}

bool canon_rank_vectors(const struct canon_call *call, struct arena *arena, struct canon_replies *answer)
{
    size_t count = call->input.count;
    struct numbers question;
    struct canon_rank *ranks = arena_array(arena, count, sizeof(*ranks));
    if (answer->vector_count != count + 1 ||
        !read_numbers(answer->vectors[0], NUMBERS_MAX / (count + 1), arena, &question))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct arena scratch = {0};
        struct numbers document;
        bool good = read_numbers(answer->vectors[i + 1], question.count, &scratch, &document) &&
                    document.count == question.count;
        if (good)
            ranks[i] = (struct canon_rank){i, cosine(&question, &document)};
        arena_clear(&scratch);
        if (!good)
            return false;
    }
    return sort(call, ranks, count, answer);
}

void canon_rank_as_given(const struct canon_call *call, struct arena *arena, struct canon_replies *answer)
{
    struct canon_rank *ranks = arena_array(arena, call->input.count, sizeof(*ranks));
    for (size_t i = 0; i < call->input.count; i++)
        ranks[i].index = i;
    (void)sort(call, ranks, call->input.count, answer);
}

/* --- written ---------------------------------------------------------------------------------------------------------
 */

static void write_document(struct text text, enum canon_documents documents, struct buffer *out)
{
    switch (documents) {
    case CANON_DOCUMENTS_AS_OBJECTS:
        out_name(out, TEXT("document"));
        buffer_append_byte(out, '{');
        out_text(out, TEXT("text"), text);
        buffer_append_byte(out, '}');
        break;
    case CANON_DOCUMENTS_AS_TEXTS:
        out_text(out, TEXT("document"), text);
        break;
    case CANON_DOCUMENTS_NEVER:
        break;
    }
}

void canon_write_ranks(
    const struct canon_call *call, const struct canon_replies *answer, struct text name, enum canon_documents documents,
    struct buffer *out)
{
    if (call->ranking.documents != CANON_YES)
        documents = CANON_DOCUMENTS_NEVER;
    out_name(out, name);
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < answer->rank_count; i++) {
        const struct canon_rank *rank = &answer->ranks[i];
        out_comma(out);
        buffer_printf(out, "{\"index\":%zu,\"relevance_score\":%.9g", rank->index, rank->score);
        write_document(call->input.entries[rank->index].text, documents, out);
        buffer_append_byte(out, '}');
    }
    buffer_append_byte(out, ']');
}
