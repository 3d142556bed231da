"""Signed certificates: what they hold, that other libraries agree, and that nothing forged is believed."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import openbadgeslib
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib.ob3 import status as their_status
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from openbadgeslib.util import hash_email

from hocvu.assessment import certifying
from hocvu.assessment.certificates import checking, credential, keys, names, places, status, tokens
from hocvu.assessment.certificates.tokens import Unsound
from hocvu.assessment.models import Certificate
from hocvu.assessment.tests.cast_certificates import (
    earn,
    make_attempt,
    make_framework,
    make_learner,
    make_practice,
    make_rule,
)
from hocvu.learning.models import Framework
from hocvu.lib import clock
from hocvu.signin.models import Proof
from hocvu.ward.models import Ward
from hocvu.ward.tests.cast import make_ward

CONTEXTS = Path(openbadgeslib.__file__).parent / "ob3/contexts"
FIXTURES = Path(__file__).parents[3] / "tests/fixtures/third_party/openbadges"


@pytest.fixture
def ward(db: None) -> Ward:
    make_framework()
    return make_ward()


@pytest.fixture
def made(ward: Ward) -> Certificate:
    return earn(make_learner(ward, proof=Proof.VOUCHED), make_rule(ward))


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, body, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, body))  # type: ignore[return-value]


def packed(part: Any) -> str:
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(header: Any, body: Any, key: Any) -> str:
    """A token of any header and body, signed rightly with a key of ours or a strange one."""
    message = f"{packed(header)}.{packed(body)}"
    signature = (
        keys.sign(key, message.encode()) if not isinstance(key, ec.EllipticCurvePrivateKey) else _sign(key, message)
    )
    return f"{message}.{packed(signature)}"


def _sign(key: ec.EllipticCurvePrivateKey, message: str) -> bytes:
    der = key.sign(message.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = keys.decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# ---- What stands in it


def test_it_is_an_achievement_credential_of_open_badges_3(made, settings):
    header, body = parts(made.token)
    assert header == {"alg": "ES256", "kid": f"{settings.ADDRESS}/cap-giay/khoa/{made.key.kid}.json", "typ": "JWT"}
    assert body["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert body["type"] == ["VerifiableCredential", "AchievementCredential"]
    assert body["id"] == body["jti"] == f"urn:uuid:{made.pk}"
    assert body["iss"] == body["issuer"]["id"] == f"{settings.ADDRESS}/cap-giay/hai-an/ho-so.json"
    subject = body["credentialSubject"]
    assert subject["id"] == body["sub"] == f"urn:uuid:{made.subject}"
    assert datetime.fromisoformat(body["validFrom"]).timestamp() == body["nbf"] == made.issued_at.timestamp()
    assert datetime.fromisoformat(body["validUntil"]).timestamp() == body["exp"] == made.valid_until.timestamp()
    entry = body["credentialStatus"]
    assert entry["statusListIndex"] == str(made.status_index) and entry["statusPurpose"] == "revocation"
    assert entry["statusListCredential"] == f"{settings.ADDRESS}/cap-giay/hai-an/trang-thai/1.jwt"
    assert "xác nhận kết quả trên hệ thống" in body["description"] and "phiên bản 1.0" in body["description"]
    assert "quy tắc “Xác nhận kỹ năng số mức Tự làm” bản 1" in body["description"]
    assert subject["achievement"]["alignment"][0]["targetCode"] == "B2"
    assert [one["name"] for one in body["evidence"]] == [
        "Xác lập danh tính", "Bài kiểm tra", "Việc thực hành", "Việc thực hành", "Việc thực hành",
    ]  # fmt: skip
    assert body["evidence"][0]["narrative"] == "Có người xác nhận"


def test_arrays_stay_arrays_and_nothing_is_empty(made):
    def walk(value: Any) -> None:
        assert value not in (None, "", [], {})
        for inside in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inside)

    _, body = parts(made.token)
    walk(body)
    assert len(made.token) < 6000


def test_no_name_number_phone_or_birth_date_is_inside(made):
    _, body = parts(made.token)
    everything = json.dumps(body, ensure_ascii=False) + json.dumps(made.details, ensure_ascii=False)
    without_random = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,64}", "", everything)
    for secret in ("Nguyễn", "Hoa", "hoa", "1958", "04/03", "03-04", made.account.username):
        assert secret not in without_random
    assert not re.search(
        r"(?<![\d/.:-])\d{9,12}(?!\d)", without_random.replace(str(body["nbf"]), "").replace(str(body["exp"]), "")
    )


def test_the_name_is_a_salted_digest_that_forgives_blanks_and_capitals(made):
    _, body = parts(made.token)
    said = body["credentialSubject"]["identifier"][0]
    assert said["type"] == "IdentityObject" and said["identityType"] == "name" and said["hashed"] is True
    assert said["identityHash"].startswith("sha256$") and len(said["salt"]) == 32
    verdict = checking.check(made.token)
    assert checking.name_matches(verdict, "  NGUYỄN thị   HOA ") is True
    assert checking.name_matches(verdict, "Nguyễn Thị Hòa") is False
    assert checking.name_matches(made, "") is False
    again = names.hashed("Nguyễn Thị Hoa")
    assert again["hash"] != said["identityHash"]


def test_another_program_comes_to_the_digest_from_the_name_as_it_is_printed(made, client):
    """IdentityObject of Open Badges 3.0; the library takes what it is given for an address of e-mail."""
    said = parts(made.token)[1]["credentialSubject"]["identifier"][0]
    assert said["identityHash"] == "sha256$" + hash_email("Nguyễn Thị Hoa", said["salt"]).decode()
    assert said["identityHash"] != names.digest("nguyễn thị hoa", said["salt"])


@pytest.mark.parametrize(
    "name", ["Nguyễn Thị Hoa", "NGUYỄN THỊ HOA", "Nguyễn  thị Hoa", "H'Hen Niê", "Lê Thị McDonald"]
)
def test_a_name_matches_however_it_is_written_and_whenever_it_was_digested(ward, client, name):
    made = earn(make_learner(ward, name), make_rule(ward))
    marked = " ".join(name.split())
    for typed in (name, f"  {marked.lower()} ", marked.upper(), unicodedata.normalize("NFD", marked)):
        assert "Tên khớp</p>" in client.post(f"/xac-minh/{made.code}/", {"ten": typed}).content.decode(), typed
    assert "Tên không khớp" in client.post(f"/xac-minh/{made.code}/", {"ten": f"{name} Mai"}).content.decode()
    made.details["name"]["hash"] = names.digest(names.plain(name), made.details["name"]["salt"])  # as it was before
    certifying.sign(made, made.key)
    made.save()
    for typed in (name, marked.upper()):
        assert "Tên khớp</p>" in client.post(f"/xac-minh/{made.code}/", {"ten": typed}).content.decode(), typed


def test_a_token_alone_forgives_capitals_that_names_have(made):
    found = checking.check_alone(made.token, trusted=keys.public_of(made.key.public), at=clock.now())
    assert checking.name_matches(found, "nguyễn THỊ hoa") is True and found.certificate is None
    assert checking.name_matches(found, "Nguyễn Thị Hoà") is False


def test_signing_anew_says_the_same(made):
    before = parts(made.token)[1]
    certifying.sign(Certificate.objects.get(pk=made.pk), made.key)
    assert credential.body(Certificate.objects.get(pk=made.pk)) == before


# ---- Decision 757


def test_nothing_cites_decision_757_until_its_annex_is_loaded(ward):
    hoa = make_learner(ward)
    make_practice(hoa, ward)
    Framework.objects.create(
        code="qd757", version="1.0", title="Khung kiến thức, kỹ năng số cơ bản", kind="official", content="missing",
        number="757/QĐ-BKHCN", valid_from="2025-04-29",
    )  # fmt: skip
    by_source = make_rule(ward, "theo-757", source="Theo Quyết định 757/QĐ-BKHCN")
    by_framework = make_rule(ward, "khung-757", framework="qd757", level="")
    for rule in (by_source, by_framework):
        make_attempt(hoa, rule)
        assert certifying.award_if_earned(hoa, rule) is None
    assert "757" in certifying.missing(hoa, by_source)[0]
    assert any("phụ lục" in words for words in certifying.missing(hoa, by_framework))
    page = Client().get(f"/cap-giay/{ward.slug}/xac-nhan/theo-757/1/")
    assert page.status_code == 404
    part = {"kind": "official", "content": "part", "valid_from": "2026-01-01"}
    Framework.objects.create(code="khung-moi", version="1.0", title="Khung theo Quyết định 757/QĐ-BKHCN", **part)
    assert "757" in credential.unfounded(make_rule(ward, "khung-moi", framework="khung-moi", level=""))
    spoken = Framework.objects.create(code="khung-khac", version="1.0", title="Khung khác", **part)
    spoken.levels.create(number=1, code="B2", title="Cơ bản", gist="Như Quyết định 757 nêu.")
    assert "757" in credential.unfounded(make_rule(ward, "khung-khac", framework="khung-khac"))
    plain = earn(hoa, make_rule(ward))
    assert "757" not in re.sub(
        r"[0-9a-f-]{36}|[0-9a-f]{32,}|\d{10}|#\d+|\"\d+\"", "", json.dumps(parts(plain.token)[1])
    )
    Framework.objects.create(
        code="qd757", version="2.0", title="Khung kiến thức, kỹ năng số cơ bản", kind="official", content="full",
        number="757/QĐ-BKHCN", valid_from="2026-05-01",
    )  # fmt: skip
    assert credential.unfounded(by_source) == "" and credential.unfounded(by_framework) != ""


# ---- Other libraries agree


def test_a_second_library_verifies_it(made):
    public = serialization.load_pem_public_key(keys.pem_of(made.key).encode())
    claims = jwt.decode(made.token, public, algorithms=["ES256"], issuer=places.profile(made.ward))
    assert claims["jti"] == places.urn(made)
    header, body, signature = made.token.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(der, f"{header}.{body}".encode(), ec.ECDSA(hashes.SHA256()))


def test_the_address_of_the_key_gives_the_key(made, client):
    kid = jwt.get_unverified_header(made.token)["kid"]
    answer = client.get("/" + kid.split("/", 3)[3])
    assert answer["Access-Control-Allow-Origin"] == "*" and "max-age" in answer["Cache-Control"]
    jwk = answer.json()
    assert jwk["kid"] == kid and "d" not in jwk
    assert jwt.decode(made.token, jwt.PyJWK(jwk).key, algorithms=["ES256"])["sub"] == f"urn:uuid:{made.subject}"


def test_a_library_made_for_badges_verifies_it(made):
    verifier = OB3Verifier(keys.pem_of(made.key))
    found = verifier.verify(made.token, expected_recipient=f"urn:uuid:{made.subject}")
    assert found.issuer.id == places.profile(made.ward)
    assert found.achievement.name == made.title
    with pytest.raises(OB3VerificationError):
        verifier.verify(made.token[:-8] + "AAAAAAAA")


def test_a_library_made_for_badges_reads_the_list(made, settings):
    settings.ADDRESS = "https://hocvu.example"
    certifying.sign(made, made.key)
    made.save()
    verifier = OB3Verifier(keys.pem_of(made.key))

    def download(url: str, *args: Any, **kwargs: Any) -> bytes:
        assert url == "https://hocvu.example/cap-giay/hai-an/trang-thai/1.jwt"
        return status.signed(made.status_list, clock.now()).encode()

    found = verifier.verify(made.token, check_status=True, download=download)
    assert found.id == places.urn(made)
    Certificate.objects.filter(pk=made.pk).update(revoked_at=clock.now())
    with pytest.raises(OB3VerificationError, match="revo"):
        verifier.verify(made.token, check_status=True, download=download)


def terms_of(context: dict[str, Any]) -> dict[str, Any]:
    """What a context of JSON-LD defines by itself, beside words that begin with a sign of its own."""
    return {name: said for name, said in context.items() if not name.startswith("@")}


def undefined_in(said: Any, terms: dict[str, Any]) -> list[str]:
    """The members and types that no context in force defines; a type brings the terms that belong inside it."""
    if isinstance(said, list):
        return [name for one in said for name in undefined_in(one, terms)]
    if not isinstance(said, dict):
        return []
    types = [said["type"]] if isinstance(said.get("type"), str) else said.get("type", [])
    faults = [one for one in types if one not in terms]
    for one in types:
        inside = terms.get(one)
        terms = {**terms, **terms_of(inside.get("@context", {}))} if isinstance(inside, dict) else terms
    faults += [name for name in said if name != "@context" and name not in terms]
    return faults + [name for key, one in said.items() if key != "@context" for name in undefined_in(one, terms)]


def test_every_word_of_the_list_is_defined_by_the_context_that_it_names(made, client):
    context = json.loads((CONTEXTS / "credentials-v2.json").read_text())["@context"]
    terms = terms_of(context)
    body = tokens.read(client.get("/cap-giay/hai-an/trang-thai/1.jwt").content).body
    assert body["@context"] == ["https://www.w3.org/ns/credentials/v2"]
    assert undefined_in(body, terms) == []
    assert body["issuer"] == body["iss"] == places.profile(made.ward)
    before = {**body, "issuer": {"id": body["iss"], "type": ["Profile"]}, "jti": body["id"]}
    assert undefined_in(before, terms) == ["jti", "Profile"]
    tokens.check_list(before)  # as our lists said it, which stay where somebody kept them


def test_a_list_whose_claims_disagree_with_it_is_refused(made, client):
    body = tokens.read(client.get("/cap-giay/hai-an/trang-thai/1.jwt").content).body
    tokens.check_list(body)
    for changes in ({"issuer": "https://evil.example/"}, {"iss": "https://evil.example/"}, {"issuer": ""},
                    {"issuer": None}, {"jti": "urn:uuid:1"}, {"id": None}, {"sub": "x"}):  # fmt: skip
        with pytest.raises(Unsound):
            tokens.check_list({**body, **changes})


def test_our_bits_are_the_bits_of_a_library_made_for_badges():
    from openbadgeslib.ob3.status_list import encode_bitstring

    mine = status.pack([0, 7, 8, 23, 131_071], 131_072)
    assert their_status.set_indices(their_status.decode_encoded_list(mine)) == {0, 7, 8, 23, 131_071}
    theirs = encode_bitstring([5, 9])
    bits = status.unpack(theirs if theirs.startswith("u") else "u" + theirs)
    assert [n for n in range(131_072) if status.is_set(bits, n)] == [5, 9]


def test_our_bits_are_those_of_the_published_test_list():
    listed = json.loads((FIXTURES / "bit-string-list/testlist").read_text())
    bits = status.unpack(listed["credentialSubject"]["encodedList"])
    assert [n for n in range(len(bits) * 8) if status.is_set(bits, n)] == [23]
    assert gunzipped(status.pack([23], 131_072)) == bits


def gunzipped(text: str) -> bytes:
    return status.unpack(text)


# ---- Nothing forged is believed


def _changed(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**body, **changes}


MUTANTS: dict[str, Any] = {
    "iss": lambda b: _changed(b, iss="https://evil.example/cap-giay/hai-an/ho-so.json"),
    "issuer": lambda b: _changed(b, issuer={**b["issuer"], "id": "https://evil.example/"}),
    "sub": lambda b: _changed(b, sub="urn:uuid:00000000-0000-0000-0000-000000000000"),
    "subject": lambda b: _changed(b, credentialSubject={**b["credentialSubject"], "id": "urn:uuid:0"}),
    "jti": lambda b: _changed(b, jti="urn:uuid:00000000-0000-0000-0000-000000000000"),
    "id": lambda b: _changed(b, id="urn:uuid:00000000-0000-0000-0000-000000000000"),
    "nbf": lambda b: _changed(b, nbf=b["nbf"] - 5),
    "validFrom": lambda b: _changed(b, validFrom="2020-01-01T00:00:00Z"),
    "exp": lambda b: _changed(b, exp=b["exp"] + 5),
    "validUntil": lambda b: _changed(b, validUntil="2099-01-01T00:00:00Z"),
    "exp as text": lambda b: _changed(b, exp=str(b["exp"])),
    "nbf as true": lambda b: _changed(b, nbf=True),
    "nbf of another age": lambda b: _changed(b, nbf=10**30),
    "exp before nbf": lambda b: _changed(b, exp=b["nbf"] - 9, validUntil=tokens.stamp(datetime.fromtimestamp(b["nbf"] - 9, UTC))),
    "type": lambda b: _changed(b, type=["VerifiableCredential"]),
    "type as text": lambda b: _changed(b, type="AchievementCredential"),
    "context turned round": lambda b: _changed(b, **{"@context": b["@context"][::-1]}),
    "context missing": lambda b: _changed(b, **{"@context": b["@context"][:1]}),
    "context as text": lambda b: _changed(b, **{"@context": b["@context"][0]}),
    "no status": lambda b: {name: value for name, value in b.items() if name != "credentialStatus"},
    **{
        f"no {name}": lambda b, name=name: {key: value for key, value in b.items() if key != name}
        for name in ("iss", "sub", "jti", "nbf", "exp", "validFrom", "validUntil", "issuer", "credentialSubject")
    },
    "an end that is no moment": lambda b: _changed(b, exp=10**18, validUntil="mãi mãi"),
    "a beginning that is no moment": lambda b: _changed(b, nbf=-(10**18), validFrom="từ xưa"),
    "an empty body": lambda b: {},
    "a list": lambda b: [b],
    "issuer an address": lambda b: _changed(b, issuer=b["iss"]),
    "issuer without type": lambda b: _changed(b, issuer={"id": b["iss"]}),
    "no achievement": lambda b: _changed(b, credentialSubject={"id": b["sub"], "type": ["AchievementSubject"]}),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_refused_even_where_our_own_key_signed_it(made, name):
    header, body = parts(made.token)
    assert checking.check(made.token).status == "valid"
    forged = signed(header, MUTANTS[name](body), made.key)
    verdict = checking.check(forged)
    assert verdict.status in ("bad", "unknown_issuer") and verdict.reason.endswith(".")
    alone = checking.check_alone(forged, trusted=keys.public_of(made.key.public), at=clock.now())
    assert alone.status == "bad"
    unsigned = f"{forged.rpartition('.')[0]}.{made.token.rpartition('.')[2]}"
    assert checking.check(unsigned).status in ("bad", "unknown_issuer")


HEADERS: dict[str, Any] = {
    "alg none": {"alg": "none"},
    "alg None": {"alg": "None"},
    "alg HS256": {"alg": "HS256"},
    "alg ES384": {"alg": "ES384"},
    "alg RS256": {"alg": "RS256"},
    "alg a list": {"alg": ["ES256"]},
    "alg missing": {"alg": None},
    "typ": {"typ": "vc+jwt"},
    "typ missing": {"typ": None},
    "jwk": {"jwk": {"kty": "EC"}},
    "jku": {"jku": "https://evil.example/keys.json"},
    "x5c": {"x5c": ["MIIB"]},
    "crit": {"crit": ["b64"], "b64": False},
    "foreign kid": {"kid": "https://evil.example/cap-giay/khoa/hai-an-1.json"},
    "kid of another kind": {"kid": "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"},
    "kid with a way out": {"kid": "http://127.0.0.1:8000/cap-giay/khoa/../khoa/a.json"},
    "kid a number": {"kid": 5},
    "kid missing": {"kid": None},
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_is_not_ours_is_refused_even_where_our_own_key_signed_it(made, name):
    header, body = parts(made.token)
    changed = {key: value for key, value in {**header, **HEADERS[name]}.items() if value is not None}
    assert checking.check(signed(changed, body, made.key)).status in ("bad", "unknown_issuer")


def test_an_unsigned_token_is_refused(made):
    header, body = parts(made.token)
    for forged in (f"{packed({**header, 'alg': 'none'})}.{packed(body)}.", f"{made.token.rpartition('.')[0]}."):
        assert checking.check(forged).status == "bad"


def test_the_public_key_as_a_secret_of_hs256_is_refused(made):
    import hmac

    header, body = parts(made.token)
    message = f"{packed({**header, 'alg': 'HS256'})}.{packed(body)}"
    mac = hmac.digest(keys.pem_of(made.key).encode(), message.encode(), "sha256")
    assert checking.check(f"{message}.{packed(mac)}").status == "bad"
    assert checking.check(f"{message}.{packed(mac + mac)}").status == "bad"


def test_a_strange_key_is_refused_and_one_brought_along_is_never_looked_at(made):
    header, body = parts(made.token)
    strange = ec.generate_private_key(ec.SECP256R1())
    assert checking.check(signed(header, body, strange)).status == "bad"
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(strange.public_key()))
    assert checking.check(signed({**header, "jwk": jwk}, body, strange)).status == "bad"


def test_the_key_of_another_ward_cannot_sign_for_this_one(made):
    other = make_ward("Lê Chân", code="11414", slug="le-chan")
    key = keys.signing_key(other)
    header, body = parts(made.token)
    assert checking.check(signed({**header, "kid": places.key(key)}, body, key)).status == "unknown_issuer"
    theirs = {**body, "iss": places.profile(other), "issuer": {**body["issuer"], "id": places.profile(other)}}
    assert checking.check(signed({**header, "kid": places.key(key)}, theirs, key)).status == "bad"


def test_our_own_key_does_not_help_a_certificate_that_no_record_knows(made):
    header, body = parts(made.token)
    name = "urn:uuid:11111111-1111-4111-8111-111111111111"
    assert "sổ cấp giấy" in checking.check(signed(header, {**body, "id": name, "jti": name}, made.key)).reason
    title = {**body, "name": "Tiến sĩ"}
    assert "bản mới" in checking.check(signed(header, title, made.key)).reason


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t + ".abc",
        lambda t: t + "=",
        lambda t: t + " x",
        lambda t: t.replace(".", "..", 1),
        lambda t: t + "A" * 100_000,
        lambda t: "",
        lambda t: "  \n ",
        lambda t: t[:-1],
        lambda t: t.replace(".", ".\n", 1),
        lambda t: "ÿ" + t,
        lambda t: t.encode() + b"\xff",
        lambda t: b"%PDF-1.7\n" + b"\x00" * 50,
        lambda t: b"\x89PNG\r\n",
    ],
)
def test_anything_beside_the_token_is_refused(made, spoil):
    assert checking.check(spoil(made.token)).status == "bad"
    assert checking.check(made.token + "\r\n").status == "valid"
    assert checking.check(made.token.encode()).status == "valid"


def test_a_name_that_stands_twice_has_two_readings_and_is_refused(made):
    header, body, _ = made.token.split(".")
    plain = base64.urlsafe_b64decode(body + "==").decode()
    twice = plain[:-1] + ',"jti":' + json.dumps(json.loads(plain)["jti"]) + "}"
    message = f"{header}.{packed(twice.encode())}"
    assert "hai lần" in checking.check(f"{message}.{packed(keys.sign(made.key, message.encode()))}").reason


@pytest.mark.parametrize(
    "body",
    [b"[" * 50_00 + b"]" * 50_00, b'{"a":' * 40 + b"1" + b"}" * 40, b'{"a":NaN}', b'{"a":1e999}', b'{"a":"\\ud800"}',
     b'{"a":' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}", b"null", b'"x"', b"{"],
)  # fmt: skip
def test_json_that_nobody_can_hold_is_refused(made, body):
    header = made.token.split(".")[0]
    message = f"{header}.{packed(body)}"
    assert checking.check(f"{message}.{packed(keys.sign(made.key, message.encode()))}").status == "bad"


# Without the database: a key of chance, a token of it, and every way to spoil it.
KEY = ec.generate_private_key(ec.SECP256R1())
NOW = datetime(2026, 11, 27, tzinfo=UTC)


def lone(**changes: Any) -> dict[str, Any]:
    """A credential as small as one may be."""
    until = NOW + timedelta(days=700)
    return {
        "@context": [tokens.VC, tokens.OB], "id": "urn:uuid:1", "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "https://a.example/i", "type": ["Profile"]}, "validFrom": tokens.stamp(NOW),
        "validUntil": tokens.stamp(until), "iss": "https://a.example/i", "sub": "urn:uuid:2", "jti": "urn:uuid:1",
        "nbf": int(NOW.timestamp()), "exp": int(until.timestamp()),
        "credentialSubject": {"id": "urn:uuid:2", "type": ["AchievementSubject"], "achievement": {
            "id": "urn:uuid:3", "type": ["Achievement"], "name": "N", "description": "D", "criteria": {"narrative": "C"}}},
        "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "23",
                             "statusListCredential": "https://a.example/list"},
        **changes,
    }  # fmt: skip


def alone(token: str | bytes, at: datetime = NOW + timedelta(days=1), **more: Any) -> checking.Verdict:
    return checking.check_alone(token, trusted=KEY.public_key(), at=at, **more)


LONE = signed({"alg": "ES256", "typ": "JWT", "kid": "https://a.example/k"}, lone(), KEY)


@given(st.integers(0, len(LONE) - 1), st.integers(1, 255))
def test_no_changed_byte_is_believed(at, flip):
    spoiled = bytearray(LONE.encode())
    spoiled[at] ^= flip
    if bytes(spoiled).strip(b" \t\r\n") != LONE.encode():
        assert not alone(bytes(spoiled)).is_valid
    assert alone(LONE).is_valid


def revocations_of(nbf: datetime, key: Any = KEY, *revoked: int) -> str:
    """The list that LONE names, signed at a moment."""
    until = nbf + timedelta(hours=24)
    body = {
        "@context": [tokens.VC], "id": "https://a.example/list",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": "https://a.example/i", "type": ["Profile"]}, "validFrom": tokens.stamp(nbf),
        "validUntil": tokens.stamp(until), "iss": "https://a.example/i", "sub": "https://a.example/list#list",
        "jti": "https://a.example/list", "nbf": int(nbf.timestamp()), "exp": int(until.timestamp()),
        "credentialSubject": {"id": "https://a.example/list#list", "type": "BitstringStatusList",
                              "statusPurpose": "revocation", "encodedList": status.pack(revoked, status.SMALLEST)},
    }  # fmt: skip
    return signed({"alg": "ES256", "typ": "JWT", "kid": "https://a.example/k"}, body, key)


def test_days_are_said_as_they_are_here(settings):
    evening = datetime(2026, 12, 1, 18, 30, tzinfo=UTC)  # the next morning here
    verdict = alone(LONE, at=evening + timedelta(days=3), revoked=revocations_of(evening))
    assert verdict.reason == "Chữ ký đúng; chưa kiểm tra thu hồi (danh sách ngày 02/12/2026)."
    over = NOW + timedelta(days=701)
    assert alone(LONE, at=over).reason == f"Giấy hết giá trị từ {clock.local_day(NOW + timedelta(days=700)):%d/%m/%Y}."


def test_a_list_signed_after_the_key_was_replaced_is_believed_with_both_keys():
    newer, at = ec.generate_private_key(ec.SECP256R1()), NOW + timedelta(days=1)
    with_both = {"others": [newer.public_key()], "at": at}
    assert alone(LONE, at=at, revoked=revocations_of(at, newer)).status == "bad"
    verdict = alone(LONE, **with_both, revoked=revocations_of(at, newer))
    assert verdict.is_valid and verdict.fields["revocation_checked"]
    assert alone(LONE, **with_both, revoked=revocations_of(at, newer, 23)).status == "revoked"


def test_loose_bits_at_the_end_of_the_signature_are_refused():
    """The last sign carries four bits that say nothing: with them a token would have sixteen spellings."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = signs.index(LONE[-1])
    for loose in range(1, 16):
        assert alone(LONE[:-1] + signs[last ^ loose]).status == "bad"


