/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's book: ids, and the counters. */
#include "account_internal.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"

struct account_book *account_book_new(struct audit_port *port)
{
    struct account_book *book = base_zalloc(sizeof(*book));
    book->port = port;
    return book;
}

void account_book_free(struct account_book *book)
{
    base_free(book);
}

const struct account_stats *account_book_stats(const struct account_book *book)
{
    return &book->stats;
}

struct request_id book_draw_id(struct account_book *book)
{
    struct id_stock *stock = &book->ids;
    if (stock->left == 0) {
        random_fill((uint8_t *)stock->ids, sizeof(stock->ids));
        stock->left = ID_STOCK;
    }
    return stock->ids[--stock->left];
}

/* --- LLM calls --- */

/* Rows are for providers of the catalogue and models that the policy serves; the last one takes what is too many. */
static struct account_llm_row *llm_row(struct account_stats *stats, struct text provider, struct text model)
{
    size_t last = ACCOUNT_LLM_ROWS - 1;
    for (size_t i = 0; i < last; i++) {
        struct account_llm_row *row = &stats->llm[i];
        if (row->provider[0] == '\0') {
            text_store(provider, row->provider, sizeof(row->provider));
            text_store(model, row->model, sizeof(row->model));
            return row;
        }
        if (text_equal(text_from(row->provider), text_part(provider, 0, sizeof(row->provider) - 1)) &&
            text_equal(text_from(row->model), text_part(model, 0, sizeof(row->model) - 1)))
            return row;
    }
    text_store(TEXT("other"), stats->llm[last].provider, sizeof(stats->llm[last].provider));
    text_store(TEXT("other"), stats->llm[last].model, sizeof(stats->llm[last].model));
    return &stats->llm[last];
}

static void count_step(struct account_stats *stats, uint8_t step)
{
    if (step > 0)
        stats->steps[(step < ACCOUNT_STEPS ? step : ACCOUNT_STEPS) - 1]++;
}

void account_count_call(const struct account *account, struct text provider, struct text model)
{
    struct account_llm_row *row = llm_row(&account->book->stats, provider, model);
    if (account->status >= 200 && account->reason == REASON_NONE) { /* an objection of the endpoint's to the call too */
        row->answered++;
        count_step(&account->book->stats, account->service.known.step);
    } else if (account->status == 403) {
        row->refused++;
    } else {
        row->failed++;
    }
}

void account_mark(const struct account *account, struct text value, uint8_t mark[ACCOUNT_MARK_SIZE])
{
    audit_port_mark(account->book->port, value, mark);
}
