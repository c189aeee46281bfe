# SPDX-License-Identifier: Apache-2.0
"""Certificates and revocation lists, byte by byte: libraries refuse to make the wrong ones that a test wants."""
import datetime

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

HASHES = {"sha256": hashes.SHA256, "sha1": hashes.SHA1, "md5": hashes.MD5}
SIGNATURES = {
    ("rsa", "sha256"): "1.2.840.113549.1.1.11",
    ("rsa", "sha1"): "1.2.840.113549.1.1.5",
    ("rsa", "md5"): "1.2.840.113549.1.1.4",
    ("ec", "sha256"): "1.2.840.10045.4.3.2",
    ("ec", "sha1"): "1.2.840.10045.4.1",
}


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        length = bytes([size])
    else:
        digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(digits)]) + digits
    return bytes([tag]) + length + body


def seq(*parts):
    return tlv(0x30, *parts)


def integer(number):
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def boolean(value):
    return tlv(1, b"\xff" if value else b"\0")


def octets(data):
    return tlv(4, data)


def bits(data, unused=0):
    return tlv(3, bytes([unused]) + data)


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = b""
    for number in (40 * first + second, *rest):
        digits = [number & 0x7F]
        while number > 0x7F:
            number >>= 7
            digits.append(0x80 | number & 0x7F)
        out += bytes(reversed(digits))
    return tlv(6, out)


def tagged(number, *parts, constructed=True):
    return tlv((0xA0 if constructed else 0x80) | number, *parts)


def when(moment):
    return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def days_from_now(days):
    return datetime.datetime.utcnow().replace(microsecond=0) + datetime.timedelta(days=days)


def name(common_name):
    return seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x0C, common_name.encode()))))


# --- keys -------------------------------------------------------------------------------------------------------------

_kept = {}


def make_key(kind):
    """An elliptic key is new each time; an RSA key takes long, and is the same for each name."""
    if kind.startswith("rsa"):
        if kind not in _kept:
            size = int(kind[3:].split("-")[0])
            _kept[kind] = rsa.generate_private_key(65537, size)
        return _kept[kind]
    curves = {"p256": ec.SECP256R1, "p192": ec.SECP192R1, "p384": ec.SECP384R1}
    return ec.generate_private_key(curves[kind]())


def spki(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(key):
    digest = hashes.Hash(hashes.SHA1())
    digest.update(spki(key))
    return digest.finalize()


def key_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def sign(key, digest, tbs):
    """(algorithm, signature)"""
    if isinstance(key, rsa.RSAPrivateKey):
        algorithm = seq(oid(SIGNATURES["rsa", digest]), tlv(5))
        return algorithm, key.sign(tbs(algorithm), padding.PKCS1v15(), HASHES[digest]())
    algorithm = seq(oid(SIGNATURES["ec", digest]))
    return algorithm, key.sign(tbs(algorithm), ec.ECDSA(HASHES[digest]()))


# --- extensions -------------------------------------------------------------------------------------------------------


def extension(dotted, value, critical=False):
    return seq(oid(dotted), *([boolean(True)] if critical else []), octets(value))


def basic_constraints(ca, path_length=None):
    parts = [boolean(True)] if ca else []
    if path_length is not None:
        parts.append(integer(path_length))
    return extension("2.5.29.19", seq(*parts), critical=True)


def key_usage(*wanted):
    names = ["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign"]
    value = 0
    for word in wanted:
        value |= 0x80 >> names.index(word)
    unused = 0
    while unused < 7 and not value >> unused & 1:
        unused += 1
    return extension("2.5.29.15", bits(bytes([value]), unused), critical=True)


SERVER, CLIENT, OCSP_SIGNING = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.9"


def extended_usage(*wanted):
    return extension("2.5.29.37", seq(*map(oid, wanted)))


def general_name(item):
    kind, value = item
    if kind == "ip":
        return tagged(7, value, constructed=False)
    return tagged({"email": 1, "dns": 2}[kind], value if isinstance(value, bytes) else value.encode(), constructed=False)


def alternative_names(*items):
    return extension("2.5.29.17", seq(*map(general_name, items)))


def name_constraints(permitted=(), excluded=()):
    parts = [
        tagged(place, *(seq(general_name(item)) for item in items)) for place, items in ((0, permitted), (1, excluded)) if items
    ]
    return extension("2.5.29.30", seq(*parts), critical=True)


def policies(*wanted):
    return extension("2.5.29.32", seq(*(seq(oid(each)) for each in wanted)))


def policy_constraints(require_explicit=None, inhibit_mapping=None):
    parts = []
    for place, value in ((0, require_explicit), (1, inhibit_mapping)):
        if value is not None:
            parts.append(tagged(place, integer(value)[2:], constructed=False))
    return extension("2.5.29.36", seq(*parts), critical=True)


def inhibit_any_policy(skip):
    return extension("2.5.29.54", integer(skip), critical=True)


def policy_mappings(*pairs):
    return extension("2.5.29.33", seq(*(seq(oid(one), oid(other)) for one, other in pairs)))


def must_staple(*features):
    return extension("1.3.6.1.5.5.7.1.24", seq(*map(integer, features or (5,))))


def subject_key(identifier):
    return extension("2.5.29.14", octets(identifier))


def authority_key(identifier):
    return extension("2.5.29.35", seq(tagged(0, identifier, constructed=False)))


# --- signed things ----------------------------------------------------------------------------------------------------


def pem(kind, der):
    import base64

    text = base64.encodebytes(der).decode()
    return f"-----BEGIN {kind}-----\n{text}-----END {kind}-----\n"


def certificate(subject, issuer, key, issuer_key, extensions, *, serial, days=(-1, 30), digest="sha256", version=3):
    """DER. `subject` and `issuer` are names as DER."""
    validity = seq(when(days_from_now(days[0])), when(days_from_now(days[1])))

    def tbs(algorithm):
        parts = [tagged(0, integer(version - 1))] if version > 1 else []
        parts += [integer(serial), algorithm, issuer, validity, subject, spki(key)]
        if version > 2 and extensions:
            parts.append(tagged(3, seq(*extensions)))
        return seq(*parts)

    algorithm, signature = sign(issuer_key, digest, tbs)
    return seq(tbs(algorithm), algorithm, bits(signature))


def revocation_list(issuer, key, issuer_key, revoked, *, days=(-1, 30), digest="sha256", extensions=()):
    """DER, by `key` in the name of who has `issuer_key`; `revoked` are serial numbers."""

    def tbs(algorithm):
        parts = [integer(1), algorithm, issuer, when(days_from_now(days[0])), when(days_from_now(days[1]))]
        if revoked:
            parts.append(seq(*(seq(integer(serial), when(days_from_now(-1))) for serial in revoked)))
        parts.append(tagged(0, seq(authority_key(key_id(issuer_key)), extension("2.5.29.20", integer(1)), *extensions)))
        return seq(*parts)

    algorithm, signature = sign(key, digest, tbs)
    return seq(tbs(algorithm), algorithm, bits(signature))
