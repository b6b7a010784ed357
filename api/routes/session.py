"""Signing in and out, and who one is."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from fastapi import Request, Response

from api.auth import CallerDep, ServiceDep, address, cookie_name, refuse_cross_site
from api.problems import Problem, conflict, invalid, responses
from api.routes.routers import CONFLICT, guarded, open_to_all
from api.schemas.people import MeShape, OrganisationShape, PasswordChange, SignIn
from api.service import Service
from core.clock import now
from models.access import Caller, Permission, Reach
from models.queries import callers, people, trail
from models.secrets import hashed, new_cookie
from models.tables import SignIn as SignInRow
from models.tables import User
from models.trail import Action, Note

router = open_to_all("session", "/v1")
own = guarded("session", "/v1")

CROSS_SITE = ("sec-fetch-site", "origin")


@router.post(
    "/session",
    responses=responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY),
)
async def sign_in(given: SignIn, request: Request, response: Response, service: ServiceDep) -> MeShape:
    """Sign in with e-mail and password; the answer sets a cookie."""
    if any(name in request.headers for name in CROSS_SITE):
        refuse_cross_site(request)
    await service.limiter.admit(service.limiter.sign_ins, "sign-in", address(request))
    await service.limiter.admit(service.limiter.sign_ins, "sign-in-as", given.email)
    password = given.password.get_secret_value()
    async with service.database.system_read() as session:
        user = await callers.person(session, given.email)
    if not await service.passwords.fits(password, user.password_hash if user else None) or user is None:
        raise _refused()
    secret = await _signed_in(service, user, password)
    _set_cookie(response, service, secret, service.settings.web.sign_in_s)
    return await _me(service, Caller(user.organisation_id, user.id, user.name, user.role, user.team_id))


@router.delete("/session", status_code=HTTPStatus.NO_CONTENT, responses=responses(HTTPStatus.FORBIDDEN))
async def sign_out(request: Request, response: Response, service: ServiceDep) -> None:
    """Sign this browser out."""
    cookie = request.cookies.get(cookie_name(service))
    if cookie:
        refuse_cross_site(request)
        async with service.database.system() as session:
            await callers.sign_out(session, hashed(cookie))
    _set_cookie(response, service, "", 0)


@own.get("/me")
async def me(caller: CallerDep, service: ServiceDep) -> MeShape:
    """Return who calls, and what they may do."""
    return await _me(service, caller)


@own.put("/me/password", status_code=HTTPStatus.NO_CONTENT)
async def change_password(
    given: PasswordChange, caller: CallerDep, response: Response, service: ServiceDep
) -> None:
    """Change one's own password; every other browser is signed out."""
    if caller.user_id is None:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "no_person",
            "Programs have no password.",
            "Sign in as the person it is for.",
        )
    await service.limiter.admit(service.limiter.sign_ins, "password", str(caller.user_id))
    async with service.database.read(caller.organisation_id) as session:
        user = await session.get_one(User, caller.user_id)
    if not await service.passwords.fits(given.current.get_secret_value(), user.password_hash):
        raise invalid("wrong_password", "The current password is another.", "Ask an admin to set a new one.")
    kept = await service.passwords.hashed(given.new.get_secret_value())
    async with service.database.write(caller.organisation_id) as session:
        user = await session.get_one(User, caller.user_id)
        user.password_hash, user.updated_at = kept, now()
        await people.sign_out_everywhere(session, user.id)
    secret = await _signed_in(service, user, None)
    _set_cookie(response, service, secret, service.settings.web.sign_in_s)


@own.post("/me/notice", responses=CONFLICT)
async def confirm_notice(caller: CallerDep, service: ServiceDep) -> MeShape:
    """Confirm to have read the organisation's notice."""
    if caller.user_id is None:
        raise conflict("no_person", "Programs read no notice.", "Sign in as the person it is for.")
    async with service.database.write(caller.organisation_id) as session:
        user = await session.get_one(User, caller.user_id)
        user.notice_seen_at = now()
        note = Note(caller.user_id, Action.NOTICE_SEEN, f"user:{user.id}")
        trail.note(session, caller.organisation_id, note)
    return await _me(service, caller)


async def _signed_in(service: Service, user: User, password: str | None) -> str:
    """Return the secret of a new sign-in; a hash made with old parameters is made anew."""
    at, secret = now(), new_cookie()
    renewed = None
    if password is not None and user.password_hash and service.passwords.stale(user.password_hash):
        renewed = await service.passwords.hashed(password)
    async with service.database.write(user.organisation_id) as session:
        if renewed is not None:
            (await session.get_one(User, user.id)).password_hash = renewed
        session.add(
            SignInRow(
                organisation_id=user.organisation_id,
                user_id=user.id,
                secret_hash=hashed(secret),
                created_at=at,
                expires_at=at + timedelta(seconds=service.settings.web.sign_in_s),
            )
        )
    return secret


async def _me(service: Service, caller: Caller) -> MeShape:
    async with service.database.read(caller.organisation_id) as session:
        organisation = await people.own_organisation(session)
        user = await session.get(User, caller.user_id) if caller.user_id else None
    reaches = {permission: caller.reach(permission) for permission in Permission}
    return MeShape(
        id=caller.principal_id,
        name=caller.name,
        email=user.email if user else None,
        role=caller.role,
        team_id=caller.team_id,
        scopes=None if user else sorted(caller.scopes),
        organisation=OrganisationShape.of(organisation),
        notice_seen_at=user.notice_seen_at if user else None,
        permissions={p: reach for p, reach in reaches.items() if reach is not Reach.NONE},
    )


def _set_cookie(response: Response, service: Service, secret: str, seconds: float) -> None:
    response.set_cookie(
        cookie_name(service),
        secret,
        max_age=int(seconds),
        path="/",
        secure=service.settings.web.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def _refused() -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "wrong_sign_in",
        "E-mail and password do not fit.",
        "Try again, or ask an admin to set a new password.",
    )
