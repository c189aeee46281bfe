/* SPDX-License-Identifier: Apache-2.0 */
/* What of a TCP connection's questions is not answered yet, and what it is told. */
#include "names_internal.h"

void dns_connection_remember(struct dns_connection *connection, struct asker *asker)
{
    list_append(&connection->askers, &asker->of_connection);
    connection->pending++;
}

void dns_connection_forget(struct dns_connection *connection, struct asker *asker)
{
    list_remove(&asker->of_connection);
    asker->connection = NULL;
    connection->pending--;
    loop_defer(connection->worker->options.loop, &connection->runner);
}

void dns_connection_put(struct dns_connection *connection, struct bytes message)
{
    struct loop *loop = connection->worker->options.loop;
    inflight_append(loop, &connection->out, text_of_bytes(message));
    loop_defer(loop, &connection->runner);
}
