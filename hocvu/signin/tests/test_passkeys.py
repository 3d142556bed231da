"""Passkeys, judged against a key made of software: what is forged, replayed, copied or unverified opens nothing."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from hocvu.signin.models import Passkey, SignIn
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice
from hocvu.ward.tests.cast import PASSWORD, make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
ADD, ENTER, ASK = "/toi/bao-mat/khoa/them/", "/dang-nhap/can-bo/khoa/", "/dang-nhap/can-bo/khoa/hoi/"
ORIGIN = "http://testserver"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """An authenticator of software."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def make(self, options: dict[str, Any], *, origin: str = ORIGIN, flags: int = PRESENT | VERIFIED) -> str:
        """The browser's answer to options for a new key."""
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.id, public)
        host = sha256(options["rp"]["id"].encode())
        data = AuthenticatorData.create(host, flags | ATTESTED, self.count, bytes(credential))
        client = self._client("webauthn.create", options, origin)
        return self._answer(
            clientDataJSON=client, attestationObject=AttestationObject.create("none", data, {}), userHandle=None
        )

    def sign(
        self, options: dict[str, Any], *, origin: str = ORIGIN, flags: int = PRESENT | VERIFIED, host: str = ""
    ) -> str:
        """The browser's answer to a challenge."""
        self.count += 1
        client = self._client("webauthn.get", options, origin)
        data = AuthenticatorData.create(sha256((host or options["rpId"]).encode()), flags, self.count)
        signature = self.private.sign(data + sha256(client), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _client(self, kind: str, options: dict[str, Any], origin: str) -> bytes:
        return CollectedClientData.create(kind, websafe_decode(options["challenge"]), origin)

    def _answer(self, **response: bytes | None) -> str:
        told = {name: websafe_encode(value) for name, value in response.items() if value is not None}
        key = websafe_encode(self.id)
        return json.dumps(
            {"id": key, "rawId": key, "type": "public-key", "response": told, "clientExtensionResults": {}}
        )


@pytest.fixture
def lan() -> Account:
    ward = make_ward()
    office = make_unit(ward, "Phòng Văn hóa - Xã hội")
    return make_account("lan", Role.UNIT_OFFICER, ward=ward, unit=office, name="Nguyễn Thị Lan")


@pytest.fixture
def key(lan: Account) -> SoftKey:
    """A key that Lan added."""
    made = SoftKey()
    assert add(lan, made).status_code == 200
    return made


def asked(client: Client, address: str = ASK) -> dict[str, Any]:
    options: dict[str, Any] = client.post(address).json()["publicKey"]
    return options


def add(account: Account, key: SoftKey, password: str = PASSWORD, **how: Any):
    client = Client()
    client.force_login(account)
    options = asked(client, "/dang-nhap/can-bo/khoa/moi/")
    return client.post(ADD, {"label": "Điện thoại", "password": password, "credential": key.make(options, **how)})


def enter(client: Client, answer: str):
    return client.post(ENTER, {"credential": answer})


def test_lan_adds_a_passkey_gets_recovery_codes_and_comes_in_with_it_alone(client, lan, key):
    assert client.post(ENTER, {"credential": key.sign(asked(client)), "next": "/toi/mat-khau/"}).headers[
        "Location"
    ] == ("/toi/mat-khau/")
    assert client.get("/toi/").status_code == 200
    assert SignIn.objects.get().way == "passkey"
    assert "Điện thoại" in client.get("/toi/bao-mat/").content.decode()
    assert "Số mã chưa dùng: 10" in client.get("/toi/bao-mat/").content.decode()
    assert AuditEntry.objects.filter(action="added a passkey").exists()
    assert Notice.objects.filter(account=lan, text__contains="Đã thêm khóa").exists()


def test_it_asks_for_a_verified_user_and_names_nobody(client, key):
    options = asked(client)
    assert options["userVerification"] == "required"
    assert not options.get("allowCredentials")


def test_after_the_password_it_names_the_account_s_own_keys(client, key):
    client.post("/dang-nhap/can-bo/", {"username": "lan", "password": PASSWORD})
    options = asked(client)
    assert [one["id"] for one in options["allowCredentials"]] == [websafe_encode(key.id)]
    assert enter(client, key.sign(options)).status_code == 302
    assert client.get("/toi/").status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "https://xau.example"},
        {"origin": "https://testserver"},
        {"host": "xau.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
)
def test_what_is_forged_or_unverified_is_refused(client, key, forged):
    answer = enter(client, key.sign(asked(client), **forged))
    assert answer.status_code == 422
    assert "Chưa nhận được khóa đăng nhập" in answer.content.decode()
    assert client.get("/toi/").status_code == 302


@pytest.mark.parametrize("broken", ["", "{}", "[]", "không phải", '{"id": 1, "rawId": 1}', "null"])
def test_what_is_broken_is_refused_in_the_same_words(client, key, broken):
    asked(client)
    assert "Chưa nhận được khóa đăng nhập" in enter(client, broken).content.decode()


def test_a_challenge_serves_once_and_in_its_own_session(client, key):
    answer = key.sign(asked(client))
    other = Client()
    asked(other)
    assert enter(other, answer).status_code == 422
    assert enter(client, answer).status_code == 302
    client.post("/dang-xuat/")
    assert enter(client, answer).status_code == 422


def test_a_copied_key_is_noticed_by_its_count(client, lan, key):
    enter(client, key.sign(asked(client)))
    key.count = 0  # the copy begins where the original was
    again = Client()
    assert enter(again, key.sign(asked(again))).status_code == 422
    assert Passkey.objects.get().sign_count == 1
    assert Notice.objects.filter(account=lan, text__contains="sao chép").exists()


def test_another_key_with_the_same_name_opens_nothing(client, key):
    thief = SoftKey(id=key.id, count=10)
    assert enter(client, thief.sign(asked(client))).status_code == 422


def test_a_key_of_an_account_that_was_switched_off_opens_nothing(client, lan, key):
    Account.objects.update(is_active=False)
    assert enter(client, key.sign(asked(client))).status_code == 422


@pytest.mark.parametrize("forged", [{"origin": "https://xau.example"}, {"flags": PRESENT}])
def test_a_forged_new_key_is_not_kept(lan, forged):
    assert add(lan, SoftKey(), **forged).status_code == 422
    assert not Passkey.objects.exists()


def test_adding_one_asks_for_the_password(lan):
    assert add(lan, SoftKey(), password="sai bét nhè rồi").status_code == 422
    assert not Passkey.objects.exists()


def test_one_key_serves_one_account(lan, key):
    mai = make_account("mai")
    assert "đã được thêm" in add(mai, key).content.decode()
    assert Passkey.objects.count() == 1


def test_where_a_second_step_is_required_a_passkey_can_be_the_first(client, lan, settings):
    settings.STAFF_SECOND_STEP = "required"
    client.post("/dang-nhap/can-bo/", {"username": "lan", "password": PASSWORD})
    made = SoftKey()
    options = asked(client, "/dang-nhap/can-bo/khoa/moi/")
    sent = {"label": "Điện thoại", "credential": made.make(options)}
    assert "Mã dự phòng" in client.post("/dang-nhap/can-bo/thiet-lap/khoa/", sent).content.decode()
    assert client.get("/toi/").status_code == 200


def test_many_forged_answers_from_one_address_close_the_door(client, key):
    for _ in range(30):
        asked(client)
        enter(client, "{}")
    assert "Hãy thử lại sau" in enter_with(client, key).content.decode()


def enter_with(client: Client, key: SoftKey):
    return enter(client, key.sign(asked(client)))
