"""A provider of OpenID Connect that plays VNeID for the demo and the tests. It is NOT VNeID; see README.md.

python -m standins.vneid --port 8110
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

PERSONAS = Path(__file__).with_name("personas.json")
MARK = "KHÔNG PHẢI VNeID thật, dùng để minh họa"
CODE_HOLDS = 60  # seconds
TOKEN_HOLDS = 300
RETURNS_TO = {"127.0.0.1", "localhost", "testserver"}

# What each mode does to an answer; "" is sound.
MODES = {
    "": "sound",
    "wrong_key": "the token is signed by another key under the same name",
    "unknown_kid": "the token names a key that nobody shows",
    "own_jwk": "the token brings its own key along in its header",
    "alg_none": "the token is not signed",
    "alg_hs256": "the token is signed with the public key as if it were a shared secret",
    "wrong_iss": "another issuer in the token",
    "wrong_aud": "another client in the token",
    "several_aud": "us and another client, and no azp",
    "wrong_azp": "handed to another client",
    "expired": "expired three minutes ago",
    "future": "made in an hour",
    "old": "made two hours ago and still running",
    "no_exp": "no end",
    "no_sub": "no subject",
    "wrong_nonce": "another nonce",
    "no_nonce": "no nonce",
    "wrong_at_hash": "made beside another access token",
    "userinfo_other": "userinfo tells of somebody else",
    "userinfo_contradicts": "userinfo tells another number than the token",
    "level1": "level 1 whatever was asked",
    "no_acr": "no level",
    "odd_acr": "a level of another kind",
    "old_auth": "proved an hour ago, whatever was asked",
    "no_auth_time": "does not say when somebody proved who they are",
    "iss_other": "another issuer on the way back",
    "iss_missing": "no issuer on the way back although it was announced",
    "replayable": "a code works again and again",
    "slow": "every answer takes longer than anybody waits",
    "slow_drops": "the answer comes one letter a second",
    "broken": "500 everywhere",
    "garbage": "not JSON",
    "list": "JSON, and no object",
    "huge": "an answer of megabytes",
    "redirects": "sends whoever asks for keys and tokens elsewhere",
    "no_s256": "announces that it takes no S256",
    "only_hs256": "announces only shared secrets",
    "foreign_issuer": "announces another issuer",
}


@dataclass
class Request:
    """Somebody who came to sign in."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    max_age: str


@dataclass
class Code:
    """What a code stands for."""

    request: Request
    persona: dict[str, Any]
    until: float
    used: bool = False


