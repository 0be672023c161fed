"""The only scripts the staff screens add. They are constants, so that the content security policy can name their hashes."""

import base64
import hashlib

# st.html keeps what it is given in the element; the values travel as data, never inside the script.
GO = "window.location.replace(document.querySelector('[data-go]').dataset.go)"
SPEAK = "document.documentElement.lang=document.querySelector('[data-speak]').dataset.speak"
# A picture can be copied only by a press in the page itself, and only where the address is safe (https, or this machine).
COPY = (
    "for(const b of document.querySelectorAll('[data-copy-png]'))b.onclick=async()=>{try{"
    "const a=Uint8Array.from(atob(b.dataset.copyPng),c=>c.charCodeAt(0));"
    "await navigator.clipboard.write([new ClipboardItem({'image/png':new Blob([a],{type:'image/png'})})]);"
    "b.textContent=b.dataset.done}catch{b.textContent=b.dataset.failed}}"
)


def hashes() -> tuple[str, ...]:
    """The scripts as a policy names them (CSP Level 3 §2.3.1)."""
    return tuple(f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}" for script in (GO, SPEAK, COPY))
