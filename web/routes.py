"""HTTP beside the screens: the session, residents' phones, leaders' phones, monitors."""

from starlette.routing import BaseRoute

from web import (
    announcement,
    ask,
    attached,
    check_in,
    door,
    files,
    health,
    household_card,
    join,
    leader_count,
    links,
    procedures,
    relay,
    session,
    stop,
    tick_ask,
    tick_list,
    trials,
    webhooks,
)

routes: list[BaseRoute] = [
    *session.routes,
    *announcement.routes,
    *check_in.routes,
    *attached.routes,
    *trials.routes,
    *relay.routes,
    *leader_count.routes,
    *join.routes,
    *household_card.routes,
    *stop.routes,
    *webhooks.routes,
    *door.routes,
    *tick_list.routes,
    *tick_ask.routes,
    *files.routes,
    *health.routes,
    *ask.routes,
    *procedures.routes,
    *links.routes,
]
