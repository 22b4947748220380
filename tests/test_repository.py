"""The repository's files agree with each other."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def name_of(requirement: str) -> str:
    """The normalised name of a requirement such as ``torch>=2.4``."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def test_environment_installs_the_package_as_make_does() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda, pip = environment["dependencies"][:-1], environment["dependencies"][-1]["pip"]
    assert environment["name"] == PROJECT["name"]
    assert f"python{PROJECT['requires-python']}" in conda
    editable = next(line for line in pip if line.startswith("-e"))
    assert "-c constraints.txt" in pip
    assert editable.removeprefix("-e ") in (ROOT / "Makefile").read_text(encoding="utf-8")
    extras = set(re.findall(r"\w+", editable.split("[")[1]))
    assert extras == set(PROJECT["optional-dependencies"])


def test_constraints_pin_every_dependency_within_its_range() -> None:
    from packaging.requirements import Requirement

    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    pins = {name_of(line): line.split("==")[1] for line in lines}
    wanted = PROJECT["dependencies"] + [
        r for group in PROJECT["optional-dependencies"].values() for r in group
    ]
    for requirement in wanted:
        pin = pins.get(name_of(requirement))
        assert pin, f"constraints.txt does not pin {requirement}"
        assert Requirement(requirement).specifier.contains(pin), f"{requirement} excludes the tested {pin}"


def test_colab_keeps_its_own_torch_and_numpy() -> None:
    for requirement in PROJECT["dependencies"]:
        assert "==" not in requirement, f"{requirement}: a pin would replace what Colab has"
        assert "<" not in requirement, f"{requirement}: a ceiling could downgrade what Colab has"


def test_the_address_of_the_repository_stands_in_one_place() -> None:
    address = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    listed = subprocess.run(
        ["git", "grep", "-lF", address.removeprefix("https://"), "--", ".", ":!notebooks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.stdout.split() == ["_config.yml"]


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md"])
def test_relative_links_lead_somewhere(path: str) -> None:
    text = re.sub(r"(`+).*?\1", "", (ROOT / path).read_text(encoding="utf-8"))  # without code
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / target).exists(), f"{path}: {target} does not exist"
