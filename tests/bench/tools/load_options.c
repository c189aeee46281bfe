/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of the load generator. */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static const char usage[] =
    "load --to IP:PORT --host NAME:PORT [options]\n"
    "  --way direct|proxy|connect   origin-form to --to; absolute-form to a proxy; a CONNECT, then origin-form "
    "(direct)\n"
    "  --tls ROOTS.pem      TLS to the origin's name, checked against these roots; inside the CONNECT if there is one\n"
    "  --resume             with TLS sessions        --hello     a ClientHello before the first request, no TLS\n"
    "  --clients N          connections (64)         --per N     requests on a connection (0: no limit)\n"
    "  --seconds S          measured (1)             --warmup S  before that (0.25)\n"
    "  --rate R             open loop: R requests a second; latency counts from when each should have begun\n"
    "  --bytes N            of a body (1024)         --upload    POST them instead of asking for them\n"
    "  --events N/MS        a stream of N events, MS apart; latency is that of an event\n"
    "  --post FILE --path P POST of a JSON; with --events what it streams has the time in each event, @NANOSECONDS\n"
    "  --status 200|4       expected status, or class of it          --hosts N  requests name N hosts at random\n"
    "  --refused 503        a status that is counted apart and is no fault\n"
    "  --connect-only       the reply to the CONNECT is the request  --check    compare every byte of a body\n"
    "  --hold               one request each; then says `held` and keeps the connections until its input ends\n"
    "  --watch PID          CPU of this process within the measured time; up to eight\n"
    "Prints one line of JSON.\n";

static void refuse(const char *what)
{
    fprintf(stderr, "load: %s\n%s", what, usage);
    exit(2);
}

static struct sockaddr_in parse_address(const char *text)
{
    char copy[64];
    struct sockaddr_in address = {.sin_family = AF_INET};
    snprintf(copy, sizeof(copy), "%s", text);
    char *colon = strchr(copy, ':');
    if (colon == NULL)
        refuse("--to wants IP:PORT");
    *colon = '\0';
    address.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    if (inet_pton(AF_INET, copy, &address.sin_addr) != 1)
        refuse("--to wants IP:PORT");
    return address;
}

static enum way parse_way(const char *text)
{
    static const char *const ways[] = {[WAY_DIRECT] = "direct", [WAY_PROXY] = "proxy", [WAY_CONNECT] = "connect"};
    for (int way = 0; way < 3; way++)
        if (strcmp(text, ways[way]) == 0)
            return (enum way)way;
    refuse("--way is direct, proxy or connect");
    return WAY_DIRECT;
}

static const struct option words[] = {
    {"to", required_argument, NULL, 'a'},      {"host", required_argument, NULL, 'h'},
    {"way", required_argument, NULL, 'w'},     {"tls", required_argument, NULL, 't'},
    {"resume", no_argument, NULL, 'r'},        {"hello", no_argument, NULL, 'l'},
    {"clients", required_argument, NULL, 'c'}, {"per", required_argument, NULL, 'k'},
    {"seconds", required_argument, NULL, 'd'}, {"warmup", required_argument, NULL, 'm'},
    {"rate", required_argument, NULL, 'R'},    {"bytes", required_argument, NULL, 'b'},
    {"upload", no_argument, NULL, 'u'},        {"events", required_argument, NULL, 'e'},
    {"status", required_argument, NULL, 's'},  {"hosts", required_argument, NULL, 'n'},
    {"connect-only", no_argument, NULL, 'o'},  {"check", no_argument, NULL, 'f'},
    {"hold", no_argument, NULL, 'H'},          {"refused", required_argument, NULL, 'x'},
    {"watch", required_argument, NULL, 'p'},   {"post", required_argument, NULL, 'P'},
    {"path", required_argument, NULL, 'Q'},    {NULL, 0, NULL, 0},
};

static void take_switch(struct options *options, int letter)
{
    options->resume = options->resume || letter == 'r';
    options->hello = options->hello || letter == 'l';
    options->upload = options->upload || letter == 'u';
    options->connect_only = options->connect_only || letter == 'o';
    options->check = options->check || letter == 'f';
    options->hold = options->hold || letter == 'H';
    if (letter == '?')
        refuse("unknown option");
}

static void take_value(struct options *options, int letter, const char *value)
{
    switch (letter) {
    case 'a':
        options->to = parse_address(value);
        break;
    case 'h':
        options->host = value;
        break;
    case 'w':
        options->way = parse_way(value);
        break;
    case 't':
        options->authority = value;
        break;
    case 'c':
        options->clients = strtoul(value, NULL, 10);
        break;
    case 'k':
        options->per_connection = strtoul(value, NULL, 10);
        break;
    case 'n':
        options->hosts = strtoul(value, NULL, 10);
        break;
    case 'd':
        options->seconds = strtod(value, NULL);
        break;
    case 'm':
        options->warmup = strtod(value, NULL);
        break;
    case 'R':
        options->rate = strtod(value, NULL);
        break;
    case 'b':
        options->wanted.bytes = strtoull(value, NULL, 10);
        break;
    case 'P':
        options->post.file = value;
        break;
    case 'Q':
        options->post.path = value;
        break;
    case 'x':
        options->wanted.refused = (unsigned)strtoul(value, NULL, 10);
        break;
    case 's':
        options->wanted.status = (unsigned)strtoul(value, NULL, 10);
        break;
    case 'e':
        if (sscanf(value, "%u/%u", &options->wanted.events, &options->wanted.gap_ms) != 2)
            refuse("--events wants N/MS");
        break;
    case 'p':
        if (options->watched_count < WATCHED)
            options->watched[options->watched_count++] = (int)strtol(value, NULL, 10);
        break;
    default:
        take_switch(options, letter);
    }
}

void options_parse(struct options *options, int count, char **arguments)
{
    *options = (struct options){
        .clients = 64,
        .seconds = 1,
        .warmup = 0.25,
        .wanted = {.bytes = 1024, .status = 200},
        .post.path = "/",
    };
    for (int letter; (letter = getopt_long(count, arguments, "", words, NULL)) != -1;)
        take_value(options, letter, optarg);
    if (options->host == NULL || options->to.sin_port == 0 || strchr(options->host, ':') == NULL)
        refuse("--to and --host NAME:PORT are needed");
}
