"""A passkey made of software: what a device would answer, and what a bad one might."""

import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

ORIGIN = "http://ward.test"
PRESENT, WITH_KEY = 0x05, 0x40  # user present and verified; a public key follows


@dataclass
class SoftKey:
    """An ES256 key in software that counts its signatures."""

    id: bytes = b"a key of software only"
    count: int = 0
    secret: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def register(self, options: dict[str, Any], *, origin: str = ORIGIN) -> dict[str, Any]:
        """The answer of `navigator.credentials.create`."""
        numbers = self.secret.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        key = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(public)
        attested = {"fmt": "none", "attStmt": {}, "authData": self._about(options["rp"]["id"], PRESENT | WITH_KEY) + key}
        client = self._client("webauthn.create", options, origin)
        return self._answer(clientDataJSON=client, attestationObject=cbor2.dumps(attested))

    def prove(self, options: dict[str, Any], *, origin: str = ORIGIN) -> dict[str, Any]:
        """The answer of `navigator.credentials.get`."""
        self.count += 1
        about, client = self._about(options["rpId"], PRESENT), self._client("webauthn.get", options, origin)
        signature = self.secret.sign(about + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=about, signature=signature)

    def _about(self, site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, options: dict[str, Any], origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()

    def _answer(self, **response: bytes) -> dict[str, Any]:
        parts = {name: bytes_to_base64url(value) for name, value in response.items()}
        return {
            "id": bytes_to_base64url(self.id), "rawId": bytes_to_base64url(self.id), "type": "public-key", "response": parts,
        }  # fmt: skip
