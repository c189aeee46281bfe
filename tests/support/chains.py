# SPDX-License-Identifier: Apache-2.0
"""Chains of certificates, good and bad, with what upstream TLS has to say about each."""
import dataclasses
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from . import der

ANY_POLICY = "2.5.29.32.0"
DAY = datetime.timedelta(days=1)


@dataclasses.dataclass
class Chain:
    """`says` None: it is believed. `links`: what is unusual about root, between and leaf, or about others that `order`
    has; `show` and `trust`: which of them the server sends, and which are roots."""

    title: str
    says: str = None
    failure: str = "protocol"
    links: dict = dataclasses.field(default_factory=dict)
    order: tuple = ("root", "between", "leaf")
    show: tuple = None
    trust: tuple = ("root",)
    host: str = "shop.example"
    crls: tuple = ()
    staple: dict = None
    pins: tuple = ()


class Made:
    """The certificates of a chain, by the names of its links."""

    def __init__(self, chain):
        self.keys, self.names, self.certificates, self.serials = {}, {}, {}, {}
        for place, link in enumerate(chain.order):
            issuer = chain.order[max(place - 1, 0)]
            role = "root" if place == 0 else "leaf" if link == chain.order[-1] else "between"
            self.add(link, issuer, role, place + 10, dict(chain.links.get(link, {})))

    def add(self, link, issuer, role, serial, wish):
        kind = wish.pop("key", "p256")
        self.keys[link] = self.keys[kind[1:]] if kind.startswith("=") else der.make_key(kind)
        self.names[link] = wish.pop("subject", der.name(f"test {link}"))
        issuer = wish.pop("issuer", issuer)
        signer = wish.pop("signed_by", issuer)
        issuer_key = der.make_key("p256") if signer == "a stranger" else self.keys[signer]
        damaged = wish.pop("damaged", False)
        issuer_name = wish.pop("issuer_name", self.names[issuer])
        extensions = extensions_of(role, self.keys[link], self.keys[issuer], wish)
        self.serials[link] = serial
        self.certificates[link] = der.certificate(
            self.names[link], issuer_name, self.keys[link], issuer_key, extensions, serial=serial, **wish
        )
        if damaged:
            self.certificates[link] = self.certificates[link][:-1] + bytes([self.certificates[link][-1] ^ 1])


def extensions_of(role, key, issuer_key, wish):
    """The usual ones, but for those that the wish names; None leaves one out."""
    usual = {
        "basic": der.basic_constraints(True) if role != "leaf" else der.basic_constraints(False),
        "usage": der.key_usage("digitalSignature") if role == "leaf" else der.key_usage("keyCertSign", "cRLSign"),
        "extended": der.extended_usage(der.SERVER) if role == "leaf" else None,
        "names": der.alternative_names(("dns", "shop.example")) if role == "leaf" else None,
        "ski": der.subject_key(der.key_id(key)),
        "aki": der.authority_key(der.key_id(issuer_key)) if role != "root" else None,
    }
    more = wish.pop("more", ())
    for word in list(usual):
        if word in wish:
            usual[word] = wish.pop(word)
    return [each for each in usual.values() if each is not None] + list(more)


# --- what is about a chain --------------------------------------------------------------------------------------------


def make_crl(made, wish):
    """{"of": link, "revoked": links, ...}"""
    wish = dict(wish)
    issuer = wish.pop("of")
    key = made.keys[wish.pop("signed_by", issuer)]
    revoked = [made.serials[link] for link in wish.pop("revoked", ())]
    return der.pem("X509 CRL", der.revocation_list(made.names[issuer], key, made.keys[issuer], revoked, **wish))


STATES = {
    "good": ocsp.OCSPCertStatus.GOOD,
    "revoked": ocsp.OCSPCertStatus.REVOKED,
    "unknown": ocsp.OCSPCertStatus.UNKNOWN,
}


