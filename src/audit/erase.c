/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing private parts: the record of it is on disk first; then the files that hold them are written anew without
 * them, so that nothing stays in free pages. The evidence is not touched: a record holds but a commitment, and its salt
 * goes with the private part, so that what was erased cannot be tried out. */
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "sealer.h"

/* A sealed segment, and how many of its private parts go. */
struct place {
    uint64_t first;
    uint64_t parts;
};

static bool record_erasing(struct audit *audit, const struct audit_erasing *erasing)
{
    struct buffer fields = {0};
    struct buffer detail = {0};
    char time[CLOCK_TEXT_SIZE];
    clock_write(erasing->before_us, time);
    buffer_printf(&detail, RECORD_ERASE_DETAIL "%s are removed, asked by %s", time, erasing->who);
    record_field_append(&fields, EVENT_NAME, bytes_of_text(TEXT("erase")));
    record_field_append(&fields, EVENT_DETAIL, bytes_of_text(buffer_text(&detail)));
    record_number_append(&fields, EVENT_COUNT, erasing->parts, 8);
    bool done = audit_event(audit, RECORD_PRUNE, bytes_of_text(buffer_text(&fields)), NULL, 0, NULL);
    buffer_clear(&fields);
    buffer_clear(&detail);
    return done;
}

static void say(struct audit_erasing *erasing, const char *why)
{
    erasing->state = AUDIT_ERASE_FAILED;
    text_store(text_from(why), erasing->error, sizeof(erasing->error));
}

static bool count_all(const char *directory, struct place *places, size_t count, struct audit_erasing *erasing)
{
    for (size_t i = 0; i < count; i++) {
        if (!store_private_count(directory, places[i].first, erasing->before_us, &places[i].parts))
            return false;
        erasing->parts += places[i].parts;
    }
    return true;
}

static bool erase_all(const char *directory, const struct place *places, size_t count, int64_t before_us)
{
    for (size_t i = 0; i < count; i++)
        if (places[i].parts > 0 && !store_private_erase(directory, places[i].first, before_us))
            return false;
    return true;
}

static struct place *list_places(const char *directory, size_t *count)
{
    uint64_t *firsts = store_sealed_list(directory, count);
    struct place *places = base_array(*count, sizeof(*places));
    for (size_t i = 0; i < *count; i++)
        places[i].first = firsts[i];
    base_free(firsts);
    return places;
}

void erase_private(struct audit *audit, bool is_all_sealed, struct audit_erasing *erasing)
{
    const char *directory = audit->directory;
    size_t count;
    struct place *places = list_places(directory, &count);
    erasing->parts = 0;
    if (!is_all_sealed)
        say(erasing, "an ended segment could not be sealed; see the log, and ask again");
    else if (!count_all(directory, places, count, erasing))
        say(erasing, "a sealed segment cannot be read; look with `exeat audit verify`");
    else if (!record_erasing(audit, erasing))
        say(erasing, "the PRUNE record could not be written; nothing was erased");
    else if (!erase_all(directory, places, count, erasing->before_us))
        say(erasing, "a file could not be written; some private parts are still there, ask again");
    else
        erasing->state = AUDIT_ERASED;
    base_free(places);
}
