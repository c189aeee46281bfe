/* SPDX-License-Identifier: Apache-2.0 */
/* The log of the fake world: of all that is said it keeps which edges of the tables were taken. */
#include <stdio.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/log.h"
#include "fake.h"

void log_configure(enum log_format format, enum log_level level)
{
    (void)format, (void)level;
}

bool log_is_on(enum log_level level)
{
    (void)level;
    return true;
}

void log_start(void)
{
}

bool log_flush(unsigned most_ms)
{
    (void)most_ms;
    return true;
}

uint64_t log_dropped(void)
{
    return 0;
}

struct log_fact log_text(const char *name, struct text text)
{
    return (struct log_fact){.name = name, .text = text, .kind = LOG_FACT_TEXT};
}

struct log_fact log_string(const char *name, const char *string)
{
    return log_text(name, text_from(string));
}

struct log_fact log_number(const char *name, int64_t number)
{
    return (struct log_fact){.name = name, .number = number, .kind = LOG_FACT_NUMBER};
}

struct log_fact log_errno(int error)
{
    return log_number("error", error);
}

bool fake_took(const char *edge)
{
    for (size_t i = 0; i < fake.edge_count; i++)
        if (strcmp(fake.edges[i], edge) == 0)
            return true;
    return false;
}

/* From here on it is this exchange that names, connections and first bytes are for. */
static void note_exchange(const struct log_fact *facts)
{
    text_store(facts[2].text, fake.asker.id, sizeof(fake.asker.id));
    fake.asker.has_taken = false;
    fake.ledger.commits += text_equal(facts[1].text, TEXT("commit"));
}

/* A session tells its descriptor, an exchange its request. */
void log_write(enum log_level level, const char *event, const struct log_fact *facts, size_t count)
{
    char edge[40];
    (void)level;
    if (strcmp(event, "step") != 0 || count != 3)
        return;
    const char *whose = strcmp(facts[2].name, "descriptor") == 0 ? "session" : "exchange";
    bool is_session = strcmp(whose, "session") == 0;
    text_store(facts[1].text, is_session ? fake.session_step : fake.exchange_step, sizeof(fake.session_step));
    if (!is_session)
        note_exchange(facts);
    (void)snprintf(edge, sizeof(edge), "%s %.*s %.*s", whose, TEXT_ARG(facts[0].text), TEXT_ARG(facts[1].text));
    if (fake_took(edge))
        return;
    ASSERT(fake.edge_count < sizeof(fake.edges) / sizeof(fake.edges[0]));
    memcpy(fake.edges[fake.edge_count++], edge, sizeof(edge));
}

void log_say(const char *event, struct text sentence)
{
    (void)event, (void)sentence;
}
