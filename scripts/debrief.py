"""The command line: `./debrief --help`."""

from __future__ import annotations

import typer

from scripts import analyze, doctor, quality

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Debrief reviews recorded customer calls on this machine.",
)
app.command("analyze")(analyze.analyze)
app.command("demo")(analyze.demo)
app.command("eval")(quality.evaluate)
app.command("bench")(quality.bench)


@app.command("doctor")
def check() -> None:
    """Say what is missing and the command that mends it."""
    raise typer.Exit(doctor.main())


if __name__ == "__main__":
    app(prog_name="./debrief")
