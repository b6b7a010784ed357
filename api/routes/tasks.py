"""Tasks: what reps are to do, because of a call or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Query

from api import cursors
from api.auth import MaybeCallReader, MaybeTaskGiver, ServiceDep, TaskDoer, TaskGiver
from api.persons import named, person
from api.problems import Problem, not_found
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import CONFLICT, MISSING, guarded
from api.schemas.people import PersonShape
from api.schemas.tasks import NewTask, TaskChange, TaskPage, TaskShape
from core.clock import now
from models.access import Reach, Viewer
from models.db import ReadSession, Session
from models.queries import tasks
from models.queries.tasks import Assignment, Wanted
from models.tables import ActionItem, User

router = guarded("tasks", "/v1/tasks")

Task = tuple[ActionItem, User]


@router.get("")
async def list_tasks(
    viewer: TaskDoer,
    service: ServiceDep,
    rep_id: Annotated[UUID | None, Query(description="Whose they are.")] = None,
    call_id: Annotated[UUID | None, Query(description="The call that they come of.")] = None,
    undone: Annotated[
        bool | None, Query(alias="open", description="Whether they are still to be done.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TaskPage:
    """Return the tasks of people within reach, the newest first."""
    wanted = Wanted(rep_id, call_id, undone)
    async with service.database.read(viewer.organisation_id) as session:
        found = await tasks.page(session, viewer, wanted, cursors.key(cursor), limit + 1)
        rows, more = cut(found, limit)
        shape = await _shape(session, rows)
    return TaskPage(items=[shape(row) for row in rows], next=cursors.of_key(rows[-1][0].id) if more else None)


@router.post("", status_code=HTTPStatus.CREATED, responses=CONFLICT)
async def add_task(
    given: NewTask, viewer: TaskGiver, reader: MaybeCallReader, service: ServiceDep
) -> TaskShape:
    """Give somebody a task, or oneself."""
    rep_id = person(viewer) if given.rep_id is None else given.rep_id
    told = Assignment(given.text, given.call_id, given.comment_id, given.due_on)
    async with service.database.write(viewer.organisation_id) as session:
        row = await tasks.add(session, viewer, reader, rep_id, told, now())
        return (await _shape(session, [row]))(row)


@router.get("/{task_id}", responses=MISSING)
async def get_task(task_id: UUID, viewer: TaskDoer, service: ServiceDep) -> TaskShape:
    """Return a task."""
    async with service.database.read(viewer.organisation_id) as session:
        row = await tasks.find(session, viewer, task_id)
        if row is None:
            raise not_found()
        return (await _shape(session, [row]))(row)


@router.patch("/{task_id}", responses=MISSING)
async def change_task(
    task_id: UUID, given: TaskChange, viewer: TaskDoer, giver: MaybeTaskGiver, service: ServiceDep
) -> TaskShape:
    """Tick a task off, or not; whoever may give such a task may change what it says, too."""
    values = given.given
    async with service.database.write(viewer.organisation_id) as session:
        row = await _found(session, viewer, task_id)
        if values.keys() - {"done"} and not _may_change(giver, row):
            raise _not_yours("What a task says is changed by those who may give it.")
        tasks.change(row[0], values, now())
        return (await _shape(session, [row]))(row)


@router.delete("/{task_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
async def remove_task(task_id: UUID, viewer: TaskDoer, service: ServiceDep) -> None:
    """Remove a task that one gave; admins may remove others'."""
    async with service.database.write(viewer.organisation_id) as session:
        task, _ = await _found(session, viewer, task_id)
        if task.created_by != viewer.principal_id and viewer.reach is not Reach.ALL:
            raise _not_yours("Only who gave a task, or an admin, may remove it.")
        await session.delete(task)


def _may_change(giver: Viewer, row: Task) -> bool:
    """Return whether somebody may change what a task says: they gave it, or may give such to others."""
    task, rep = row
    others = rep.id != giver.user_id and giver.sees(rep.id, rep.team_id)
    return others or task.created_by == giver.principal_id


async def _found(session: Session, viewer: Viewer, task_id: UUID) -> Task:
    """Return a task, locked; raises `Problem` 404 where there is none to see."""
    found = await tasks.find(session, viewer, task_id, lock=True)
    if found is None:
        raise not_found()
    return found


async def _shape(session: ReadSession, rows: Sequence[Task]) -> Callable[[Task], TaskShape]:
    """Return a function that gives some tasks as they go out."""
    givers, today = (
        await named(session, [task.created_by for task, _ in rows]),
        await tasks.today(session, now()),
    )

    def shape(row: Task) -> TaskShape:
        task, rep = row
        return TaskShape(
            id=task.id,
            rep=PersonShape(id=rep.id, name=rep.name),
            given_by=givers.get(task.created_by),
            call_id=task.call_id,
            comment_id=task.comment_id,
            text=task.text,
            due_on=task.due_on,
            overdue=task.done_at is None and task.due_on is not None and task.due_on < today,
            done_at=task.done_at,
            created_at=task.created_at,
            updated_at=task.updated_at,
        )

    return shape


def _not_yours(detail: str) -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, "not_yours", detail, "Ask whoever gave it.")