@dataclass
class StandIn:
    """The provider; a context manager that listens in a thread. `asked` holds every address of its sign-in page asked for."""

    port: int = 0
    client_id: str = "hocvu-minh-hoa"
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    personas: list[dict[str, Any]] = field(default_factory=lambda: json.loads(PERSONAS.read_text("utf-8")))
    mode: str = ""
    patience: float = 12.0
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.requests: dict[str, Request] = {}
        self.codes: dict[str, Code] = {}
        self.access: dict[str, Code] = {}
        self.keys_shown = 0
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.issuer = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> StandIn:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def settings(self) -> dict[str, str]:
        """What a relying party must be told."""
        return {
            "VNEID_ISSUER": self.issuer, "VNEID_CLIENT_ID": self.client_id, "VNEID_CLIENT_SECRET": self.client_secret
        }  # fmt: skip

    def turn_key(self) -> None:
        """Sign with a new key from now on, and show it beside the old one no more."""
        self.key = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig", "alg": "RS256"})

    # ---- What it announces

    def announcement(self) -> dict[str, Any]:
        at = self.issuer
        return {
            "issuer": "https://xau.example" if self.mode == "foreign_issuer" else at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/jwks",
            "end_session_endpoint": f"{at}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["HS256"] if self.mode == "only_hs256" else ["RS256"],
            "code_challenge_methods_supported": ["plain"] if self.mode == "no_s256" else ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
            "acr_values_supported": ["LoA1", "LoA2"],
        }

    # ---- Somebody signs in

    def receive(self, query: dict[str, str]) -> str:
        """Note a request; gives its key. Raises ValueError with what is wrong about it."""
        self.asked.append(query)
        wanted = {
            "client_id": query.get("client_id") == self.client_id,
            "response_type": query.get("response_type") == "code",
            "scope": "openid" in query.get("scope", "").split(),
            "redirect_uri": urlsplit(query.get("redirect_uri", "")).hostname in RETURNS_TO,
            "state": bool(query.get("state")),
            "code_challenge": len(query.get("code_challenge", "")) == 43,
            "code_challenge_method": query.get("code_challenge_method") == "S256",
        }
        if wrong := [name for name, sound in wanted.items() if not sound]:
            raise ValueError(", ".join(wrong))
        key = secrets.token_urlsafe(16)
        self.requests[key] = Request(
            query["redirect_uri"],
            query["state"],
            query.get("nonce", ""),
            query["code_challenge"],
            query.get("max_age", ""),
        )
        return key

    def choose(self, key: str, persona: str) -> str:
        """The address back, for somebody who picked a persona; "" of it is a no."""
        with self.lock:
            request = self.requests.pop(key)
        answer = {"state": request.state, "iss": self.issuer}
        if self.mode == "iss_other":
            answer["iss"] = "https://xau.example"
        if self.mode == "iss_missing":
            del answer["iss"]
        who = next((one for one in self.personas if one["key"] == persona), None)
        if who is None:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(24)
            self.codes[answer["code"]] = Code(request, who, time.time() + CODE_HOLDS)
        return f"{request.redirect_uri}?{urlencode(answer)}"

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code; None where the code, its address or its verifier is not right."""
        with self.lock:
            code = self.codes.get(form.get("code", ""))
            if code is None or (code.used and self.mode != "replayable") or code.until < time.time():
                return None
            code.used = True
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if form.get("redirect_uri") != code.request.redirect_uri or not hmac.compare_digest(
            challenge, code.request.challenge
        ):
            return None
        access = secrets.token_urlsafe(24)
        self.access[access] = code
        return {
            "access_token": access, "token_type": "Bearer", "expires_in": TOKEN_HOLDS,
            "id_token": self.id_token(code, access),
        }  # fmt: skip

    def id_token(self, code: Code, access: str) -> str:
        claims, header = self._claims(code, access), {"alg": "RS256", "kid": self.key.kid}
        match self.mode:
            case "wrong_key":
                return jwt.encode(header, claims, self.other_key)
            case "unknown_kid":
                return jwt.encode({**header, "kid": "k9"}, claims, self.other_key)
            case "own_jwk":
                own = {"alg": "RS256", "jwk": self.other_key.as_dict(private=False)}
                return jwt.encode(own, claims, self.other_key)
            case "alg_none":
                parts = ({"alg": "none", "typ": "JWT"}, claims)
                return (
                    ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts)
                    + "."
                )
            case "alg_hs256":
                shared = OctKey.import_key(base64.urlsafe_b64encode(self.key.as_pem(private=False)).decode())
                return jwt.encode({"alg": "HS256", "kid": self.key.kid}, claims, shared, algorithms=["HS256"])
        return jwt.encode(header, claims, self.key)

    def _claims(self, code: Code, access: str) -> dict[str, Any]:
        now, persona = int(time.time()), code.persona
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": self.client_id, "azp": self.client_id, "sub": self.subject(persona),
            "iat": now, "exp": now + TOKEN_HOLDS, "auth_time": now, "nonce": code.request.nonce,
            "acr": f"LoA{persona['level']}", "SoDinhDanh": persona["number"],
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }  # fmt: skip
        changes: dict[str, dict[str, Any]] = {
            "wrong_iss": {"iss": "https://xau.example"}, "wrong_aud": {"aud": "ai-khac"},
            "several_aud": {"aud": [self.client_id, "ai-khac"], "azp": None}, "wrong_azp": {"azp": "ai-khac"},
            "expired": {"iat": now - 300, "exp": now - 180}, "future": {"iat": now + 3600, "exp": now + 7200},
            "old": {"iat": now - 7200}, "no_exp": {"exp": None}, "no_sub": {"sub": None},
            "wrong_nonce": {"nonce": "ai-khac"}, "no_nonce": {"nonce": None}, "wrong_at_hash": {"at_hash": "sai"},
            "level1": {"acr": "LoA1"}, "no_acr": {"acr": None}, "odd_acr": {"acr": ["LoA2"]},
            "old_auth": {"auth_time": now - 3600}, "no_auth_time": {"auth_time": None},
        }  # fmt: skip
        claims |= changes.get(self.mode, {})
        return {name: value for name, value in claims.items() if value is not None}

    def userinfo(self, access: str) -> dict[str, Any] | None:
        code = self.access.get(access)
        if code is None:
            return None
        persona = code.persona
        number = "099199999999" if self.mode == "userinfo_contradicts" else persona["number"]
        return {
            "sub": "nan-nhan" if self.mode == "userinfo_other" else self.subject(persona),
            "HoVaTen": persona["name"], "SoDinhDanh": number, "NgayThangNamSinh": persona["birth"],
            "SoDienThoai": persona["phone"],
        }  # fmt: skip

    def subject(self, persona: dict[str, Any]) -> str:
        return hashlib.sha256(f"{self.client_id}:{persona['key']}".encode()).hexdigest()[:32]

    def is_client(self, header: str) -> bool:
        """Whether the Authorization header is our client's own."""
        try:
            name, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        except ValueError:
            return False
        return (unquote(name), unquote(secret)) == (self.client_id, self.client_secret)


