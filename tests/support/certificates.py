# SPDX-License-Identifier: Apache-2.0
"""A test root and certificates of origins, made anew for each run."""
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import NameOID


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject, issuer, key, days=30):
    now = datetime.datetime.utcnow()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _pem(thing):
    if hasattr(thing, "public_bytes"):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Root:
    """A root of trust and the folder that its files lie in."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (
            _builder("exeat test root", _name("exeat test root"), self.key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        self.path = folder / "test-root.pem"
        self.path.write_bytes(_pem(self.certificate))

    def issue(self, *names, days=30):
        """A certificate for these names; returns the paths of certificate and key."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = []
        for name in names:
            try:
                alternatives.append(x509.IPAddress(ipaddress.ip_address(name)))
            except ValueError:
                alternatives.append(x509.DNSName(name))
        certificate = (
            _builder(names[0], self.certificate.subject, key, days)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        stem = names[0].replace("*", "_").replace(":", "_")
        certificate_path = self.folder / f"{stem}.pem"
        key_path = self.folder / f"{stem}.key"
        certificate_path.write_bytes(_pem(certificate))
        key_path.write_bytes(_pem(key))
        return certificate_path, key_path


def _url(text):
    return x509.UniformResourceIdentifier(text)


def issue_naming(root, *names, status, lists=(), issuers=()):
    """A certificate for these names that has URLs of status (OCSP), lists (CRL) and issuers; paths as of issue()."""
    key = ec.generate_private_key(ec.SECP256R1())
    places = [x509.AccessDescription(kind, _url(url)) for kind, urls in ((Access.OCSP, status), (Access.CA_ISSUERS, issuers)) for url in urls]
    certificate = (
        _builder(names[0], root.certificate.subject, key)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityInformationAccess(places), critical=False)
        .add_extension(x509.CRLDistributionPoints([x509.DistributionPoint([_url(url)], None, None, None) for url in lists]), critical=False)
        .sign(root.key, hashes.SHA256())
    )
    paths = root.folder / "followed.pem", root.folder / "followed.key"
    for path, thing in zip(paths, (certificate, key)):
        path.write_bytes(_pem(thing))
    return paths
