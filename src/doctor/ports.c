/* SPDX-License-Identifier: Apache-2.0 */
/* Where the gate listens: held by the gate that runs, or free where none does. */
#include "doctor_internal.h"
#include "exeat/net/occupant.h"

static void say(struct finding *finding, enum doctor_state state, const struct setting_socket *socket, const char *what)
{
    struct host host = host_of_address(&socket->address);
    struct buffer place = {0};
    authority_append(&place, &host, socket->port, 0);
    finding_say(finding, state, "%.*s %s", TEXT_ARG(buffer_text(&place)), what);
    buffer_clear(&place);
}

static void look_beside_gate(const struct setting_socket *socket, struct finding *finding)
{
    if (occupant_is_there(&socket->address, socket->port)) {
        say(finding, DOCTOR_WELL, socket, "is listened on, and a gate runs");
        return;
    }
    say(finding, DOCTOR_TO_DO, socket, "is not listened on, though a gate runs");
    finding_advise(finding, "restart it: `listen` is read at the start (and look from its own network namespace)");
}

static void look_without_gate(const struct setting_socket *socket, struct finding *finding)
{
    struct buffer who = {0};
    if (!occupant_is_there(&socket->address, socket->port)) {
        say(finding, DOCTOR_WELL, socket, "is free, and no gate runs");
        return;
    }
    occupant_append(&socket->address, socket->port, &who);
    say(finding, DOCTOR_TO_DO, socket, "is taken, and no gate answers");
    finding_advise(finding, "%.*s", TEXT_ARG(text_trim(buffer_text(&who), "; ")));
    buffer_clear(&who);
}

static void look_at(const struct patient *patient, const struct setting_socket *socket, struct finding *finding)
{
    if (socket->address.length == 0)
        return;
    switch (patient->gate) {
    case GATE_RUNS:
        look_beside_gate(socket, finding);
        break;
    case GATE_SILENT:
        look_without_gate(socket, finding);
        break;
    case GATE_HIDDEN:
        say(finding, DOCTOR_UNSEEN, socket,
            occupant_is_there(&socket->address, socket->port)
                ? "is taken, and whether by the gate is not seen: it has no listen.admin "
                  "to ask, and its listen.control is another user's"
                : "is free, and whether a gate runs elsewhere is not seen");
        break;
    }
}

void look_at_ports(const struct patient *patient, struct finding *finding)
{
    const struct settings_listen *listen = &patient_settings(patient)->listen;
    for (size_t i = 0; i < listen->forward.count; i++)
        look_at(patient, &listen->forward.items[i].socket, finding);
    for (size_t i = 0; i < listen->socks.count; i++)
        look_at(patient, &listen->socks.items[i].socket, finding);
    for (size_t i = 0; i < listen->transparent.count; i++)
        look_at(patient, &listen->transparent.items[i].socket, finding);
    for (size_t i = 0; i < listen->dns.count; i++)
        look_at(patient, &listen->dns.items[i].socket, finding);
    look_at(patient, &listen->admin, finding);
    if (finding->found.length == 0)
        finding_say(finding, DOCTOR_NOTHING, "the configuration listens nowhere");
}
