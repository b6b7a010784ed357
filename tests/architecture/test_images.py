"""The container files: clean by their linters' rules, and in step with the set-up command."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from core.settings import LEVELS, PREFIX, misspelt
from models.stages import Lane

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def target(name: str) -> str:
    """Return the part of the Dockerfile that makes one target, its package stage with it."""
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    return "".join(stage for stage in stages if re.match(rf"\S+ AS {name}(-packages)?\n", stage))


def imported(module: str) -> set[str]:
    """Return the top-level names of all that one of our modules loads."""
    code = f"import json, sys, {module}; print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    names: list[str] = json.loads(run.stdout.splitlines()[-1])
    return set(names)


def installed_by(requirements: str) -> set[str]:
    """Return the distributions that a requirements file brings, with all that those need."""
    lines = (ROOT / "requirements" / requirements).read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if re.match(r"\w", line)]
    found: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        requirement = wanted.pop()
        key = (canonical(requirement.name), frozenset(requirement.extras))
        if key in found:
            continue
        found.add(key)
        needs = (Requirement(text) for text in distribution(requirement.name).requires or ())
        extras = requirement.extras | {""}
        wanted += [n for n in needs if not n.marker or any(n.marker.evaluate({"extra": e}) for e in extras)]
    return {name for name, _ in found}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_dockerfile_is_clean_by_hadolint() -> None:
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent)
    assert hadolint is not None
    run = subprocess.run([hadolint, "Dockerfile"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (run.returncode, run.stdout) == (0, "")


def test_compose_keeps_the_schema_of_compose() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        "compose.yaml",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stdout


def test_the_worker_is_set_up_as_the_set_up_command_does() -> None:
    bootstrap = (ROOT / "scripts/bootstrap").read_text(encoding="utf-8")
    worker = target("worker")
    for step in ("requirements/runtime.txt", "scripts/torchaudio_cpu.py"):
        assert step in worker
    assert "requirements/$kind.txt" in bootstrap
    assert "scripts/torchaudio_cpu.py" in bootstrap
    assert "python -m scripts.weights" in worker
    assert "-m scripts.weights" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_requirements_file_is_held_to_the_same_versions() -> None:
    for name in ("api", "runtime", "dev"):
        assert "-c constraints.txt" in (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "module"), [("api", "api.app"), ("worker", "worker.app")])
def test_an_image_holds_what_its_process_imports(name: str, module: str) -> None:
    ours = {path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file()} - {"tests"}
    copied = set(re.findall(r"^COPY (\w+) \1$", target(name), flags=re.MULTILINE))
    assert imported(module) & ours <= copied


ALONE = """
import importlib.abc, json, sys
absent = set(json.loads(sys.stdin.read()))
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
import api.app
"""


def test_the_web_process_starts_with_what_its_image_installs() -> None:
    present = installed_by("api.txt")
    absent = [
        module
        for module, owners in packages_distributions().items()
        if not present & {canonical(owner) for owner in owners}
    ]
    assert {"torch", "av", "pytest"} <= set(absent)
    run = subprocess.run(
        [sys.executable, "-c", ALONE],
        input=json.dumps(absent),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert run.returncode == 0, run.stderr


def test_torch_is_not_in_the_web_image() -> None:
    assert "torch" not in installed_by("api.txt")
    assert "torch" in installed_by("api.txt") | installed_by("runtime.txt")


def test_compose_runs_both_images_and_every_lane() -> None:
    services = COMPOSE["services"]
    assert services["api"]["build"]["target"] == "api"
    commands = [service["command"] for service in services.values() if "worker" in str(service.get("build"))]
    assert sorted(commands) == sorted(["worker", "--lane", str(lane)] for lane in Lane)


def test_compose_sets_only_settings_that_exist() -> None:
    names = set(COMPOSE["x-service"]["environment"]) | set(re.findall(rf"{PREFIX}\w+", DOCKERFILE))
    assert names
    assert misspelt(names) == ()
    assert any(LEVELS in name for name in names)