@pytest.mark.parametrize("name", [name for name in HEADERS if not name.startswith(("foreign", "kid of", "kid with"))])
def test_a_header_that_is_not_ours_is_refused_with_a_trusted_key_too(name):
    header = {"alg": "ES256", "typ": "JWT", "kid": "https://a.example/k", **HEADERS[name]}
    changed = {key: value for key, value in header.items() if value is not None}
    assert alone(signed(changed, lone(), KEY)).status == "bad"


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_no_bytes_make_it_crash(content):
    assert not alone(content).is_valid


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(lone())), json_values)
def test_no_content_rightly_signed_makes_it_crash(name, value):
    header = {"alg": "ES256", "typ": "JWT", "kid": "k"}
    found = alone(signed(header, lone(**{name: value}), KEY), revoked=listing())
    assert found.reason


@given(st.sampled_from(("achievement", "identifier", "result", "id", "type")), json_values)
def test_no_subject_rightly_signed_makes_it_crash(name, value):
    subject = {**lone()["credentialSubject"], name: value}
    header = {"alg": "ES256", "typ": "JWT", "kid": "k"}
    assert alone(signed(header, lone(credentialSubject=subject), KEY)).reason


# ---- By a key and a list alone


def listing(*revoked: int, **changes: Any) -> str:
    """A signed list."""
    until = NOW + timedelta(days=2)
    body = {
        "@context": [tokens.VC], "id": "https://a.example/list", "iss": "https://a.example/i",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"], "issuer": {"id": "https://a.example/i"},
        "validFrom": tokens.stamp(NOW), "validUntil": tokens.stamp(until), "nbf": int(NOW.timestamp()),
        "exp": int(until.timestamp()), "jti": "https://a.example/list", "sub": "https://a.example/list#list",
        "credentialSubject": {"id": "https://a.example/list#list", "type": "BitstringStatusList",
                              "statusPurpose": "revocation", "encodedList": status.pack(revoked, 131_072)},
        **changes,
    }  # fmt: skip
    return signed({"alg": "ES256", "typ": "JWT", "kid": "k"}, body, KEY)