def make_staple(made, wish):
    """{"state", "about": link, "by": link, "days": (from, until), "hash", "damaged"}; or {"error"}, {"raw"}."""
    if "raw" in wish:
        return wish["raw"]
    if "error" in wish:
        return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(der.serialization.Encoding.DER)
    loaded = {link: x509.load_der_x509_certificate(each) for link, each in made.certificates.items()}
    first, last = wish.get("days", (-1, 5))
    now = datetime.datetime.utcnow()
    by = wish.get("by", "between")
    state = STATES[wish["state"]]
    about = wish.get("about", made_leaf(made))
    digest = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}[wish.get("hash", "sha1")]()
    builder = ocsp.OCSPResponseBuilder().add_response(
        loaded[about],
        loaded[wish.get("issuer", "between")],
        digest,
        state,
        now + first * DAY,
        None if last is None else now + last * DAY,
        now - DAY if state == ocsp.OCSPCertStatus.REVOKED else None,
        x509.ReasonFlags.key_compromise if state == ocsp.OCSPCertStatus.REVOKED else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, loaded[by]).certificates([loaded[by]])
    out = builder.sign(made.keys[by], der.HASHES[wish.get("signed_with", "sha256")]()).public_bytes(der.serialization.Encoding.DER)
    return out[:-600] if wish.get("cut") else out


def made_leaf(made):
    return "leaf" if "leaf" in made.certificates else list(made.certificates)[-1]


def write(chain, folder):
    """The chain as files that tests/support/believe.c takes."""
    made = Made(chain)
    folder.mkdir()
    show = chain.show or tuple(reversed(chain.order[1:])) or ("root",)
    leaf = show[0]

    def put(name, text):
        (folder / name).write_text(text)

    put("chain.pem", "".join(der.pem("CERTIFICATE", made.certificates[link]) for link in show))
    put("key.pem", der.key_pem(made.keys[leaf]))
    put("roots.pem", "".join(der.pem("CERTIFICATE", made.certificates[link]) for link in chain.trust))
    put("host", chain.host)
    if chain.crls:
        put("crl.pem", "".join(make_crl(made, wish) for wish in chain.crls))
    if chain.staple:
        (folder / "staple.der").write_bytes(make_staple(made, chain.staple))
    if chain.pins:
        put("pins", "".join(pin_of(made, link) + "\n" for link in chain.pins))


def pin_of(made, link):
    key = made.keys[link] if link in made.keys else der.make_key("p256")
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der.spki(key))
    return digest.finalize().hex()


# --- the good ones ----------------------------------------------------------------------------------------------------

FRESH = ({"of": "root"}, {"of": "between"})
LONG = ("root", "between", "second", "leaf")
IP = bytes([127, 0, 0, 1])


def names(*items):
    return {"leaf": {"names": der.alternative_names(*items)}}


