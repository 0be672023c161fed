"""The second door on the screens: Streamlit's sign-in with an identity provider, told from our settings, believed once.

Streamlit reads its secrets from a file: ours lies in `DATA_DIR`, written anew at each start, for this account only. What
Streamlit keeps in a browser of such a sign-in is taken back by the route that opens our own session.
"""

import os
from urllib.parse import quote

import streamlit as st
from streamlit import config

from core.db import transaction
from core.settings import Settings, settings
from core.tokens import keyed_digest
from services import second_door
from ui import parts
from ui.words import _

PATHS = ("auth/login", "auth/logout", "oauth2callback")  # Streamlit's, in the same process
FILE = "streamlit-secrets.toml"
REFUSED = "/session/refused"


def paths() -> tuple[str, ...]:
    """The addresses Streamlit answers for it; none where no provider is set."""
    return PATHS if settings().has_second_door else ()


def prepare() -> None:
    """Before the first visitor: tell Streamlit who the provider is, or that there is none."""
    path = settings().data_dir / FILE
    path.unlink(missing_ok=True)
    if settings().has_second_door:
        settings().data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(written(settings()))
    config.set_option("secrets.files", [str(path)])


def written(own: Settings) -> str:
    """What Streamlit is told, as TOML. Its cookies are signed with a key that follows from the app key."""
    told = {
        "redirect_uri": f"{own.public_url}/oauth2callback",
        "cookie_secret": keyed_digest(own.key, "second door", digits=64),
        "client_id": own.oidc_client_id,
        "client_secret": own.oidc_client_secret.get_secret_value(),
        "server_metadata_url": f"{own.oidc_issuer}/.well-known/openid-configuration",
    }
    return "[auth]\n" + "".join(f"{name} = {_quoted(value)}\n" for name, value in told.items())


def _quoted(value: str) -> str:
    """A basic string of TOML (v1.0.0, "String")."""
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(one if one.isprintable() else f"\\u{ord(one):04X}" for one in plain) + '"'


def come_back(wanted: str) -> bool:
    """Where someone comes back from the provider: on to our own session, or back to the door without it. True if so."""
    if not settings().has_second_door or not st.user.get("is_logged_in"):
        return False
    claims = st.user.to_dict()
    with transaction() as session:
        ticket = second_door.admit(session, claims=claims)
    parts.go(f"/session/{ticket}?next={quote(wanted, safe='')}" if ticket else REFUSED)
    return True


def offer() -> None:
    """The way to the provider."""
    if not settings().has_second_door:
        return
    name = settings().oidc_name
    label = _("Đăng nhập bằng {name}", name=name) if name else _("Đăng nhập bằng tài khoản cơ quan")
    if st.button(label, key="second_door", icon=":material/badge:", width="stretch"):
        st.login()
