"""HTTP beside the screens: the session, residents' phones, leaders' phones, monitors."""

from starlette.routing import BaseRoute

from web import announcement, attached, files, health, household_card, join, links, relay, session, tick_ask, tick_list, trials

routes: list[BaseRoute] = [
    *session.routes,
    *announcement.routes,
    *attached.routes,
    *trials.routes,
    *relay.routes,
    *join.routes,
    *household_card.routes,
    *tick_list.routes,
    *tick_ask.routes,
    *files.routes,
    *health.routes,
    *links.routes,
]