def test_a_token_alone_is_told_from_a_revoked_expired_and_early_one():
    assert alone(LONE).reason == "Chữ ký đúng; chưa kiểm tra thu hồi."
    assert alone(LONE, revoked=listing(22, 24)).reason == "Chữ ký đúng; không có trong danh sách thu hồi."
    assert alone(LONE, revoked=listing(23)).status == "revoked"
    assert alone(LONE, at=NOW - timedelta(seconds=1)).status == "not_yet"
    assert alone(LONE, at=NOW + timedelta(days=700)).status == "expired"
    old = alone(LONE, at=NOW + timedelta(days=3), revoked=listing())
    assert old.is_valid and old.reason == "Chữ ký đúng; chưa kiểm tra thu hồi (danh sách ngày 27/11/2026)."
    assert alone(LONE, at=NOW + timedelta(days=3), revoked=listing(23)).status == "revoked"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://b.example/i", "issuer": {"id": "https://b.example/i"}},
        {"id": "https://a.example/other", "jti": "https://a.example/other"},
        {"type": ["VerifiableCredential", "AchievementCredential"]},
        {"credentialSubject": {"id": "https://a.example/list#list", "type": "BitstringStatusList",
                               "statusPurpose": "suspension", "encodedList": status.pack([], 131_072)}},
        {"credentialSubject": {"id": "https://a.example/list#list", "type": "BitstringStatusList",
                               "statusPurpose": "revocation", "encodedList": status.pack([], 65_536)}},
        {"credentialSubject": {"id": "https://a.example/list#list", "type": "BitstringStatusList",
                               "statusPurpose": "revocation", "encodedList": "uAAAA"}},
    ],
)  # fmt: skip
def test_a_list_that_is_not_this_ones_is_refused(changes):
    assert alone(LONE, revoked=listing(**changes)).status == "bad"


