"""Production keeps its doors shut until it is safe to open them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site import Site

ROOT = Path(__file__).parents[1]
PROPER = {
    "HOCVU_ENV": "production",
    "SECRET_KEY": "k7Q-9x_2vLmZ4tRbW8yNcP1sHdF6gJ3aEuT5oIqX0wMzVnBrKyCl",
    "ALLOWED_HOSTS": "hocvuso.example.vn",
}
VNEID = {"VNEID_ISSUER": "https://vneid.example", "VNEID_CLIENT_ID": "hocvu", "VNEID_CLIENT_SECRET": "bí mật"}
OPEN_THE_DOOR = "import hocvu.config.wsgi"


def start(data: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start Python as production would, with just these variables."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    environment = {**bare, **PROPER, "HOCVU_DATA": str(data), **variables}
    environment = {name: value for name, value in environment.items() if value}
    return subprocess.run([sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "ngắn"}, "SECRET_KEY must be set to at least 50"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must name"),
        ({"HOCVU_NOW": "2025-09-20T08:00"}, "HOCVU_NOW is for demo and tests"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL must start with postgres://"),
        ({"HOCVU_ENV": "produktion"}, "HOCVU_ENV must be"),
        ({"SMS_GATEWAY": "file"}, "SMS_GATEWAY=file is for development and demo"),
        (
            {"SMS_GATEWAY": "http", "SMS_URL": "http://sms.example", "SMS_TOKEN": "t"},
            "SMS_URL must start with https://",
        ),
        ({"MEDIA_STORAGE_OPTIONS": "hocvu"}, "MEDIA_STORAGE_OPTIONS must be a JSON object"),
        ({"STAFF_SECOND_STEP": "sometimes"}, "STAFF_SECOND_STEP must be required or optional"),
        ({"VNEID_ISSUER": "http://127.0.0.1:8001"}, "VNEID_ISSUER must be a whole https:// address"),
        (
            {"VNEID_ISSUER": "https://vneid.example"},
            "VNeID needs VNEID_ISSUER, VNEID_CLIENT_ID and VNEID_CLIENT_SECRET",
        ),
        ({**VNEID, "VNEID_TOKEN_ENDPOINT": "http://vneid.example/token"}, "VNEID_TOKEN_ENDPOINT must be"),
        ({**VNEID, "VNEID_AUTHORIZATION_ENDPOINT": "https://vneid.example/a"}, "needs VNEID_TOKEN_ENDPOINT"),
        ({**VNEID, "VNEID_ACR_LEVEL2": "LoA1"}, "must differ"),
        ({"SECURE_SSL_REDIRECT": "maybe"}, "must be 'true' or 'false'"),
    ],
)
def test_it_refuses_to_start(tmp_path: Path, variables: dict[str, str], reason: str) -> None:
    refused = start(tmp_path, "-c", OPEN_THE_DOOR, **variables)
    assert refused.returncode != 0
    assert reason in refused.stderr


def test_it_opens_with_its_secrets_and_an_empty_house(tmp_path: Path) -> None:
    Site.manage(tmp_path, "prepare", "--empty")
    opened = start(tmp_path, "-c", OPEN_THE_DOOR)
    assert opened.returncode == 0, opened.stderr


def test_it_refuses_to_open_while_a_demo_account_exists(tmp_path: Path) -> None:
    Site.manage(tmp_path, "prepare", "--empty")
    make = "from hocvu.ward.models import Account; Account.objects.create_account('lan', 'Lan', 'x', is_demo=True)"
    Site.manage(tmp_path, "shell", "-c", make)
    refused = start(tmp_path, "-c", OPEN_THE_DOOR)
    assert refused.returncode != 0
    assert "production must hold no demo account, found: lan" in refused.stderr
    told = start(tmp_path, "manage.py", "prepare", "--empty")  # as ./run does first: one sentence, no trace
    assert told.returncode == 1
    assert "production must hold no demo account, found: lan" in told.stderr
    assert "Traceback" not in told.stderr


def test_its_settings_pass_djangos_own_check(tmp_path: Path) -> None:
    checked = start(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_it_loads_no_demo(tmp_path: Path) -> None:
    prepared = start(tmp_path, "manage.py", "prepare")
    assert prepared.returncode == 0, prepared.stderr
    counted = start(tmp_path, "manage.py", "shell", "-c", "print('accounts:', Account.objects.count())")
    assert "accounts: 0" in counted.stdout
