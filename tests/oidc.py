"""An identity provider of our own (OpenID Connect Core 1.0), over real sockets: it vouches for whoever it is told to."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.serving import served

CLIENT, SECRET = "cau-noi", 'a secret between two, with " and \\ in it'
KEY = "the only key"


@dataclass
class Provider:
    """Answers every sign-in with `claims`; each code is good once."""

    port: int = 0
    claims: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)  # codes, with the nonce each was asked for with
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def issuer(self) -> str:
        """Its name and address."""
        return f"http://localhost:{self.port}"

    def about(self, _request: Request) -> Response:
        """Discovery (OpenID Connect Discovery 1.0 §4)."""
        return JSONResponse({
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        })  # fmt: skip

    def authorize(self, request: Request) -> Response:
        """Nobody is asked: the person is who `claims` says."""
        asked, code = request.query_params, secrets.token_urlsafe(16)
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        self.given[code] = asked["nonce"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def token(self, request: Request) -> Response:
        """The ID token for a code."""
        form = await request.form()
        now, nonce = int(time.time()), self.given.pop(str(form["code"]))
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce} | self.claims
        made = jwt.encode(said, self.key, algorithm="RS256", headers={"kid": KEY})
        return JSONResponse({"access_token": "none", "token_type": "Bearer", "expires_in": 300, "id_token": made})

    def keys(self, _request: Request) -> Response:
        """The public key."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return JSONResponse({"keys": [public | {"kid": KEY, "use": "sig", "alg": "RS256"}]})


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers, on a free port."""
    provider = Provider()
    routes = [
        Route("/.well-known/openid-configuration", provider.about), Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]), Route("/keys", provider.keys),
    ]  # fmt: skip
    with served(Starlette(routes=routes)) as provider.port:
        yield provider
