"""The command line: `./debrief --help`."""

from __future__ import annotations

import typer

from scripts import analyze, calls, deals, doctor, intake, people, quality, records
from scripts.corpus.command import export_corrections
from scripts.demo import demo
from scripts.score import score
from scripts.serve.command import serve

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Debrief reviews recorded customer calls on this machine.",
)
app.command("analyze")(analyze.analyze)
app.command("score")(score)
app.command("demo")(demo)
app.command("serve")(serve)
app.command("watch")(intake.watch)
app.command("import")(intake.import_)
app.command("eval")(quality.evaluate)
app.command("bench")(quality.bench)
app.command("export-corrections")(export_corrections)
app.add_typer(people.user, name="user")
app.add_typer(people.apikey, name="apikey")
app.add_typer(calls.call, name="call")
app.add_typer(records.records, name="records")
app.add_typer(deals.deals, name="deals")


@app.command("doctor")
def check() -> None:
    """Say what is missing and the command that mends it."""
    raise typer.Exit(doctor.main())


if __name__ == "__main__":
    app(prog_name="./debrief")
