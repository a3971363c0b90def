"""`advisor serve` as a real process: what a second start leaves alone, and how each fault reads."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner
from whole_assistant import WholeAssistant

from advisor.command import app

NAMES = ("bot", "actions", "gateway")
PATIENCE = 60
SMALL_DISK = "size=2m"


def wait_until_gone(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still live after a while."""
    return psutil.wait_procs(processes, timeout=PATIENCE)[1]


def made_once(state: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of everything that only training and publishing write."""
    files = [*(state / "models").rglob("*"), *(state / "editions").rglob("*")]
    kept = [path for path in files if path.is_file()]
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in kept}


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[WholeAssistant]:
    """An assistant that was never started: no state, and a bot's folder without anything."""
    assistant = WholeAssistant(tmp_path)
    yield assistant
    assistant.stop()


def one_line(code: int, output: str, errors: str) -> str:
    """The complaint of a command that failed: one line, after what it says of its progress."""
    assert code == 1, output + errors
    assert output == ""
    *progress, complaint = errors.splitlines()
    assert all(line.endswith(" …") for line in progress), errors
    assert complaint.startswith("error: ")
    return complaint


def refusal(assistant: WholeAssistant, *words: str, **settings: str) -> str:
    """What a process of its own says when it cannot do what it should."""
    done = assistant.run(*words, **settings)
    return one_line(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def refused(lone: WholeAssistant, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The same for a command that ends before it starts anything, without a process of its own."""
    for name in [name for name in os.environ if name.startswith("ADVISOR_")]:
        monkeypatch.delenv(name)
    for name, value in lone.environment.items():
        if name.startswith("ADVISOR_"):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(lone.folder)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        return one_line(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.mark.bot
def test_a_second_start_redoes_nothing_and_ctrl_c_ends_everything(whole: WholeAssistant) -> None:
    """No training, no import, no edition; after Ctrl-C, even twice, no process is left."""
    first = whole.said.read_text(encoding="utf-8")
    assert "importing and publishing the sample institution" in first
    files = made_once(whole.state)
    sources = whole.query("SELECT id, imported_at FROM kb_sources ORDER BY id")
    assert whole.process is not None
    family = psutil.Process(whole.process.pid).children(recursive=True)
    assert len(family) >= len(NAMES)

    whole.process.send_signal(signal.SIGINT)
    time.sleep(0.5)  # An impatient second Ctrl-C, while the first one's work is under way.
    assert whole.stop(signal.SIGINT) == 0
    assert wait_until_gone(family) == []
    for port in whole.ports.values():
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0

    whole.start()
    second = whole.said.read_text(encoding="utf-8")
    assert "training" not in second
    assert "importing" not in second
    assert made_once(whole.state) == files
    assert whole.query("SELECT id, imported_at FROM kb_sources ORDER BY id") == sources


@pytest.mark.bot
def test_the_addresses_that_are_printed_work(whole: WholeAssistant) -> None:
    """Chat page, staff, support, and the link for the first account of staff."""
    words = whole.said.read_text(encoding="utf-8").split()
    addresses = [word for word in words if word.startswith("http")]
    assert addresses[:3] == [f"{whole.url}/", f"{whole.url}/staff", f"{whole.url}/support"]
    assert addresses[3].startswith(f"{whole.url}/console/setup/")
    for address in addresses:
        with urllib.request.urlopen(address, timeout=10) as page:
            assert page.status == 200


@pytest.mark.bot
@pytest.mark.skipif(sys.platform != "linux", reason="memory maps are read from Linux's /proc")
def test_the_gateway_never_loads_torch(whole: WholeAssistant) -> None:
    """None of its files is mapped into the gateway's memory, which stays small for it."""
    mapped = {map.path for map in whole.child("gateway").memory_maps()}
    assert any("/aiohttp/" in path for path in mapped)
    assert [path for path in mapped if "/torch/" in path] == []


@pytest.mark.bot
def test_a_second_assistant_says_which_port_is_taken(whole: WholeAssistant) -> None:
    """One line with the port, the part and the setting; the first one goes on."""
    line = refusal(whole, "serve")
    assert f"port {whole.ports['bot']}" in line
    assert "bot.port" in line
    with urllib.request.urlopen(f"{whole.url}/health", timeout=10) as page:
        assert page.status == 200


def test_a_port_in_use_is_seen_before_anything_is_written(
    lone: WholeAssistant, refused: Callable[..., str]
) -> None:
    """Nobody waits for a training that ends in a port that is taken."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", lone.ports["gateway"]))
        other.listen()
        line = refused("serve")
    assert f"port {lone.ports['gateway']}, which gateway needs, is in use" in line
    assert not lone.state.exists()


def test_a_missing_environment_of_the_bot_is_one_line(
    lone: WholeAssistant, refused: Callable[..., str]
) -> None:
    """It names the missing Python and the command that mends it."""
    for words in (("serve",), ("train",)):
        line = refused(*words)
        assert str(lone.folder / "bot" / ".venv") in line
        assert "make setup" in line


def test_a_settings_file_that_is_not_toml_is_one_line(
    lone: WholeAssistant, refused: Callable[..., str]
) -> None:
    """It names the file, the line and the column."""
    (lone.folder / "advisor.toml").write_text("[gateway\nport = 1\n", encoding="utf-8")
    line = refused("serve")
    assert "advisor.toml: not valid TOML" in line
    assert "line 1" in line


def test_settings_that_are_not_allowed_are_named(
    lone: WholeAssistant, monkeypatch: pytest.MonkeyPatch, refused: Callable[..., str]
) -> None:
    """A line for each, with section, key and reason."""
    monkeypatch.setenv("ADVISOR_GATEWAY__PORT", "many")
    (lone.folder / "advisor.toml").write_text("[bot]\ncolour = 3\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["serve"])
    assert (done.exit_code, done.stdout) == (1, "")
    headline, *problems = done.stderr.splitlines()
    assert "advisor.toml" in headline
    assert sorted(problem.split(":")[0].strip() for problem in problems) == [
        "bot.colour",
        "gateway.port",
    ]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes; only root can mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a small file system can be mounted by root only")
    mount = ["mount", "-t", "tmpfs", "-o", SMALL_DISK, "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_is_one_line(lone: WholeAssistant, small_disk: Path) -> None:
    """Before a start, and in the middle of an import."""
    state = small_disk / "state"
    line = refusal(lone, "serve", ADVISOR_STATE=str(state))
    assert "2 MB are free" in line
    assert not state.exists()

    page = lone.folder / "page.md"
    page.write_text("# A page\n\nIt says something.\n", encoding="utf-8")
    with (small_disk / "filling").open("wb", buffering=0) as filling:
        for size in (65536, 512):
            with pytest.raises(OSError, match="No space left"):
                while filling.write(b"\0" * size) == size:
                    pass
                filling.write(b"\0")
    (small_disk / "filling").open("r+b").truncate((small_disk / "filling").stat().st_size - 40_000)
    line = refusal(lone, "import", str(page), ADVISOR_STATE=str(state))
    assert "full" in line
    assert not lone.state.exists()


def alone(assistant: WholeAssistant, name: str) -> subprocess.Popen[bytes]:
    """`advisor serve --only NAME` in the foreground."""
    with (assistant.folder / f"{name}.out").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "advisor", "serve", "--only", name],
            cwd=assistant.folder,
            env=assistant.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


@pytest.mark.parametrize("name", ["actions", "gateway"])
def test_a_part_works_alone(lone: WholeAssistant, name: str) -> None:
    """It answers its health check with an empty state folder, and ends when it is told to.

    The bot, which needs its model, is started by the same command under the supervisor.
    """
    process = alone(lone, name)
    try:
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                health = f"http://127.0.0.1:{lone.ports[name]}/health"
                with urllib.request.urlopen(health, timeout=5) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                assert process.poll() is None, (lone.folder / f"{name}.out").read_text()
                assert time.monotonic() < give_up
                time.sleep(0.1)
    finally:
        process.terminate()
        code = process.wait(PATIENCE)
    assert code == 0


def test_the_bot_alone_needs_a_trained_model(
    lone: WholeAssistant, refused: Callable[..., str]
) -> None:
    """One line that names the command."""
    (lone.folder / "bot").mkdir()
    assert "advisor train" in refused("serve", "--only", "bot")


@pytest.mark.parametrize("name", ["actions", "gateway"])
def test_a_part_alone_says_that_its_port_is_taken(
    lone: WholeAssistant, refused: Callable[..., str], name: str
) -> None:
    """One line with the port."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", lone.ports[name]))
        other.listen()
        line = refused("serve", "--only", name)
    assert str(lone.ports[name]) in line
