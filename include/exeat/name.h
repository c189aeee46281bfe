/* SPDX-License-Identifier: Apache-2.0 */
/* The one spelling of hosts, authorities, addresses, ports and paths. Pure; strict; never repairs. */
#ifndef EXEAT_NAME_H
#define EXEAT_NAME_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/detail.h"
#include "exeat/base/text.h"

/* An IPv4 or IPv6 address. IPv4-mapped IPv6 stays IPv6 here; address_class looks through it. */
struct address {
    uint8_t bytes[16]; /* network order; IPv4 uses the first four */
    uint8_t length;    /* 4, 16; 0 is "none" */
};

struct address_range {
    struct address base;
    uint8_t prefix;
};

/* A canonical host: a lower-case A-label name without trailing dot (RFC 1123, RFC 5891; `_` allowed), an address, or,
 * where the operator wrote it, the path of a Unix socket of this machine (unix(7)): no client can name one. */
enum host_kind { HOST_NONE, HOST_NAME, HOST_ADDRESS, HOST_SOCKET };
enum { HOST_TEXT_SIZE = 254 };
struct host {
    enum host_kind kind;
    uint8_t length;
    char text[HOST_TEXT_SIZE]; /* NUL-terminated; an address in its canonical text form, IPv6 without brackets */
    struct address address;    /* when HOST_ADDRESS */
};

struct text host_text(const struct host *host); /* borrowed from `host` */
/* Of the same kind, and the same in canonical form. */
bool host_equal(const struct host *left, const struct host *right);

/* A host for whoever keeps it long: one block as large as its text asks for. */
struct host_brief {
    struct address address;
    uint8_t kind; /* enum host_kind */
    uint8_t length;
    char text[]; /* NUL-terminated */
};
struct host_brief *host_shorten(const struct host *host);    /* the caller's, for base_free */
struct text host_brief_text(const struct host_brief *brief); /* borrowed from `brief` */
/* Of the same kind, and the same in canonical form. */
bool host_brief_is(const struct host_brief *brief, const struct host *host);
/* Fills `host` with what was shortened. */
void host_restore(const struct host_brief *brief, struct host *host);

/* A host as it stands on the wire (RFC 9110 7.2, RFC 3986 3.2.2): ASCII only, any case, one trailing dot removed, IPv6
 * only in brackets, IPv4 only as dotted quad; a numeric last label that is no dotted quad is refused. */
MUST_CHECK bool host_parse(struct text text, struct host *host);
/* The same; where it is false, `detail` says what is wrong. */
MUST_CHECK bool host_read(struct text text, struct host *host, struct detail *detail);
/* The host that an address is. */
struct host host_of_address(const struct address *address);
/* The host that a Unix socket is: an absolute path, of at most 107 bytes and without control bytes. */
MUST_CHECK bool host_of_socket(struct text path, struct host *host, struct detail *detail);
/* A host as an operator writes it: U-labels too (RFC 5891, via libidn2), IPv6 with or without brackets. */
MUST_CHECK bool host_parse_written(struct text text, struct host *host);
/* U+1E9E, which IDNA libraries of different age turn into different names: it is refused where it is written. */
bool host_has_capital_eszett(struct text text);
/* A TLS server_name (RFC 6066 section 3): a name, never an address, no trailing dot. */
MUST_CHECK bool host_parse_sni(struct text text, struct host *host);
/* Who has a name, by the public suffix list (publicsuffix.org); `name` is canonical, and ends in NUL.
 * "api.eu.example.co.uk" is example.co.uk's; "shop.github.io" is an owner of its own; a suffix itself has none: then
 * `name`. Borrowed from `name`. */
const char *name_registrable_domain(const char *name);
/* Below com, co.uk or github.io anybody can have a name. A suffix that the list does not have is a network of your own.
 */
bool name_is_public_suffix(const char *name);

/* 1..65535, digits only, no leading zero. */
MUST_CHECK bool port_parse(struct text text, uint16_t *port);
/* A token (RFC 9110 9.1). Methods are told apart by case: `post` is another one than `POST`. */
MUST_CHECK bool method_is_token(struct text method);
/* host[:port]; `default_port` 0 makes the port required. No userinfo. */
MUST_CHECK bool authority_parse(struct text text, uint16_t default_port, struct host *host, uint16_t *port);
/* The same; where it is false, `detail` says what is wrong. */
MUST_CHECK bool
authority_read(struct text text, uint16_t default_port, struct host *host, uint16_t *port, struct detail *detail);
/* host, with brackets if IPv6, and ":port" unless it equals `default_port`; of a Unix socket: localhost. */
void authority_append(struct buffer *out, const struct host *host, uint16_t port, uint16_t default_port);