GOOD = [
    Chain("plain"),
    Chain("by RSA", links={"root": {"key": "rsa2048"}, "between": {"key": "rsa2048-2"}, "leaf": {"key": "rsa2048-3"}}),
    Chain("without an intermediate", order=("root", "leaf")),
    Chain("with two intermediates", order=LONG),
    Chain("a path length that is enough", order=LONG, links={"between": {"basic": der.basic_constraints(True, 1)}}),
    Chain("a wildcard of its level", links=names(("dns", "*.shop.example")), host="api.shop.example"),
    Chain("a name in capitals", links=names(("dns", "SHOP.Example"))),
    Chain("an IDN by its A-label", links=names(("dns", "xn--mnchen-3ya.example")), host="xn--mnchen-3ya.example"),
    Chain("an address", links=names(("ip", IP)), host="127.0.0.1"),
    Chain("permitted by name constraints", links={"between": {"more": (der.name_constraints(permitted=[("dns", "example")]),)}}),
    Chain("not excluded by name constraints", links={"between": {"more": (der.name_constraints(excluded=[("dns", "other.example")]),)}}),
    Chain(
        "a policy that is demanded and there",
        links={
            "between": {"more": (der.policies("1.2.3.4"), der.policy_constraints(require_explicit=0))},
            "leaf": {"more": (der.policies("1.2.3.4"),)},
        },
    ),
    Chain("constraints on mappings where there are no policies", links={"between": {"more": (der.policy_constraints(inhibit_mapping=0),)}}),
    Chain(
        "a demand for policies later than the chain is long",
        links={"between": {"more": (der.policy_constraints(require_explicit=3),)}},
    ),
    Chain(
        "a policy that is mapped",
        links={
            "between": {"more": (der.policies("1.2.3.4"), der.policy_mappings(("1.2.3.4", "1.2.3.5")), der.policy_constraints(require_explicit=0))},
            "leaf": {"more": (der.policies("1.2.3.5"),)},
        },
    ),
    Chain("not revoked by lists of the whole chain", crls=FRESH),
    Chain("a pin of the host", pins=("nobody", "leaf")),
    Chain("a pin of an issuer", pins=("between",)),
    Chain("a pin of the root", pins=("root",)),
    Chain("a staple of the issuer", staple={"state": "good"}),
    Chain("a staple that names the certificate by SHA-256", staple={"state": "good", "hash": "sha256"}),
    Chain("a staple without an end", staple={"state": "good", "days": (-1, None)}),
    Chain("a staple that is demanded and there", links={"leaf": {"more": (der.must_staple(),)}}, staple={"state": "good"}),
    Chain(
        "a staple by whom the issuer trusts with it",
        order=("root", "between", "helper", "leaf"),
        links={
            "helper": {"basic": der.basic_constraints(False), "usage": der.key_usage("digitalSignature"), "extended": der.extended_usage(der.OCSP_SIGNING)},
            "leaf": {"issuer": "between"},
        },
        show=("leaf", "between"),
        staple={"state": "good", "by": "helper"},
    ),
    Chain("features that are no staple", links={"leaf": {"more": (der.must_staple(23),)}}),
    Chain("an unknown extension that is not critical", links={"leaf": {"more": (der.extension("1.2.3.4.5", der.tlv(5)),)}}),
]

# --- the bad ones -----------------------------------------------------------------------------------------------------

NAME = "hostname mismatch"
PURPOSE = "unsuit"
UNKNOWN = "unable to get local issuer certificate"
POLICY = "the chain demands one"


def leaf(**wish):
    return {"leaf": wish}


def between(**wish):
    return {"between": wish}


def constrained(**wish):
    return (der.name_constraints(**wish),)


