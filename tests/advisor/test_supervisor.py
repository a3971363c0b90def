"""The supervisor with small real processes: start order, restarts, ends, clear refusals."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import aiohttp
import psutil
import pytest

from advisor.errors import PortTaken, ProcessFailed
from advisor.supervisor import Part, Supervisor
from benchmarks.ports import free_port

SERVER = """
import http.server, os, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = str(os.getpid()).encode()
        self.send_response(200); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def part(name: str, folder: Path, program: str = SERVER) -> Part:
    port = free_port()
    command = (sys.executable, "-c", program, str(port))
    return Part(name, command, "127.0.0.1", port, "/health", folder / f"{name}.log")


async def pid_of(part: Part) -> int:
    async with aiohttp.ClientSession() as session, session.get(part.health_url) as answer:
        return int(await answer.text())


async def until_pid_changes(part: Part, before: int) -> int:
    for _ in range(200):
        try:
            now = await pid_of(part)
        except aiohttp.ClientError:
            now = before
        if now != before:
            return now
        await asyncio.sleep(0.05)
    raise AssertionError(f"{part.name} did not come back")


async def test_parts_start_and_end_together(tmp_path: Path) -> None:
    """Every part answers after `start`, and none is left after `stop`."""
    parts = [part("first", tmp_path), part("second", tmp_path), part("third", tmp_path)]
    said: list[str] = []
    supervisor = Supervisor(parts, said.append)
    await supervisor.start()
    pids = [await pid_of(each) for each in parts]
    await supervisor.stop()
    assert said == ["waiting for first", "waiting for second", "waiting for third"]
    assert not any(psutil.pid_exists(pid) for pid in pids)


async def test_a_part_that_is_killed_comes_back(tmp_path: Path) -> None:
    """`kill -9` of one part starts it again and leaves the others alone."""
    parts = [part("first", tmp_path), part("second", tmp_path)]
    said: list[str] = []
    supervisor = Supervisor(parts, said.append)
    await supervisor.start()
    watch = asyncio.create_task(supervisor.watch())
    try:
        first, second = [await pid_of(each) for each in parts]
        os.kill(first, signal.SIGKILL)
        assert await until_pid_changes(parts[0], first) != first
        assert await pid_of(parts[1]) == second
        assert "first ended (signal SIGKILL); starting it again in 1 s" in said
    finally:
        watch.cancel()
        await supervisor.stop()


async def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    """Nothing is started when a port is taken, and the message names port, part and setting."""
    taken = part("gateway", tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", taken.port))
        other.listen()
        with pytest.raises(PortTaken, match=rf"port {taken.port}.*gateway.*gateway\.port"):
            await Supervisor([part("first", tmp_path), taken], print).start()
    assert not (tmp_path / "first.log").exists()


async def test_a_part_that_fails_at_its_start_shows_its_last_words(tmp_path: Path) -> None:
    """The last lines of its log are in the error."""
    broken = part("bot", tmp_path, "raise SystemExit('no model here')")
    supervisor = Supervisor([broken, part("gateway", tmp_path)], print)
    with pytest.raises(ProcessFailed, match="no model here"):
        await supervisor.start()
    await supervisor.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """`kill -9` of the supervisor leaves no process behind."""
    child = part("child", tmp_path)
    program = textwrap.dedent(f"""
        import asyncio
        from pathlib import Path
        from advisor.supervisor import Part, Supervisor
        async def main():
            one = Part("child", {child.command!r}, "127.0.0.1", {child.port}, "/health",
                       Path({str(child.log)!r}))
            supervisor = Supervisor([one], print)
            await supervisor.start()
            print("started", flush=True)
            await supervisor.watch()
        asyncio.run(main())
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    while "started" not in parent.stdout.readline():
        assert parent.poll() is None
    pid = asyncio.run(pid_of(child))
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)
