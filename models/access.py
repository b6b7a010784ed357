"""Who may do what: one table, from which the code, its tests and docs/access.md derive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from models.call import UserRole


class Scope(StrEnum):
    """What a program may be allowed; each stands alone, `admin` holds none of the others."""

    CALLS_READ = "calls:read"
    CALLS_WRITE = "calls:write"
    REVIEWS_WRITE = "reviews:write"
    SCORECARDS_WRITE = "scorecards:write"
    COACHING_WRITE = "coaching:write"
    RECORDS_READ = "records:read"
    DEALS_READ = "deals:read"
    DEALS_WRITE = "deals:write"
    FEEDS_READ = "feeds:read"
    FEEDS_UNREVIEWED = "feeds:unreviewed"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    WEBHOOKS_WRITE = "webhooks:write"
    ADMIN = "admin"


class Reach(StrEnum):
    """How far a permission goes. TEAM: one's team and all below it, and what is one's own."""

    NONE = "none"
    OWN = "own"
    TEAM = "team"
    ALL = "all"


class Permission(StrEnum):
    """What an endpoint demands; each endpoint declares one."""

    READ_CALLS = "calls.read"
    ADD_CALLS = "calls.add"
    CHANGE_CALLS = "calls.change"
    CORRECT_CALLS = "calls.correct"
    DELETE_CALLS = "calls.delete"
    REVIEW_CALLS = "calls.review"
    ANSWER_REVIEWS = "reviews.answer"
    CALIBRATE = "calls.calibrate"
    COMPARE_SCORES = "scores.compare"
    COMMENT = "calls.comment"
    READ_COACHING = "coaching.read"
    ASSIGN_TASKS = "tasks.assign"
    DO_TASKS = "tasks.do"
    MAKE_CLIPS = "clips.make"
    READ_RECORDS = "records.read"
    READ_DEALS = "deals.read"
    IMPORT_DEALS = "deals.import"
    READ_FEEDS = "feeds.read"
    READ_UNREVIEWED = "feeds.unreviewed"
    READ_TRAIL = "trail.read"
    READ_SCORECARDS = "scorecards.read"
    EDIT_SCORECARDS = "scorecards.edit"
    READ_PEOPLE = "people.read"
    CHANGE_PEOPLE = "people.change"
    READ_ORGANISATION = "organisation.read"
    CHANGE_ORGANISATION = "organisation.change"
    MANAGE_CLIENTS = "clients.manage"
    MANAGE_WEBHOOKS = "webhooks.manage"
    WATCH_SERVICE = "service.watch"


@dataclass(frozen=True, slots=True)
class Rule:
    """A permission: what it lets one do, the scope that gives it to a program, its reach by role."""

    does: str
    scope: Scope
    rep: Reach = Reach.NONE
    coach: Reach = Reach.NONE
    manager: Reach = Reach.NONE
    admin: Reach = Reach.ALL

    def reach(self, role: UserRole) -> Reach:
        """Return how far the permission goes for a person of a role."""
        return {
            UserRole.REP: self.rep,
            UserRole.COACH: self.coach,
            UserRole.MANAGER: self.manager,
            UserRole.ADMIN: self.admin,
        }[role]


_OWN, _TEAM, _ALL = Reach.OWN, Reach.TEAM, Reach.ALL

RULES: Mapping[Permission, Rule] = {
    Permission.READ_CALLS: Rule(
        "list, search, read, play and export calls, follow their progress",
        Scope.CALLS_READ,
        rep=_OWN,
        coach=_TEAM,
        manager=_TEAM,
    ),
    Permission.ADD_CALLS: Rule("hand in recordings", Scope.CALLS_WRITE, rep=_OWN, coach=_TEAM, manager=_TEAM),
    Permission.CHANGE_CALLS: Rule(
        "change what is known of a call, cancel it, have it reviewed again",
        Scope.CALLS_WRITE,
        rep=_OWN,
        coach=_TEAM,
        manager=_TEAM,
    ),
    Permission.CORRECT_CALLS: Rule(
        "put right who spoke and what was said", Scope.REVIEWS_WRITE, coach=_TEAM, manager=_TEAM
    ),
    Permission.REVIEW_CALLS: Rule(
        "review scores: answer items, approve, correct, reject, look again",
        Scope.REVIEWS_WRITE,
        coach=_TEAM,
        manager=_TEAM,
    ),
    Permission.ANSWER_REVIEWS: Rule(
        "judge one's own call, acknowledge its score, ask for another look",
        Scope.REVIEWS_WRITE,
        rep=_OWN,
        coach=_OWN,
        manager=_OWN,
        admin=_OWN,
    ),
    Permission.CALIBRATE: Rule(
        "hold and answer sessions in which several people score one call",
        Scope.REVIEWS_WRITE,
        coach=_TEAM,
        manager=_TEAM,
    ),
    Permission.COMPARE_SCORES: Rule(
        "compare scores: two versions of a scorecard, and teams, languages and kinds of recordings",
        Scope.RECORDS_READ,
        manager=_ALL,
    ),
    Permission.COMMENT: Rule(
        "comment on calls, and say what one listened to",
        Scope.COACHING_WRITE,
        rep=_OWN,
        coach=_TEAM,
        manager=_TEAM,
    ),
    Permission.READ_COACHING: Rule(
        "see how much people coach", Scope.RECORDS_READ, coach=_OWN, manager=_TEAM
    ),
    Permission.ASSIGN_TASKS: Rule(
        "give tasks, reps to themselves", Scope.COACHING_WRITE, rep=_OWN, coach=_TEAM, manager=_TEAM
    ),
    Permission.DO_TASKS: Rule(
        "see tasks and tick them off", Scope.COACHING_WRITE, rep=_OWN, coach=_TEAM, manager=_TEAM
    ),
    Permission.MAKE_CLIPS: Rule(
        "make clips and playlists", Scope.COACHING_WRITE, rep=_OWN, coach=_TEAM, manager=_TEAM
    ),
    Permission.READ_RECORDS: Rule(
        "see performance records", Scope.RECORDS_READ, rep=_OWN, coach=_TEAM, manager=_TEAM
    ),
    Permission.READ_DEALS: Rule("see deals", Scope.DEALS_READ, rep=_OWN, coach=_TEAM, manager=_TEAM),
    Permission.IMPORT_DEALS: Rule("bring in deals", Scope.DEALS_WRITE, manager=_ALL),
    Permission.READ_FEEDS: Rule(
        "pull what changed: calls, scores, records, deals, and what is gone", Scope.FEEDS_READ
    ),
    Permission.READ_UNREVIEWED: Rule(
        "pull and export what nobody has approved too, with its state", Scope.FEEDS_UNREVIEWED
    ),
    Permission.READ_TRAIL: Rule("read the audit trail", Scope.ADMIN),
    Permission.DELETE_CALLS: Rule("delete a call and its recording", Scope.CALLS_WRITE, manager=_TEAM),
    Permission.READ_SCORECARDS: Rule(
        "see the scorecards by which calls are scored, and the trackers",
        Scope.CALLS_READ,
        rep=_ALL,
        coach=_ALL,
        manager=_ALL,
    ),
    Permission.EDIT_SCORECARDS: Rule(
        "write scorecards, trackers and formulas, try them on what is past, put them to use",
        Scope.SCORECARDS_WRITE,
        manager=_ALL,
    ),
    Permission.READ_PEOPLE: Rule(
        "see users and teams", Scope.PEOPLE_READ, rep=_OWN, coach=_TEAM, manager=_TEAM
    ),
    Permission.CHANGE_PEOPLE: Rule("add, change and remove users and teams", Scope.PEOPLE_WRITE),
    Permission.READ_ORGANISATION: Rule(
        "see the organisation's settings", Scope.CALLS_READ, rep=_ALL, coach=_ALL, manager=_ALL
    ),
    Permission.CHANGE_ORGANISATION: Rule("change the organisation's settings", Scope.ADMIN),
    Permission.MANAGE_CLIENTS: Rule("add, see and revoke API clients", Scope.ADMIN),
    Permission.MANAGE_WEBHOOKS: Rule(
        "add, change and remove webhooks, see their secrets and what was sent, send it again",
        Scope.WEBHOOKS_WRITE,
    ),
    Permission.WATCH_SERVICE: Rule("read the service's own measures", Scope.ADMIN),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and how far the permission that the endpoint demands goes for them.

    `principal_id` is the user's, or the API client's where `user_id` is None. `team_ids` are the
    viewer's team and all below it, where the reach is TEAM.
    """

    organisation_id: UUID
    principal_id: UUID
    user_id: UUID | None
    reach: Reach
    team_id: UUID | None = None
    team_ids: tuple[UUID, ...] = ()

    def sees(self, owner_id: UUID | None, team_id: UUID | None) -> bool:
        """Return whether a thing of an owner in a team is within reach.

        `models.queries.access` says the same to the database.
        """
        own = self.user_id is not None and owner_id == self.user_id
        match self.reach:
            case Reach.ALL:
                return True
            case Reach.TEAM:
                return own or team_id in self.team_ids
            case Reach.OWN:
                return own
            case Reach.NONE:
                return False


def granted(permission: Permission, role: UserRole | None, scopes: frozenset[str]) -> Reach:
    """Return how far a permission goes: a person's by role, a program's (role None) by scope."""
    rule = RULES[permission]
    if role is not None:
        return rule.reach(role)
    return Reach.ALL if rule.scope in scopes else Reach.NONE


@dataclass(frozen=True, slots=True)
class Caller:
    """A person (with a role) or a program (with scopes) whose credentials held."""

    organisation_id: UUID
    principal_id: UUID
    name: str
    role: UserRole | None = None
    team_id: UUID | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def user_id(self) -> UUID | None:
        """Return the person's key; None for a program."""
        return None if self.role is None else self.principal_id

    def reach(self, permission: Permission) -> Reach:
        """Return how far a permission goes for this caller."""
        return granted(permission, self.role, self.scopes)
