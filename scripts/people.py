"""`./debrief user` and `./debrief apikey`: who may use the service, straight from its database."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.passwords import LEAST, MOST, Passwords
from core.clock import now
from core.errors import Rejected
from models.access import Scope
from models.call import UserRole
from models.queries import organisations, people
from models.secrets import hashed, new_key
from models.tables import ApiClient, User
from scripts.installation import Data, Whose, chosen_settings, installation, run

ADDRESS = re.compile(r"[^@\s\x00]{1,64}@[^@\s\x00]{1,255}")

user = typer.Typer(no_args_is_help=True, help="People who may sign in.")
apikey = typer.Typer(no_args_is_help=True, help="Keys of programs that call the API.")


@user.callback()
def _user() -> None:
    """Hold the commands on users together."""


@apikey.callback()
def _apikey() -> None:
    """Hold the commands on keys together."""


@user.command("add")
def add_user(
    email: Annotated[str, typer.Option(help="E-mail address to sign in with.")],
    role: Annotated[UserRole, typer.Option(help="What the person does here.")],
    name: Annotated[str, typer.Option(help="Name; else the address.")] = "",
    password_stdin: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")
    ] = False,
    organisation: Whose = "",
    data: Data = None,
) -> None:
    """Add a person; without a password they cannot sign in. The first organisation is made with them."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    run(_add_user(data, organisation, email.strip().lower(), name, role, password))
    typer.echo(f"{email.strip().lower()} is {role}")


@apikey.command("add")
def add_key(
    scopes: Annotated[str, typer.Option(help=f"What it may do, by commas: {', '.join(Scope)}.")],
    name: Annotated[str, typer.Option(help="What the program is called.")] = "command line",
    days: Annotated[int | None, typer.Option(help="Days after which it holds no longer.", min=1)] = None,
    organisation: Whose = "",
    data: Data = None,
) -> None:
    """Print a new key, and nothing else; it is shown this once."""
    typer.echo(run(_add_key(data, organisation, name, _scopes(scopes), days)))


async def _add_user(
    data: Path | None, organisation: str, email: str, name: str, role: UserRole, password: str | None
) -> None:
    if not ADDRESS.fullmatch(email):
        raise Rejected("bad_email", f"'{email}' is no e-mail address.", "Write it like ana@example.com.")
    if password is not None and not LEAST <= len(password) <= MOST:
        raise Rejected(
            "bad_password", f"The password has {len(password)} letters.", f"Take {LEAST} to {MOST}."
        )
    kept = await Passwords().hashed(password) if password else None
    async with installation(chosen_settings(data)) as place, place.database.system() as session:
        if await people.email_taken(session, email):
            raise Rejected("email_taken", f"{email} is here already.", "Change that person over the API.")
        owner = await organisations.founded(session, organisation)
        session.add(
            User(organisation_id=owner.id, email=email, name=name or email, role=role, password_hash=kept)
        )


async def _add_key(
    data: Path | None, organisation: str, name: str, scopes: list[Scope], days: int | None
) -> str:
    key = new_key()
    async with installation(chosen_settings(data)) as place, place.database.system() as session:
        owner = await organisations.founded(session, organisation)
        session.add(
            ApiClient(
                organisation_id=owner.id,
                name=name,
                scopes=[str(scope) for scope in scopes],
                secret_hash=hashed(key),
                expires_at=None if days is None else now() + timedelta(days=days),
            )
        )
    return key


def _scopes(text: str) -> list[Scope]:
    """Return scopes by commas or spaces; raises typer's BadParameter for one that there is not."""
    try:
        found = [Scope(one) for one in dict.fromkeys(re.split(r"[,\s]+", text.strip()))]
    except ValueError as error:
        raise typer.BadParameter(f"{error}; there are {', '.join(Scope)}.") from error
    return found
