"""Kolibri 0.19.5 from PyPI, the nearest peer: installed into a folder of its own, seeded, started on loopback.

200 learners in five classes, one channel of 50 exercises and 50 documents, 2,000 finished attempts. Nothing of it comes
into the project's environment, and it phones nowhere.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

VERSION = "0.19.5"
PORT, CONTENT_PORT = 8180, 8181
BASE = f"http://127.0.0.1:{PORT}"
LEARNERS = 40  # signed in for the load, each with an exercise begun

SEED = """
import json, uuid, hashlib
from django.utils import timezone
from kolibri.core.auth.models import Facility, FacilityUser, Classroom
from kolibri.core.content.models import ChannelMetadata, ContentNode, AssessmentMetaData, File, LocalFile
from kolibri.core.logger.models import ContentSessionLog, ContentSummaryLog, MasteryLog, AttemptLog
h = lambda s: hashlib.md5(s.encode()).hexdigest()
fac = Facility.get_default_facility() or Facility.objects.first()
ch = h("channel"); now = timezone.now()
root = ContentNode.objects.create(id=ch, content_id=h("rootc"), channel_id=ch, title="Ky nang so", kind="topic", available=True)
ChannelMetadata.objects.create(id=ch, name="Ky nang so", description="seed", version=1, min_schema_version="5", root=root,
    last_updated=now, total_resource_count=100, published_size=1000000)
nodes = []
for t in range(10):
    tp = ContentNode.objects.create(id=h(f"t{t}"), content_id=h(f"tc{t}"), channel_id=ch, title=f"Chu de {t}", kind="topic", available=True, parent=root)
    for i in range(10):
        k = "exercise" if i % 2 else "document"
        n = ContentNode.objects.create(id=h(f"n{t}-{i}"), content_id=h(f"c{t}-{i}"), channel_id=ch, title=f"Bai {t}.{i}", kind=k,
            available=True, parent=tp, sort_order=i,
            options={"completion_criteria": {"model": "mastery", "threshold": {"mastery_model": "m_of_n", "m": 7, "n": 10}}} if k == "exercise" else {})
        lf, _ = LocalFile.objects.get_or_create(id=h(f"f{t}-{i}"), defaults=dict(extension="perseus" if k == "exercise" else "pdf", available=True, file_size=10000))
        File.objects.create(id=uuid.uuid4().hex, local_file=lf, contentnode=n, preset="exercise" if k == "exercise" else "document", priority=1)
        if k == "exercise":
            AssessmentMetaData.objects.create(id=h(f"a{t}-{i}"), contentnode=n, assessment_item_ids=[h(f"it{t}-{i}-{j}") for j in range(10)],
                number_of_assessments=10, mastery_model={"type": "m_of_n", "m": 7, "n": 10})
            nodes.append(n)
ContentNode.objects.rebuild()
users, pw = [], None
for c in range(5):
    cl = Classroom.objects.create(name=f"Lop {c}", parent=fac)
    for u in range(40):
        us = FacilityUser(username=f"l{c}_{u}", full_name=f"Nguyen Van {c} {u}", facility=fac)
        if pw is None:
            us.set_password("learnerpass1"); pw = us.password
        us.password = pw; us.save(); cl.add_member(us); users.append(us.username)
for us in FacilityUser.objects.filter(username__startswith="l")[:40]:
    for n in nodes[:5]:
        s = ContentSummaryLog.objects.create(user=us, content_id=n.content_id, channel_id=ch, start_timestamp=now, end_timestamp=now, kind="exercise", progress=1, completion_timestamp=now, time_spent=60)
        m = MasteryLog.objects.create(user=us, summarylog=s, mastery_criterion={"type": "m_of_n", "m": 7, "n": 10}, start_timestamp=now, end_timestamp=now, completion_timestamp=now, mastery_level=1, complete=True)
        se = ContentSessionLog.objects.create(user=us, content_id=n.content_id, channel_id=ch, start_timestamp=now, end_timestamp=now, kind="exercise", progress=1)
        for j in range(10):
            AttemptLog.objects.create(user=us, masterylog=m, sessionlog=se, item=h(f"it{j}"), start_timestamp=now, end_timestamp=now, completion_timestamp=now, complete=True, correct=1, time_spent=5, interaction_history=[{"type": "answer", "correct": 1}])