def _handler(provider: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            match address.path:
                case "/.well-known/openid-configuration":
                    self.tell(provider.announcement())
                case "/jwks":
                    provider.keys_shown += 1
                    self.tell({"keys": [provider.key.as_dict(private=False)]})
                case "/userinfo":
                    said = provider.userinfo(self.headers.get("Authorization", "").removeprefix("Bearer "))
                    self.tell(said or {"error": "invalid_token"}, 200 if said else 401)
                case "/authorize":
                    self.ask(query)
                case "/end":
                    self.page(
                        "<h1>Đã đăng xuất khỏi trang minh họa</h1>" + _link(query.get("post_logout_redirect_uri", ""))
                    )
                case _:
                    self.page("<h1>Không có trang này</h1>", 404)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            if self.path == "/choose":
                try:
                    self.go(provider.choose(form.get("request", ""), form.get("persona", "")))
                except KeyError:
                    self.page("<h1>Lần đăng nhập này đã dùng rồi</h1>", 400)
            elif self.path == "/token":
                if not provider.is_client(self.headers.get("Authorization", "")):
                    self.tell({"error": "invalid_client"}, 401)
                else:
                    tokens = provider.exchange(form)
                    self.tell(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)
            else:
                self.page("<h1>Không có trang này</h1>", 404)

        def ask(self, query: dict[str, str]) -> None:
            """The page on which one picks who one is."""
            try:
                key = provider.receive(query)
            except ValueError as wrong:
                self.page(f"<h1>Yêu cầu chưa đúng</h1><p>{escape(str(wrong))}</p>", 400)
                return
            people = "".join(
                f'<button name="persona" value="{escape(one["key"])}"><b>{escape(one["name"])}</b><br>{escape(one["note"])}</button>'
                for one in provider.personas
            )
            self.page(
                "<h1>Chọn người để đăng nhập</h1><p>Đây là những người không có thật. Bấm một người để quay lại Học vụ số.</p>"
                f'<form method="post" action="/choose"><input type="hidden" name="request" value="{key}">{people}'
                '<button name="persona" value="-" class="no">Thôi, không đăng nhập</button></form>'
            )

        def tell(self, said: Any, status: int = 200) -> None:
            """An answer to a machine, as the mode has it."""
            body = json.dumps(said).encode()
            match provider.mode:
                case "broken":
                    status = 500
                case "garbage":
                    body = b"<html>?</html>"
                case "list":
                    body = b"[1, 2]"
                case "huge":
                    body = json.dumps({**said, "x": "x" * 3_000_000}).encode()
                case "slow":
                    time.sleep(provider.patience)
                case "redirects":
                    self.go(f"{provider.issuer}/.well-known/openid-configuration")
                    return
            self.begin(status, "application/json", len(body))
            try:
                for at in range(len(body)) if provider.mode == "slow_drops" else ():
                    self.wfile.write(body[at : at + 1])
                    time.sleep(1)
                if provider.mode != "slow_drops":
                    self.wfile.write(body)
            except OSError:
                self.close_connection = True  # whoever asked did not wait

        def page(self, inner: str, status: int = 200) -> None:
            body = f"<!doctype html><html lang=vi><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Trang minh họa</title><style>{_STYLE}</style><p class=mark>{MARK}</p><main>{inner}</main></html>".encode()
            self.begin(status, "text/html; charset=utf-8", len(body))
            self.wfile.write(body)

        def go(self, address: str) -> None:
            self.send_response(302)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def begin(self, status: int, kind: str, length: int) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: addresses hold codes."""

    return Handler


_STYLE = (
    "body{font:20px/1.5 sans-serif;margin:0;color:#111;background:#fff}main{max-width:34rem;margin:0 auto;padding:1rem}"
    ".mark{background:#b00020;color:#fff;font-weight:700;font-size:1.3rem;text-align:center;margin:0;padding:1rem}"
    "button{display:block;width:100%;margin:0 0 .75rem;padding:.75rem 1rem;font:inherit;text-align:left;background:#f3f3f3;"
    "color:#111;border:2px solid #555;border-radius:.5rem}.no{text-align:center;background:#fff}h1{font-size:1.5rem}"
)


def _link(address: str) -> str:
    sound = urlsplit(address).hostname in RETURNS_TO
    return f'<p><a href="{escape(address)}">Về Học vụ số</a></p>' if sound else ""


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description="Plays VNeID for the demo. NOT VNeID.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mode", choices=sorted(MODES), default="")
    asked = parser.parse_args()
    known = {
        name: value
        for name, variable in (("client_id", "VNEID_CLIENT_ID"), ("client_secret", "VNEID_CLIENT_SECRET"))
        if (value := os.environ.get(variable))
    }
    StandIn(port=asked.port, mode=asked.mode, **known).server.serve_forever()


if __name__ == "__main__":
    main()
