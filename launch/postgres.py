"""A PostgreSQL of our own for the tests: made in a temporary folder, thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

PORT = "55432"  # names the socket in our own folder; nothing listens on the network


def programs() -> Path | None:
    """The folder that holds initdb and pg_ctl, or None where PostgreSQL's server is not installed."""
    if os.name == "nt":
        return None
    folders = [Path(said)] if (said := _bindir_of_pg_config()) else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += sorted(Path("/opt/homebrew/opt").glob("postgresql*/bin"), reverse=True)
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).parent)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _bindir_of_pg_config() -> str:
    if not shutil.which("pg_config"):
        return ""
    return subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()


@contextmanager
def cluster(folder_of_programs: Path) -> Iterator[str]:
    """A running server; gives its DATABASE_URL."""
    home = Path(tempfile.mkdtemp(prefix="hocvu-pg-"))
    owner = _owner()
    if owner:
        shutil.chown(home, owner["user"], owner["group"])

    def run(program: str, *arguments: str) -> None:
        command = [str(folder_of_programs / program), *arguments]
        log = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, **owner)
        if log.returncode:
            raise RuntimeError(f"{program} failed:\n{log.stdout}{log.stderr}")

    try:
        locale = ["-E", "UTF8", "--locale=C.UTF-8" if Path("/usr/lib/locale").exists() else "--locale=C"]
        run("initdb", "-D", f"{home}/data", "-U", "postgres", "-A", "trust", "--no-sync", *locale)
        options = f"-p {PORT} -k {home} -c listen_addresses= -c fsync=off"
        run("pg_ctl", "-D", f"{home}/data", "-w", "-l", f"{home}/log", "-o", options, "start")
        try:
            yield f"postgres://postgres@/hocvu?host={quote(str(home))}&port={PORT}"
        finally:
            run("pg_ctl", "-D", f"{home}/data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _owner() -> dict[str, Any]:
    """Who runs the server: PostgreSQL refuses root, so root lends the work to a lesser user."""
    if os.geteuid() != 0:
        return {}
    import pwd  # not on Windows, where there is no root either

    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = users.get("postgres") or users["nobody"]
    return {"user": entry.pw_name, "group": entry.pw_gid, "extra_groups": []}