BAD = [
    # time
    Chain("expired", "certificate has expired", links=leaf(days=(-10, -1))),
    Chain("not yet valid", "certificate is not yet valid", links=leaf(days=(1, 10))),
    Chain("an issuer expired", "certificate has expired (certificate 1 of the chain", links=between(days=(-10, -1))),
    Chain("an issuer not yet valid", "certificate is not yet valid (certificate 1", links=between(days=(1, 10))),
    Chain("a root expired", "certificate has expired (certificate 2", links={"root": {"days": (-10, -1)}}),
    # names
    Chain("another name", NAME, links=names(("dns", "other.example"))),
    Chain("a name above", NAME, links=names(("dns", "example"))),
    Chain("a name below", NAME, links=names(("dns", "api.shop.example"))),
    Chain("a common name alone", NAME, links=leaf(subject=der.name("shop.example"), names=None)),
    Chain("a common name beside another name", NAME, links=leaf(subject=der.name("shop.example"), names=der.alternative_names(("dns", "other.example")))),
    Chain("a wildcard two levels above", NAME, links=names(("dns", "*.shop.example")), host="a.api.shop.example"),
    Chain("a wildcard for its own name", NAME, links=names(("dns", "*.shop.example"))),
    Chain("a wildcard for a top level", NAME, links=names(("dns", "*.example"))),
    Chain("a wildcard alone", NAME, links=names(("dns", "*"))),
    Chain("a wildcard within a label", NAME, links=names(("dns", "a*.shop.example")), host="api.shop.example"),
    Chain("a wildcard in the middle", NAME, links=names(("dns", "api.*.example")), host="api.shop.example"),
    Chain("two wildcards", NAME, links=names(("dns", "*.*.example")), host="api.shop.example"),
    Chain("an address as a name", "IP address mismatch", links=names(("dns", "127.0.0.1")), host="127.0.0.1"),
    Chain("another address", "IP address mismatch", links=names(("ip", bytes([127, 0, 0, 2]))), host="127.0.0.1"),
    Chain("an address of seven bytes", "IP address mismatch", links=names(("ip", IP + b"\0\0\0")), host="127.0.0.1"),
    Chain("a name as a mail address", NAME, links=names(("email", "shop.example"))),
    Chain("a NUL in the name", NAME, links=names(("dns", b"shop.example\0.evil.example"))),
    Chain("an IDN by its letters", NAME, links=names(("dns", "münchen.example".encode())), host="xn--mnchen-3ya.example"),
    Chain("a name with a dot at its end", NAME, links=names(("dns", "shop.example."))),
    Chain("a name with a dot before it", NAME, links=names(("dns", ".shop.example"))),
    Chain("no names at all", NAME, links=leaf(names=None)),
    # name constraints
    Chain("not permitted", "permitted subtree violation", links=between(more=constrained(permitted=[("dns", "other.example")]))),
    Chain("excluded", "excluded subtree violation", links=between(more=constrained(excluded=[("dns", "shop.example")]))),
    Chain("excluded from above", "excluded subtree violation", links=between(more=constrained(excluded=[("dns", "example")]))),
    Chain("not permitted two issuers above", "permitted subtree violation", order=LONG, links=between(more=constrained(permitted=[("dns", "other.example")]))),
    Chain("an address that is not permitted", "permitted subtree violation", links={**between(more=constrained(permitted=[("ip", bytes([10, 0, 0, 0, 255, 0, 0, 0]))])), **names(("ip", IP))}, host="127.0.0.1"),
    Chain("an address that is excluded", "excluded subtree violation", links={**between(more=constrained(excluded=[("ip", bytes([127, 0, 0, 0, 255, 0, 0, 0]))])), **names(("ip", IP))}, host="127.0.0.1"),
    # who may issue
    Chain("a path too long", "path length constraint exceeded", order=LONG, links=between(basic=der.basic_constraints(True, 0))),
    Chain("an issuer that is none", "invalid CA certificate", links=between(basic=der.basic_constraints(False))),
    Chain("an issuer without constraints", "invalid CA certificate", links=between(basic=None)),
    Chain("an issuer of version 1", "invalid CA certificate", links=between(version=1)),
    Chain("an issuer that may not sign certificates", "invalid CA certificate", links=between(usage=der.key_usage("cRLSign"))),
    Chain("a leaf as an issuer", "invalid CA certificate", order=("root", "between", "clerk", "leaf"), links={"clerk": {"basic": der.basic_constraints(False), "usage": der.key_usage("digitalSignature"), "names": der.alternative_names(("dns", "clerk.example"))}}),
    # what for
    Chain("for clients alone", PURPOSE, links=leaf(extended=der.extended_usage(der.CLIENT))),
    Chain("for OCSP alone", PURPOSE, links=leaf(extended=der.extended_usage(der.OCSP_SIGNING))),
    Chain("an issuer for clients alone", "unsuitable certificate purpose (certificate 1", links=between(extended=der.extended_usage(der.CLIENT))),
    Chain("a key for signing lists alone", PURPOSE, links=leaf(key="rsa2048", usage=der.key_usage("cRLSign"))),
    # how strong
    Chain("signed with SHA-1", "CA signature digest algorithm too weak", links={"root": {"key": "rsa2048"}, "between": {"key": "rsa2048-2"}, "leaf": {"digest": "sha1"}}),
    Chain("signed with SHA-1 by an elliptic key", "CA signature digest algorithm too weak", links=leaf(digest="sha1")),
    Chain("an issuer signed with SHA-1", "CA signature digest algorithm too weak", links=between(digest="sha1")),
    Chain("signed with MD5", "CA signature digest algorithm too weak", links={"between": {"key": "rsa2048-2"}, "leaf": {"digest": "md5"}}),
    Chain("RSA of 1024 bits", "EE certificate key too weak", links=leaf(key="rsa1024")),
    Chain("an issuer with RSA of 1024 bits", "CA certificate key too weak", links=between(key="rsa1024-2")),
    Chain("an issuer on a curve of 192 bits", "CA certificate key too weak", links=between(key="p192")),
    # how made
    Chain("an unknown critical extension", "unhandled critical extension", links=leaf(more=(der.extension("1.2.3.4.5", der.tlv(5), critical=True),))),
    Chain("an unknown critical extension of an issuer", "unhandled critical extension", links=between(more=(der.extension("1.2.3.4.5", der.tlv(5), critical=True),))),
    Chain("an unknown extension twice", "an extension twice", links=leaf(more=(der.extension("1.2.3.4.5", der.tlv(5)),) * 2)),
    Chain("two lists of names of an issuer", UNKNOWN, links=between(more=(der.alternative_names(("dns", "one.example")), der.alternative_names(("dns", "other.example"))))),
    Chain("an extension of an issuer twice", "an extension twice", links=between(more=(der.extension("1.2.3.4.5", der.tlv(5)),) * 2)),
    Chain("a signature that does not fit", "certificate signature failure", links=leaf(damaged=True)),
    Chain("an issuer's signature that does not fit", "certificate signature failure", links=between(damaged=True)),
    Chain("signed by a stranger in the issuer's name", "certificate signature failure", links=leaf(signed_by="a stranger")),
    Chain("another issuer's key id", UNKNOWN, links=leaf(aki=der.authority_key(b"\x01" * 20))),
    Chain("another issuer's name", UNKNOWN, links=leaf(issuer_name=der.name("another"))),
    Chain("an issuer that was not sent", UNKNOWN, show=("leaf",)),
    Chain("a root that nobody trusts", "self-signed certificate in certificate chain", show=("leaf", "between", "root"), order=("stranger", "root", "between", "leaf"), trust=("stranger",), links={"root": {"issuer": "root"}}),
    Chain("signed by itself", "self-signed certificate", order=("stranger", "leaf"), trust=("stranger",), links=leaf(issuer="leaf")),
    Chain("an intermediate among the roots", "unable to get issuer certificate", order=LONG, show=("leaf", "second"), trust=("between",)),
    # policies
    Chain("a policy demanded and not there", POLICY, links=between(more=(der.policies("1.2.3.4"), der.policy_constraints(require_explicit=0)))),
    Chain("a policy demanded, and another there", POLICY, links={**between(more=(der.policies("1.2.3.4"), der.policy_constraints(require_explicit=0))), **leaf(more=(der.policies("1.2.3.5"),))}),
    Chain("a policy demanded by whom has none", POLICY, links={**between(more=(der.policy_constraints(require_explicit=0),)), **leaf(more=(der.policies("1.2.3.4"),))}),
    Chain("a policy demanded a certificate later", POLICY, order=LONG, links=between(more=(der.policy_constraints(require_explicit=1),))),
    Chain("a policy demanded by the leaf itself", POLICY, links=leaf(more=(der.policy_constraints(require_explicit=0),))),
    Chain("any policy where that is inhibited", POLICY, order=LONG, links={**between(more=(der.policies("1.2.3.4"), der.policy_constraints(require_explicit=0), der.inhibit_any_policy(0))), "second": {"more": (der.policies(ANY_POLICY),)}, **leaf(more=(der.policies("1.2.3.4"),))}),
    Chain("a mapping where that is inhibited", POLICY, order=LONG, links={**between(more=(der.policies("1.2.3.4"), der.policy_constraints(0, 0))), "second": {"more": (der.policies("1.2.3.4"), der.policy_mappings(("1.2.3.4", "1.2.3.5")))}, **leaf(more=(der.policies("1.2.3.5"),))}),
    Chain("policies that are malformed", "policies are malformed", links=leaf(more=(der.extension("2.5.29.32", b"0\x03\x02\x01\x01"),))),
    Chain("a policy twice", "policies are malformed", links=leaf(more=(der.policies("1.2.3.4", "1.2.3.4"),))),
    # revocation lists
    Chain("revoked", "certificate revoked", "revoked", crls=({"of": "root"}, {"of": "between", "revoked": ("leaf",)})),
    Chain("an issuer revoked", "certificate revoked (certificate 1", "revoked", crls=({"of": "root", "revoked": ("between",)}, {"of": "between"})),
    Chain("no list of the issuer", "unable to get certificate CRL", crls=({"of": "root"},)),
    Chain("no list of the root", "unable to get certificate CRL", crls=({"of": "between"},)),
    Chain("a list that is over", "CRL has expired", crls=({"of": "root"}, {"of": "between", "days": (-10, -1)})),
    Chain("a list of tomorrow", "CRL is not yet valid", crls=({"of": "root"}, {"of": "between", "days": (1, 2)})),
    Chain("a list that the issuer did not sign", "CRL signature failure", crls=({"of": "root"}, {"of": "between", "signed_by": "leaf"})),
    Chain("a list by whom may not sign lists", "key usage does not include CRL signing", links=between(usage=der.key_usage("keyCertSign")), crls=FRESH),
    Chain("a list with an unknown critical extension", "unhandled critical CRL extension", crls=({"of": "root"}, {"of": "between", "extensions": (der.extension("1.2.3.4.5", der.tlv(5), critical=True),)})),
    # staples
    Chain("a staple that says revoked", "says that the certificate was revoked", "revoked", staple={"state": "revoked"}),
    Chain("a staple that does not know", "does not know the certificate", staple={"state": "unknown"}),
    Chain("a staple that is over", "is over, or not yet valid", staple={"state": "good", "days": (-10, -1)}),
    Chain("a staple of tomorrow", "is over, or not yet valid", staple={"state": "good", "days": (1, 2)}),
    Chain("a staple without an end, and old", "is over, or not yet valid", staple={"state": "good", "days": (-30, None)}),
    Chain("a staple about another certificate", "is about another certificate", staple={"state": "good", "about": "between", "issuer": "root"}),
    Chain("a staple by the certificate itself", "is not signed by whom the issuer trusts", staple={"state": "good", "by": "leaf"}),
    Chain("a staple by the root", "is not signed by whom the issuer trusts", staple={"state": "good", "by": "root"}),
    Chain(
        "a staple by whom the issuer does not trust with it",
        "is not signed by whom the issuer trusts",
        order=("root", "between", "helper", "leaf"),
        links={"helper": {"basic": der.basic_constraints(False), "usage": der.key_usage("digitalSignature")}, "leaf": {"issuer": "between"}},
        show=("leaf", "between"),
        staple={"state": "good", "by": "helper"},
    ),
    Chain("a staple signed with SHA-1", "is signed with SHA-1 or weaker", staple={"state": "good", "signed_with": "sha1"}),
    Chain("a staple that is an error", "is an error", staple={"error": True}),
    Chain("a staple that is cut off", "is malformed", staple={"state": "good", "cut": True}),
    Chain("a staple that is none", "is malformed", staple={"raw": b"0\x03\x0a\x01\x00x"}),
    Chain("no staple, and it is demanded", "demands a stapled OCSP response, and none was sent", links=leaf(more=(der.must_staple(),))),
    Chain("no staple, and an issuer demands it", "demands a stapled OCSP response, and none was sent", links=between(more=(der.must_staple(),))),
    Chain("a demand that is malformed", "TLS features of a certificate are malformed", links=leaf(more=(der.extension("1.3.6.1.5.5.7.1.24", b"\x05\0"),))),
    # pins
    Chain("a pin of nobody", "no key of the verified chain", "pin", pins=("nobody",)),
    Chain("a pin of a certificate that was sent and is not of the chain", "no key of the verified chain", "pin", order=("root", "between", "stranger", "leaf"), links={"leaf": {"issuer": "between"}}, show=("leaf", "between", "stranger"), pins=("stranger",)),
    Chain("a pin of the root before", "no key of the verified chain", "pin", order=("old", "root", "between", "leaf"), links={"root": {"issuer": "root"}}, show=("leaf", "between"), trust=("root",), pins=("old",)),
]