def test_a_list_that_unpacks_to_a_giant_is_refused():
    import gzip

    giant = "u" + packed(gzip.compress(b"\x00" * 50_000_000))
    with pytest.raises(Unsound):
        status.unpack(giant)
    with pytest.raises(Unsound):
        status.unpack(status.pack([], 131_072)[:-8])


# ---- The fixtures of 1EdTech: a verifier that accepts a bad one fails


@pytest.mark.parametrize("name", ["simple.jwt", "velocity.jwt"])
def test_published_tokens_of_another_algorithm_and_model_are_refused(name):
    verdict = checking.check_alone((FIXTURES / name).read_bytes(), trusted=KEY.public_key(), at=NOW)
    assert verdict.status == "bad" and "ES256" in verdict.reason


def as_ours(name: str) -> dict[str, Any]:
    """A published credential made whole by what our certificates carry, so that it is refused for its own fault only."""
    body = json.loads((FIXTURES / name).read_text())
    body.pop("proof", None)
    body.setdefault("validUntil", "2030-01-01T00:00:00Z")
    body.setdefault("credentialStatus", lone()["credentialStatus"])
    if "issuanceDate" in body:
        body["validFrom"] = body.pop("issuanceDate")
    issuer, subject = body.get("issuer", {}), body["credentialSubject"]
    subject.setdefault("id", "urn:uuid:2")
    subject.setdefault("achievement", lone()["credentialSubject"]["achievement"])
    claims = {"iss": issuer.get("id") if isinstance(issuer, dict) else issuer, "sub": subject["id"], "jti": body["id"]}
    for claim, said in (("nbf", "validFrom"), ("exp", "validUntil")):
        claims[claim] = int(datetime.fromisoformat(body[said]).timestamp())
    return {**body, **{key: value for key, value in claims.items() if value is not None}}


