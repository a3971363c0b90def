"""An authority of our own, and a mail server's certificate from it, as small institutions have."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """Files in PEM: whom to trust, and what a server on 127.0.0.1 shows."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "authority.pem"
        self.certificate, self.key = folder / "server.pem", folder / "server.key"
        own, server = (
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP256R1()),
        )
        issuer = _name("Authority of Maple Harbor")
        itself = _certificate(issuer, issuer, own.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        shown = _certificate(_name("mail"), issuer, server.public_key()).add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        for file, made in ((self.file, itself), (self.certificate, shown)):
            file.write_bytes(made.sign(own, hashes.SHA256()).public_bytes(Encoding.PEM))
        self.key.write_bytes(
            server.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )

    @property
    def trusted(self) -> ssl.SSLContext:
        """For who connects."""
        return ssl.create_default_context(cafile=self.file)

    @property
    def shown(self) -> ssl.SSLContext:
        """For who listens."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
