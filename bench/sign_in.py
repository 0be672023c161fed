"""Print the cookie of a signed-in vice chair, for a browser that a benchmark drives."""

import sys

from sqlmodel import select

from core.db import transaction
from models import Role, User
from services import sessions


def main() -> None:
    """Name and value, separated by a blank."""
    with transaction() as session:
        user = session.exec(select(User).where(User.role == Role.OFFICIAL).order_by(User.username)).first()
        if user is None:
            raise SystemExit("no official in this database")
        ticket = sessions.issue_ticket(session, user_id=user.id)
    with transaction() as session:
        token = sessions.redeem(session, ticket=ticket, device="bench")
    sys.stdout.write(f"{sessions.cookie_name()} {token}\n")


if __name__ == "__main__":
    main()
