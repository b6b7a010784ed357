"""Who calls: a person by cookie, a program by key or token; and whether that suffices for an endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from fastapi import Depends, Request

from api.problems import Problem
from api.service import Service, service_of
from core.clock import now
from models.access import RULES, Caller, Permission, Reach, Viewer
from models.db import SystemSession
from models.queries import access, callers
from models.secrets import TOKEN_PREFIX, hashed

COOKIE, SECURE_COOKIE = "debrief", "__Host-debrief"
"""Name of the cookie; browsers keep the second from being set by another host or over HTTP."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SAME = frozenset({"same-origin", "none"})

log = structlog.get_logger()

ServiceDep = Annotated[Service, Depends(service_of)]


def cookie_name(service: Service) -> str:
    """Return what the cookie is called here."""
    return SECURE_COOKIE if service.settings.web.secure_cookies else COOKIE


async def caller(request: Request, service: ServiceDep) -> Caller:
    """Return who calls, admitted by the rate limit; raises `Problem` 401, 403 or 429."""
    found = await _identified(request, service)
    if found is None:
        await service.limiter.admit(service.limiter.requests, "address", address(request))
        raise _unknown()
    request.state.principal = str(found.principal_id)
    rate = await service.limiter.admit(service.limiter.requests, "caller", str(found.principal_id))
    request.state.headers.update(rate.headers)
    return found


CallerDep = Annotated[Caller, Depends(caller)]


class Allow:
    """The dependency by which an endpoint declares the permission it demands; gives the viewer."""

    def __init__(self, permission: Permission) -> None:
        """Take the permission."""
        self.permission = permission

    async def __call__(self, found: CallerDep, service: ServiceDep) -> Viewer:
        """Return who asks and how far they reach; raises `Problem` 403 where that is nowhere."""
        if found.reach(self.permission) is Reach.NONE:
            raise _forbidden(found, self.permission)
        return await _viewer(found, service, self.permission)


async def _viewer(found: Caller, service: Service, permission: Permission) -> Viewer:
    """Return a caller as the viewer of what a permission gives, which may be nothing."""
    reach = found.reach(permission)
    team_ids: tuple[UUID, ...] = ()
    if reach is Reach.TEAM:
        async with service.database.read(found.organisation_id) as session:
            team_ids = await access.subtree(session, found.team_id)
    return Viewer(found.organisation_id, found.principal_id, found.user_id, reach, found.team_id, team_ids)


async def reader_of_calls(found: CallerDep, service: ServiceDep) -> Viewer:
    """Return the caller as a reader of calls, perhaps of none, beside what an endpoint demands."""
    return await _viewer(found, service, Permission.READ_CALLS)


async def reviewer_of_calls(found: CallerDep, service: ServiceDep) -> Viewer:
    """Return the caller as a reviewer of scores, perhaps of none, beside what an endpoint demands."""
    return await _viewer(found, service, Permission.REVIEW_CALLS)


async def answerer_of_reviews(found: CallerDep, service: ServiceDep) -> Viewer:
    """Return the caller as the one who is reviewed, beside what an endpoint demands."""
    return await _viewer(found, service, Permission.ANSWER_REVIEWS)


async def giver_of_tasks(found: CallerDep, service: ServiceDep) -> Viewer:
    """Return the caller as a giver of tasks, perhaps to nobody, beside what an endpoint demands."""
    return await _viewer(found, service, Permission.ASSIGN_TASKS)


async def reader_of_unreviewed(found: CallerDep, service: ServiceDep) -> Viewer:
    """Return the caller as a reader of what nobody has approved, perhaps of nothing."""
    return await _viewer(found, service, Permission.READ_UNREVIEWED)


