"""`manage verify_credential`: by our own records, or with a trusted key and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment.certificates import keys, status
from hocvu.assessment.models import Certificate
from hocvu.assessment.tests.cast_certificates import earn, make_framework, make_learner, make_rule
from hocvu.lib import clock
from hocvu.ward.tests.cast import make_ward

ROOT = Path(__file__).parents[3]


@pytest.fixture
def made(db: None) -> Certificate:
    make_framework()
    ward = make_ward()
    return earn(make_learner(ward), make_rule(ward))


@pytest.fixture
def file(made: Certificate, tmp_path: Path) -> Path:
    path = tmp_path / "giay.jwt"
    path.write_text(made.token + "\n")
    return path


def asked(capsys: Any, *arguments: Any) -> tuple[int, dict[str, Any]]:
    """(exit code, answer)."""
    try:
        call_command("verify_credential", *map(str, arguments), "--json")
    except SystemExit as left:
        return int(left.code or 0), json.loads(capsys.readouterr().out)
    return 0, json.loads(capsys.readouterr().out)


def test_it_says_what_our_records_say(made, file, capsys):
    code, said = asked(capsys, file)
    assert (code, said["status"], said["fields"]["code"]) == (0, "valid", made.code)
    assert set(said) == {"status", "reason", "fields"} and "Hoa" not in json.dumps(said, ensure_ascii=False)
    code, said = asked(capsys, file, "--at", f"{made.valid_until + timedelta(days=1):%Y-%m-%d}")
    assert (code, said["status"]) == (1, "expired")
    code, said = asked(capsys, file, "--at", "2020-01-01")
    assert (code, said["status"]) == (1, "not_yet")
    assert asked(capsys, file, "--name", "nguyễn thị  HOA")[1]["fields"]["name_matches"] is True
    Certificate.objects.update(revoked_at=clock.now(), revoked_class="identity")
    code, said = asked(capsys, file)
    assert (code, said["status"]) == (1, "revoked") and "sai người" in said["reason"]


def test_it_is_superseded_by_a_newer_one(made, file, capsys):
    newer = earn(make_learner(made.ward, "Lê Văn An"), made.rule)
    Certificate.objects.filter(pk=made.pk).update(superseded_by=newer)
    code, said = asked(capsys, file, "--at", (clock.now() + timedelta(days=1)).isoformat())
    assert (code, said["status"]) == (1, "superseded")


def test_it_speaks_to_people_too(file, capsys):
    call_command("verify_credential", str(file))
    assert capsys.readouterr().out.startswith("Còn giá trị. Giấy do hệ thống này cấp")


def test_with_a_trusted_key_no_database_is_asked(made, file, tmp_path):
    """In a process of its own, whose data folder is empty."""
    (tmp_path / "khoa.pem").write_text(keys.pem_of(made.key))
    (tmp_path / "khoa.json").write_text(json.dumps(made.key.public))
    (tmp_path / "clean.jwt").write_text(status.signed(made.status_list, clock.now()))
    Certificate.objects.update(revoked_at=clock.now(), revoked_class="identity")
    (tmp_path / "revoked.jwt").write_text(status.signed(made.status_list, clock.now()))
    (tmp_path / "khoa-moi.pem").write_text(keys.pem_of(keys.rotate(made.ward, by=None)))
    (tmp_path / "newer.jwt").write_text(status.signed(made.status_list, clock.now()))
    for arguments, expected in (
        (["--trust-key", "khoa.pem"], (0, "valid", False)),
        (["--trust-key", "khoa.json", "--status-list", "clean.jwt"], (0, "valid", True)),
        (["--trust-key", "khoa.pem", "--status-list", "revoked.jwt"], (1, "revoked", True)),
        (
            ["--trust-key", "khoa.pem", "--trust-key", "khoa-moi.pem", "--status-list", "newer.jwt"],
            (1, "revoked", True),
        ),
    ):
        run = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "verify_credential", str(file), "--json", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "HOCVU_DATA": str(tmp_path / "nothing"), "DATABASE_URL": ""},
        )  # fmt: skip
        said = json.loads(run.stdout)
        assert (run.returncode, said["status"], said["fields"]["revocation_checked"]) == expected, run.stderr
    assert not (tmp_path / "nothing").exists()


def test_another_key_is_another_issuer(made, file, tmp_path, capsys):
    other = keys.signing_key(make_ward("Lê Chân", code="11414", slug="le-chan"))
    (tmp_path / "khoa.pem").write_text(keys.pem_of(other))
    code, said = asked(capsys, file, "--trust-key", tmp_path / "khoa.pem")
    assert (code, said["status"]) == (1, "unknown_issuer")


@pytest.mark.parametrize("content", [b"", b"x", b"{}", b"{", b'{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}', b"\x00" * 99,
                                     b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])  # fmt: skip
def test_a_key_that_is_none_is_said_to_be_none(file, tmp_path, content):
    (tmp_path / "khoa.pem").write_bytes(content)
    with pytest.raises(CommandError, match="khóa") as refused:
        call_command("verify_credential", str(file), "--trust-key", str(tmp_path / "khoa.pem"))
    assert refused.value.returncode == 2


def test_a_key_that_says_it_was_revoked_is_not_trusted(made, file, tmp_path):
    """As somebody kept it from the address of a key that was lost."""
    (tmp_path / "khoa.json").write_text(json.dumps({**made.key.public, "revoked": {"reason": "compromised"}}))
    with pytest.raises(CommandError, match="thu hồi") as refused:
        call_command("verify_credential", str(file), "--trust-key", str(tmp_path / "khoa.json"))
    assert refused.value.returncode == 2


def test_a_private_key_and_a_key_of_another_kind_are_not_taken(file, tmp_path):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    pem, spki = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    private = ec.generate_private_key(ec.SECP256R1())
    for content in (
        private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(pem, spki),
        ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(pem, spki),
    ):
        (tmp_path / "khoa.pem").write_bytes(content)
        with pytest.raises(CommandError):
            call_command("verify_credential", str(file), "--trust-key", str(tmp_path / "khoa.pem"))


def test_wrong_arguments_get_a_sentence(file, tmp_path):
    for arguments in ([str(tmp_path / "khong.jwt")], [str(tmp_path)], ["a\0b"], [str(file), "--at", "hôm nay"],
                      [str(file), "--status-list", str(file)]):  # fmt: skip
        with pytest.raises(CommandError):
            call_command("verify_credential", *arguments)


def test_a_machine_is_answered_in_json_where_nothing_can_be_read(file, tmp_path, capsys):
    (tmp_path / "khoa.pem").write_text("x")
    for arguments in ([tmp_path / "khong.jwt"], [tmp_path], [file, "--trust-key", tmp_path / "khoa.pem"],
                      [file, "--at", "hôm nay"], [file, "--status-list", file]):  # fmt: skip
        code, said = asked(capsys, *arguments)
        assert (code, said["status"], said["fields"]) == (2, "unreadable", {}) and said["reason"]


def test_what_an_editor_adds_to_a_file_is_passed_over(made, file, capsys):
    file.write_bytes(b"\xef\xbb\xbf" + made.token.encode() + b"\r\n")
    assert asked(capsys, file)[1]["status"] == "valid"
    file.write_bytes(made.token.encode("utf-16"))
    assert asked(capsys, file)[1]["status"] == "bad"


@pytest.mark.django_db
@given(content=st.binary(max_size=400))
def test_no_file_makes_it_crash(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "bat-ky.jwt"
    path.write_bytes(content)
    with pytest.raises(SystemExit) as left:
        call_command("verify_credential", str(path), "--json", stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    assert left.value.code == 1