def judged(name: str) -> checking.Verdict:
    return alone(signed({"alg": "ES256", "typ": "JWT", "kid": "k"}, as_ours(name), KEY))


def test_a_good_published_credential_is_believed():
    assert judged("simple.json").is_valid, judged("simple.json").reason


@pytest.mark.parametrize(
    ("name", "status_word", "words"),
    [
        ("simple-err-context.json", "bad", "@context"),
        ("simple-err-type.json", "bad", "type"),
        ("simple-err-issuer.json", "bad", "ai cấp"),
        ("simple-err-issuer-type.json", "bad", "nơi cấp"),
        ("simple-err-credential-subject-type.json", "bad", "người được cấp"),
        ("simple-err-credential-subject-identifier-type.json", "bad", "họ tên"),
        ("simple-err-credential-subject-result-type.json", "bad", "kết quả"),
        ("simple-err-credential-subject-achievement-result-description-type.json", "bad", "cách tính"),
        ("simple-err-evidence-type.json", "bad", "căn cứ"),
        ("simple-err-expired.json", "expired", "hết giá trị"),
        ("simple-err-issued.json", "not_yet", "chỉ có giá trị từ"),
    ],
)
def test_a_bad_published_credential_is_refused_for_what_is_wrong_with_it(name, status_word, words):
    verdict = judged(name)
    assert (verdict.status, words in verdict.reason) == (status_word, True), verdict


def test_the_published_revoked_credential_is_found_in_the_published_list():
    body = as_ours("bit-string-list/credential-status-revoked.json")
    entry = body["credentialStatus"]
    bits = json.loads((FIXTURES / "bit-string-list/testlist").read_text())["credentialSubject"]["encodedList"]
    address = entry["statusListCredential"]
    subject = {
        "id": f"{address}#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": bits,
    }
    listed = listing(id=address, jti=address, sub=f"{address}#list", iss=body["iss"], issuer=body["issuer"],
                     credentialSubject=subject)  # fmt: skip
    token = signed({"alg": "ES256", "typ": "JWT", "kid": "k"}, body, KEY)
    assert alone(token, revoked=listed).status == "revoked"
    entry["statusListIndex"] = 24
    token = signed({"alg": "ES256", "typ": "JWT", "kid": "k"}, body, KEY)
    assert alone(token, revoked=listed).is_valid
    entry["statusListIndex"] = 131_072
    token = signed({"alg": "ES256", "typ": "JWT", "kid": "k"}, body, KEY)
    assert alone(token, revoked=listed).status == "bad"