MaybeUnreviewedReader = Annotated[Viewer, Depends(reader_of_unreviewed)]
MaybeTaskGiver = Annotated[Viewer, Depends(giver_of_tasks)]
MaybeCallReader = Annotated[Viewer, Depends(reader_of_calls)]
MaybeCallReviewer = Annotated[Viewer, Depends(reviewer_of_calls)]
MaybeReviewAnswerer = Annotated[Viewer, Depends(answerer_of_reviews)]
CallReader = Annotated[Viewer, Depends(Allow(Permission.READ_CALLS))]
CallAdder = Annotated[Viewer, Depends(Allow(Permission.ADD_CALLS))]
CallChanger = Annotated[Viewer, Depends(Allow(Permission.CHANGE_CALLS))]
CallCorrector = Annotated[Viewer, Depends(Allow(Permission.CORRECT_CALLS))]
CallReviewer = Annotated[Viewer, Depends(Allow(Permission.REVIEW_CALLS))]
ReviewAnswerer = Annotated[Viewer, Depends(Allow(Permission.ANSWER_REVIEWS))]
Calibrator = Annotated[Viewer, Depends(Allow(Permission.CALIBRATE))]
ScoreComparer = Annotated[Viewer, Depends(Allow(Permission.COMPARE_SCORES))]
Commenter = Annotated[Viewer, Depends(Allow(Permission.COMMENT))]
CoachingReader = Annotated[Viewer, Depends(Allow(Permission.READ_COACHING))]
TaskGiver = Annotated[Viewer, Depends(Allow(Permission.ASSIGN_TASKS))]
TaskDoer = Annotated[Viewer, Depends(Allow(Permission.DO_TASKS))]
ClipMaker = Annotated[Viewer, Depends(Allow(Permission.MAKE_CLIPS))]
RecordReader = Annotated[Viewer, Depends(Allow(Permission.READ_RECORDS))]
DealReader = Annotated[Viewer, Depends(Allow(Permission.READ_DEALS))]
DealImporter = Annotated[Viewer, Depends(Allow(Permission.IMPORT_DEALS))]
FeedReader = Annotated[Viewer, Depends(Allow(Permission.READ_FEEDS))]
TrailReader = Annotated[Viewer, Depends(Allow(Permission.READ_TRAIL))]
CallRemover = Annotated[Viewer, Depends(Allow(Permission.DELETE_CALLS))]
ScorecardReader = Annotated[Viewer, Depends(Allow(Permission.READ_SCORECARDS))]
ScorecardEditor = Annotated[Viewer, Depends(Allow(Permission.EDIT_SCORECARDS))]
PeopleReader = Annotated[Viewer, Depends(Allow(Permission.READ_PEOPLE))]
PeopleChanger = Annotated[Viewer, Depends(Allow(Permission.CHANGE_PEOPLE))]
OrganisationReader = Annotated[Viewer, Depends(Allow(Permission.READ_ORGANISATION))]
OrganisationChanger = Annotated[Viewer, Depends(Allow(Permission.CHANGE_ORGANISATION))]
ClientManager = Annotated[Viewer, Depends(Allow(Permission.MANAGE_CLIENTS))]
WebhookManager = Annotated[Viewer, Depends(Allow(Permission.MANAGE_WEBHOOKS))]
Watcher = Annotated[Viewer, Depends(Allow(Permission.WATCH_SERVICE))]


def permission_of(dependant: Any) -> Permission | None:
    """Return the permission that an endpoint declares, from FastAPI's tree of its dependencies."""
    if isinstance(dependant.call, Allow):
        return dependant.call.permission
    found = (permission_of(below) for below in dependant.dependencies)
    return next((permission for permission in found if permission is not None), None)


def address(request: Request) -> str:
    """Return the address that a request came from."""
    return request.client.host if request.client else "unknown"


def refuse_cross_site(request: Request) -> None:
    """Raise `Problem` 403 where a browser sends a request for another site's page.

    Browsers that tell in `Sec-Fetch-Site` are believed, others by `Origin`, which every browser sends
    with a request that changes something; scripts cannot set either (OWASP, Cross-Site Request Forgery
    Prevention). A request with neither comes from no browser, and is refused where a cookie speaks for it.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site in SAME:
        return
    origin = request.headers.get("origin")
    if site is None and origin is not None and urlsplit(origin).netloc == request.headers.get("host"):
        return
    raise Problem(
        HTTPStatus.FORBIDDEN,
        "cross_site",
        "A signed-in browser may change things only from the service's own pages.",
        "Programs send an API key instead of a cookie.",
    )


async def _identified(request: Request, service: Service) -> Caller | None:
    """Return whose credentials hold; a header counts before a cookie."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and secret:
        return await _program(service, secret.strip())
    cookie = request.cookies.get(cookie_name(service))
    if not cookie:
        return None
    if request.method not in SAFE:
        refuse_cross_site(request)
    async with service.database.system_read() as session:
        return await callers.signed_in(session, hashed(cookie), now())


Finder = Callable[[SystemSession, str, datetime], Awaitable[Caller | None]]


async def _program(service: Service, secret: str) -> Caller | None:
    """Return the program that a key or token belongs to, its use noted at most once a minute."""
    find: Finder = callers.with_token if secret.startswith(TOKEN_PREFIX) else callers.with_key
    at = now()
    async with service.database.system_read() as session:
        found = await find(session, hashed(secret), at)
    if found is not None and service.uses.due(found.principal_id, at):
        async with service.database.system() as session:
            await callers.note_use(session, found.principal_id, at)
    return found


def _unknown() -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "unauthorised",
        "Nobody is signed in, or the key or token does not hold (any more).",
        "Sign in at /v1/session, or send `Authorization: Bearer` with a key that holds.",
        {"WWW-Authenticate": 'Bearer realm="debrief"'},
    )


def _forbidden(found: Caller, permission: Permission) -> Problem:
    rule = RULES[permission]
    if found.role is not None:
        remedy = "Ask somebody whose role allows it."
    else:
        remedy = f"Use a key with the scope {rule.scope}."
    return Problem(
        HTTPStatus.FORBIDDEN,
        "forbidden",
        f"You may not {rule.does}.",
        remedy,
        {}
        if found.role
        else {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{rule.scope}"'},
    )