/* What an address is for (IANA special-purpose registries, RFC 6890). Embedded IPv4 (mapped, compatible, translated,
 * NAT64 64:ff9b::/96 and 64:ff9b:1::/48, 6to4, Teredo, ISATAP) takes the class of what it embeds unless that is public.
 * Of IPv6 only 2000::/3 and NAT64 can be public. */
enum address_class {
    ADDRESS_PUBLIC,
    ADDRESS_UNSPECIFIED,
    ADDRESS_LOOPBACK,
    ADDRESS_PRIVATE,
    ADDRESS_LINK_LOCAL,
    ADDRESS_SHARED, /* 100.64.0.0/10 */
    ADDRESS_MULTICAST,
    ADDRESS_DOCUMENTATION,
    ADDRESS_RESERVED, /* benchmarking, 240/4, discard, fec0::/10, the rest of the special-purpose registries */
    ADDRESS_CLASS_COUNT
};
const char *address_class_name(enum address_class class); /* static */
enum address_class address_class(const struct address *address);
/* A cloud's metadata service (169.254.169.254, fd00:ec2::254 and the others listed in docs/policy-language.md). */
bool address_is_metadata(const struct address *address);

enum { ADDRESS_TEXT_SIZE = 46 };                                          /* with its NUL */
MUST_CHECK bool address_parse(struct text text, struct address *address); /* no brackets, no zone */
void address_append(struct buffer *out, const struct address *address);   /* RFC 5952 */
/* Of one family, and the same. */
bool address_equal(const struct address *left, const struct address *right);
/* "10.0.0.0/8", or a bare address as /32 or /128. Host bits must be zero. */
MUST_CHECK bool address_range_parse(struct text text, struct address_range *range);
bool address_range_has(const struct address_range *range, const struct address *address);
MUST_CHECK bool address_from_socket(const struct sockaddr *socket, struct address *address, uint16_t *port);
socklen_t address_to_socket(const struct address *address, uint16_t port, struct sockaddr_storage *out);

/* A path's canonical form (RFC 3986 6.2.2): bytes above 0x7f escaped, percent-decoding of unreserved bytes, upper-case
 * hex, dot segments removed, empty segments collapsed. PATH_BAD: not starting with "/", control bytes, bad or %00
 * escapes, backslash,
 * `;` dot tricks. PATH_AMBIGUOUS: %2F, %5C, or an escaped percent that hides another escape. */
enum path_result { PATH_CANONICAL, PATH_DIFFERS, PATH_AMBIGUOUS, PATH_BAD };
/* True: it is canonical, at a glance. False: path_canonicalise will tell. */
bool path_is_plain(struct text path);
/* Appends the canonical form to `out` unless the result is PATH_BAD. `path` has no query. `detail` (NULL: nobody asks)
 * says what is wrong with every path that is not canonical. */
enum path_result path_canonicalise(struct text path, struct buffer *out, struct detail *detail);

/* How servers read a path: in canonical form, or, where they leave dot segments and empty ones as they are, otherwise.
 * Escapes are the same to all (RFC 3986 6.2.2), and a byte above 0x7f is its escape. */
struct path_readings {
    struct text canonical;
    struct text otherwise; /* empty: the same */
};
/* Appends both to `out`, from which they borrow. PATH_CANONICAL: there is one reading; PATH_DIFFERS: there are the two;
 * PATH_AMBIGUOUS: nobody knows how many; PATH_BAD as above. */
enum path_result path_read(struct text path, struct buffer *out, struct path_readings *readings, struct detail *detail);

/* The catalogue's and policy's host patterns: "name", "*.suffix" (any depth, not the apex), "*". */
enum host_pattern_kind { HOST_PATTERN_EXACT, HOST_PATTERN_SUFFIX, HOST_PATTERN_ANY };
struct host_pattern {
    enum host_pattern_kind kind;
    struct host host; /* the name, or the suffix without "*." */
};
/* "a.example", "*.a.example", "*"; false: it is none. */
MUST_CHECK bool host_pattern_parse(struct text text, struct host_pattern *pattern);
/* `*.` stands for one label or more. */
bool host_pattern_matches(const struct host_pattern *pattern, const struct host *host);

#endif