print("SEED", json.dumps(dict(channel=ch, facility=fac.id, users=users, nodes=[dict(node_id=n.id, content_id=n.content_id, items=n.assessmentmetadata.first().assessment_item_ids) for n in nodes])))
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A running Kolibri: its process, and requests as learners make them."""

    pid: int
    home: list[dict[str, Any]]  # the learner's home, as its page asks for it
    write: list[dict[str, Any]]  # one answered question


@contextmanager
def running(folder: Path) -> Iterator[Peer]:
    """Install (once a folder), seed and start Kolibri; stopped at the end. Raises CalledProcessError or OSError where it
    cannot be had, as without a network."""
    kolibri = folder / "venv" / "bin" / "kolibri"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTHON"))},
        "KOLIBRI_HOME": str(folder / "home"),
        "KOLIBRI_RUN_MODE": "peer-test",
        "KOLIBRI_DISABLE_PING": "1",
        "KOLIBRI_ZEROCONF_ENABLED": "0",
        "KOLIBRI_LISTEN_ADDRESS": "127.0.0.1",
        "KOLIBRI_HTTP_PORT": str(PORT),
        "KOLIBRI_ZIP_CONTENT_PORT": str(CONTENT_PORT),
        "KOLIBRI_CENTRAL_CONTENT_BASE_URL": "http://127.0.0.1:9/",
        "KOLIBRI_DATA_PORTAL_SYNCING_BASE_URL": "http://127.0.0.1:9/",
    }
    if not kolibri.exists():
        make: list[str | Path] = [sys.executable, "-m", "venv", folder / "venv"]
        subprocess.run(make, check=True)
        pip: list[str | Path] = [folder / "venv" / "bin" / "pip", "install", "--quiet", f"kolibri=={VERSION}"]
        subprocess.run(pip, check=True, capture_output=True)
    seed = _seeded(folder, kolibri, env)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [kolibri, "start", "--foreground"], env=env, cwd=folder, stdout=log, stderr=log, start_new_session=True
    )
    try:
        _until_it_answers(process)
        yield _learners(process.pid, seed)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()


def _seeded(folder: Path, kolibri: Path, env: dict[str, str]) -> dict[str, Any]:
    """Its ward, learners and content; made once a folder."""
    kept = folder / "seed.json"
    if not kept.exists():
        (folder / "facility.json").write_text('{"learner_can_sign_up":true,"learner_can_login_with_no_password":false}')
        (folder / "device.json").write_text('{"allow_guest_access":true}')
        words = ["--facility", "HaiAn", "--superusername", "admin", "--superuserpassword", "adminpass1"]
        words += ["--preset", "formal", "--language_id", "vi", "--noinput"]
        words += ["--facility_settings", "facility.json", "--device_settings", "device.json"]
        manage: list[str | Path] = [kolibri, "manage"]
        subprocess.run([*manage, "provisiondevice", *words], env=env, cwd=folder, check=True, capture_output=True)
        done = subprocess.run(
            [*manage, "shell", "-c", SEED], env=env, cwd=folder, check=True, capture_output=True, text=True
        )
        kept.write_text(next(line[5:] for line in done.stdout.splitlines() if line.startswith("SEED ")))
    seed: dict[str, Any] = json.loads(kept.read_text())
    return seed


def _until_it_answers(process: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + 180
    while time.monotonic() < patience and process.poll() is None:
        try:
            urllib.request.urlopen(f"{BASE}/vi/auth/", timeout=5).close()  # noqa: S310  # loopback, our own words
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise OSError("Kolibri did not start")


def _learners(pid: int, seed: dict[str, Any]) -> Peer:
    """Forty learners who signed in and began an exercise."""
    home, write = [], []
    for number in range(LEARNERS):
        jar: dict[str, str] = {}
        line = HTTPConnection("127.0.0.1", PORT, timeout=60)
        _ask(line, jar, "GET", "/vi/auth/")
        who = {"username": seed["users"][60 + number], "password": "learnerpass1", "facility": seed["facility"]}
        _ask(line, jar, "POST", "/api/auth/session/", who)
        node = seed["nodes"][number % len(seed["nodes"])]
        begun = _ask(
            line,
            jar,
            "POST",
            "/api/logger/trackprogress/",
            {
                "node_id": node["node_id"],
                "content_id": node["content_id"],
                "channel_id": seed["channel"],
                "kind": "exercise",
                "mastery_model": {"type": "m_of_n", "m": 7, "n": 10},
            },
        )
        answered = {"item": node["items"][0], "correct": 1, "complete": True, "time_spent": 5, "answer": {"a": 1}}
        body = json.dumps({"time_spent_delta": 5, "interactions": [{**answered, "simple_answer": "1"}]})
        headers = {**_headers(jar), "Content-Type": "application/json"}
        path = f"/api/logger/trackprogress/{begun['session_id']}/"
        write.append({"method": "PUT", "path": path, "headers": headers, "body": body})
        home.append({"method": "GET", "path": "/learn/api/homehydrate", "headers": _headers(jar)})
    return Peer(pid, home, write)


def _headers(jar: dict[str, str]) -> dict[str, str]:
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    return {"Cookie": cookie, "X-CSRFToken": jar.get("kolibri_csrftoken", "")}


def _ask(line: HTTPConnection, jar: dict[str, str], method: str, path: str, body: object = None) -> Any:
    headers = {**_headers(jar), "Content-Type": "application/json"}
    line.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = line.getresponse()
    content = answer.read()
    for name, value in answer.getheaders():
        if name.lower() == "set-cookie":
            key, _, rest = value.partition("=")
            jar[key] = rest.partition(";")[0]
    if answer.status >= 400:
        raise OSError(f"Kolibri answers {answer.status} at {path}: {content[:200]!r}")
    return json.loads(content) if content[:1] in (b"{", b"[") else None
