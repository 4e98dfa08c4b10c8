"""tools/services, compose.yaml and the Elasticsearch launcher: what they promise before anything starts."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.services import VARIABLE, service_url
from tools.provision.place import Place
from tools.provision.processes import pid_in

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def services(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "tools" / "services", *args], capture_output=True, text=True)


def requirement(package: str) -> str:
    found = re.search(rf"^{package}==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert found, f"{package} is not pinned"
    return found[1]


def image_tag(service: str) -> str:
    return str(COMPOSE["services"][service]["image"]).rpartition(":")[2]


# -- compose.yaml -------------------------------------------------------------------------------------------


def test_compose_offers_the_three_services() -> None:
    assert set(COMPOSE["services"]) == {"postgres", "redis", "elasticsearch"}


@pytest.mark.parametrize("name", ["postgres", "redis", "elasticsearch"])
def test_a_compose_service_is_local_checked_and_keeps_its_data(name: str) -> None:
    service = COMPOSE["services"][name]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["healthcheck"]["test"]
    volumes = {volume.split(":")[0] for volume in service["volumes"]}
    assert volumes
    assert volumes <= set(COMPOSE["volumes"])


def test_compose_queue_neither_evicts_nor_forgets() -> None:
    command = " ".join(COMPOSE["services"]["redis"]["command"])
    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command


def test_compose_has_no_default_password() -> None:
    assert COMPOSE["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith(
        "${ANYE_POSTGRES_PASSWORD:?"
    )


def test_both_ways_to_elasticsearch_run_one_version_and_the_client_fits_it() -> None:
    pom = (ROOT / "tools" / "elasticsearch" / "pom.xml").read_text()
    built = re.search(r"<elasticsearch\.version>(.+)</elasticsearch\.version>", pom)
    assert built
    assert built[1] == image_tag("elasticsearch")
    assert built[1].split(".")[0] == requirement("elasticsearch").split(".")[0]


def test_both_ways_to_elasticsearch_refuse_to_invent_indices() -> None:
    own = yaml.safe_load((ROOT / "tools" / "elasticsearch" / "config" / "elasticsearch.yml").read_text())
    official = COMPOSE["services"]["elasticsearch"]["environment"]
    assert own["action.auto_create_index"] is False
    assert official["action.auto_create_index"] == "false"


# -- tools/services -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [(), ("begin",), ("stop", "--fast"), ("start", "--data")])
def test_wrong_use_is_exit_2(args: tuple[str, ...]) -> None:
    done = services(*args)
    assert done.returncode == 2
    assert "usage: tools/services" in done.stderr


def test_status_of_a_place_where_nothing_runs_is_exit_4(tmp_path: Path) -> None:
    done = services("status", "--data", tmp_path)
    assert done.returncode == 4
    assert done.stdout.splitlines() == ["postgres down", "redis down", "search down"]
    assert len(done.stderr.splitlines()) == 1


def test_stop_where_nothing_was_started_makes_nothing(tmp_path: Path) -> None:
    done = services("stop", "--data", tmp_path / "new")
    assert done.returncode == 0
    assert not (tmp_path / "new").exists()


def test_a_damaged_memory_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{")
    done = services("start", "--data", tmp_path)
    assert done.returncode == 4
    assert done.stderr.splitlines() == [
        f"services: {tmp_path / 'state.json'} is damaged; remove it and start again"
    ]


def test_a_place_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = services("start", "--data", tmp_path / "file" / "below")
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1


def test_a_pid_that_another_program_has_now_is_not_ours(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    pid_file.write_text(str(os.getpid()))
    assert pid_in(pid_file) is None
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, cwd=tmp_path) as ours:
        pid_file.write_text(f"{ours.pid}\n")
        assert pid_in(pid_file) == ours.pid
        ours.communicate()
    assert pid_in(pid_file) is None


@pytest.mark.parametrize("content", ["", "x", "-1", "99999999999999999999"])
def test_a_pid_file_without_a_pid_names_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "pid").write_text(content)
    assert pid_in(tmp_path / "pid") is None


def test_a_port_stays_unless_another_program_has_taken_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        place.ports["redis"] = taken
        assert place.port_for("redis") != taken
    assert place.port_for("redis") == taken


def test_addresses_and_password_are_for_the_owner_only(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.state["password"] = "p"
    place.ports.update(postgres=1, redis=2, search=3)
    place.save()
    place.write_env(["postgres", "search"])
    assert place.env.read_text().splitlines() == [
        "ANYE_DATABASE_URL=postgresql://anye:p@127.0.0.1:1/anye",
        "ANYE_SEARCH_URL=http://127.0.0.1:3",
    ]
    assert {path.stat().st_mode & 0o777 for path in (place.env, place.file)} == {0o600}
    assert Place(tmp_path).state == place.state


def test_the_launcher_names_a_wrong_port() -> None:
    launcher = ROOT / "tools" / "elasticsearch" / "start"
    jdk = subprocess.run([launcher, "--jdk"], capture_output=True, text=True)
    done = subprocess.run([launcher, "nine", "somewhere"], capture_output=True, text=True)
    assert done.returncode == (2 if jdk.returncode == 0 else 4)
    assert len(done.stderr.splitlines()) == 1


# -- the running ones ---------------------------------------------------------------------------------------


@pytest.mark.production
def test_status_agrees_with_the_addresses_that_the_tests_use() -> None:
    urls = [service_url(f"ANYE_{name}_URL") for name in ("DATABASE", "REDIS", "SEARCH")]
    done = services("status", "--data", Path(os.environ[VARIABLE]).parent)
    assert done.returncode == 0, done.stderr
    for url, line in zip(urls, done.stdout.splitlines(), strict=True):
        assert f":{line.rpartition(':')[2]}" in url
