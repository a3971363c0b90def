"""Work of staff that takes longer than a page may, told live as it goes on."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

import structlog

from channels.console.live import Live
from channels.identifiers import new_id
from channels.staff.workbench import WorkbenchError
from knowledge_base.drafts.proposal import DraftError
from knowledge_base.errors import KnowledgeBaseError

KEPT = 100
"""Jobs that are remembered, so that a page that is opened late still learns how one ended."""

Progress = Callable[[str, int, int], None]
Work = Callable[[Progress], Awaitable[str]]
"""Does the work and returns the address to go to afterwards."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Job:
    """One piece of work; when it has ended, it has an address to go to, or a problem."""

    id: str
    title: str
    what: str = ""
    done: int = 0
    total: int = 0
    goes_to: str = ""
    problem: str = ""


class Jobs:
    """The work that is under way in this process; an event `job` tells each step of it."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, title: str, work: Work) -> Job:
        """Begin a piece of work."""
        job = Job(new_id("j"), title)
        self._jobs[job.id] = job
        while len(self._jobs) > KEPT:
            self._jobs.popitem(last=False)
        task = asyncio.create_task(self._run(job, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def find(self, identity: str) -> Job | None:
        """A job that is remembered."""
        return self._jobs.get(identity)

    async def _run(self, job: Job, work: Work) -> None:
        loop = asyncio.get_running_loop()

        def progress(what: str, done: int, total: int) -> None:
            """May be called from any thread."""
            loop.call_soon_threadsafe(step, what, done, total)

        def step(what: str, done: int, total: int) -> None:
            job.what, job.done, job.total = what, done, total
            self._live.publish("job", asdict(job), job.id)

        try:
            job.goes_to = await work(progress)
        except (DraftError, KnowledgeBaseError, WorkbenchError) as error:
            job.problem = str(error)
        except asyncio.CancelledError:
            job.problem = "The assistant was stopped before this had ended."
            raise
        except Exception as error:  # noqa: BLE001 - staff get words, the log gets the kind
            log.error("job_failed", error=type(error).__name__)
            job.problem = "Something went wrong on our side. It was noted; please try again."
        finally:
            self._live.publish("job", asdict(job), job.id)

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
