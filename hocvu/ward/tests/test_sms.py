"""Text messages wait in the outbox, go out once after the commit, and leave neither number nor words behind."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from hocvu.lib.phones import mobile
from hocvu.ward import audit, jobs, keys, register, sms
from hocvu.ward.models import AuditEntry, SmsDay, SmsMessage
from hocvu.ward.tests.cast import make_ward

PHONE, WORDS = "0912345678", "Ma 482913 cua ban."
State = SmsMessage.State


class Gateway:
    """A stand-in of the operator's gateway: it answers what it is told to, and keeps what it took, once for each key."""

    def __init__(self) -> None:
        self.answers: list[int] = []  # statuses to give first; then 200
        self.delay = 0.0
        self.asked: list[dict[str, str]] = []
        self.taken: dict[str, str] = {}

    def take(self, headers: dict[str, str], body: dict[str, str]) -> tuple[int, dict[str, str]]:
        self.asked.append({**body, "key": headers["Idempotency-Key"], "token": headers["Authorization"]})
        time.sleep(self.delay)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.taken.setdefault(headers["Idempotency-Key"], body["text"])
        return status, {"id": f"vt-{headers['Idempotency-Key']}"} if status == 200 else {}


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    told = Gateway()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = told.take(dict(self.headers), body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            with suppress(OSError):  # whoever asked may have hung up
                self.wfile.write(text)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_GATEWAY, settings.SMS_TOKEN, settings.SMS_SENDER = "http", "bí mật", "HOCVUSO"
    settings.SMS_TOKEN = "token-of-the-ward"
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/gui"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def words(monkeypatch) -> None:
    monkeypatch.setitem(sms._TEMPLATES, "test", sms.Template("Ma {code} cua ban.", timedelta(minutes=5)))


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """A database whose transactions end, so that what waits for the commit runs."""
    yield
    audit.disarm()


def send(key: str = "code:1") -> SmsMessage:
    with transaction.atomic():
        message = sms.send(PHONE, "test", {"code": "482913"}, key)
    return SmsMessage.objects.get(pk=message.pk)


def later(**spans: float) -> None:
    """Let time pass for what waits."""
    span = timedelta(**spans)
    for message in SmsMessage.objects.all():
        message.at, message.next_at, message.expires_at = (
            message.at - span,
            message.next_at - span,
            message.expires_at - span,
        )
        message.failed_at = message.failed_at - span if message.failed_at else None
        message.save()


def test_it_goes_out_after_the_commit_and_is_wiped(committed, gateway):
    with transaction.atomic():
        sms.send(PHONE, "test", {"code": "482913"}, "code:1")
        assert gateway.asked == []
    assert gateway.asked == [
        {"to": "+84912345678", "from": "HOCVUSO", "text": WORDS, "key": "code:1", "token": "Bearer token-of-the-ward"}
    ]
    kept = SmsMessage.objects.get()
    assert (kept.state, kept.provider_id, kept.tries) == ("sent", "vt-code:1", 1)
    assert (kept.phone_sealed, kept.phone_index, kept.text_sealed) == (None, "", None)


def test_it_never_goes_out_when_the_act_is_taken_back(committed, gateway):
    with pytest.raises(RuntimeError), transaction.atomic():
        sms.send(PHONE, "test", {"code": "482913"}, "code:1")
        raise RuntimeError
    assert (gateway.asked, SmsMessage.objects.count()) == ([], 0)


def test_it_is_written_once_for_a_key(committed, gateway):
    assert send().pk == send().pk
    assert (len(gateway.asked), SmsDay.objects.get().count) == (1, 1)


def test_it_is_sealed_while_it_waits(committed, gateway):
    gateway.answers = [500]
    kept = send()
    assert kept.state == "waiting"
    raw = bytes(kept.phone_sealed) + bytes(kept.text_sealed) + kept.phone_index.encode()
    assert b"912345678" not in raw
    assert b"482913" not in raw


def test_it_tries_again_with_growing_pauses_and_sends_once(committed, gateway):
    gateway.answers = [500, 503]
    first = send()
    assert (first.state, first.next_at - first.failed_at) == ("waiting", timedelta(seconds=5))
    assert DBTaskResult.objects.filter(task_path__endswith="send_due").count() == 1
    sms.send_due.func()
    assert len(gateway.asked) == 1, "it is not due yet"
    later(seconds=6)
    sms.send_due.func()
    second = SmsMessage.objects.get()
    assert (second.tries, second.next_at - second.failed_at) == (2, timedelta(seconds=15))
    later(seconds=16)
    sms.send_due.func()
    assert SmsMessage.objects.get().state == "sent"
    assert gateway.taken == {"code:1": WORDS}
    assert {one["key"] for one in gateway.asked} == {"code:1"}


def test_a_slow_gateway_that_took_it_gets_the_same_key_again(committed, gateway, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT", 0.2)
    gateway.delay = 0.6
    assert send().state == "waiting"
    gateway.delay = 0
    time.sleep(0.6)
    later(seconds=6)
    sms.send_due.func()
    assert (SmsMessage.objects.get().state, len(gateway.asked), len(gateway.taken)) == ("sent", 2, 1)


def test_nobody_waits_for_a_gateway_that_failed_a_moment_ago(committed, gateway):
    gateway.answers = [500]
    send("code:1")
    assert (send("code:2").tries, len(gateway.asked)) == (0, 1)
    sms.send_due.func()
    assert SmsMessage.objects.get(key="code:2").state == "sent"


def test_a_code_that_expired_is_never_sent(committed, gateway):
    gateway.answers = [500]
    send()
    later(minutes=6)
    sms.send_due.func()
    kept = SmsMessage.objects.get()
    assert (kept.state, kept.phone_sealed, kept.text_sealed, len(gateway.asked)) == ("dropped", None, None, 1)


def test_a_message_that_is_declined_is_not_tried_again(committed, gateway):
    gateway.answers = [422]
    kept = send()
    assert (kept.state, kept.text_sealed) == ("failed", None)


def test_it_follows_no_redirect_and_believes_no_answer_without_an_id(committed, gateway):
    gateway.answers = [302, 201]
    assert send().state == "waiting"
    later(seconds=40)
    sms.send_due.func()
    assert (SmsMessage.objects.get().state, len(gateway.asked), gateway.taken) == ("waiting", 2, {})


def test_two_workers_send_it_once(committed, gateway):
    gateway.answers = [500]
    kept = send()
    later(seconds=6)
    gateway.delay = 0.3
    barrier = threading.Barrier(4)

    def work() -> None:
        from django.db import connection

        barrier.wait()
        sms.deliver(kept.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (SmsMessage.objects.get().state, len(gateway.asked)) == ("sent", 2)


def test_what_a_killed_process_left_is_taken_up_by_the_job(committed, gateway, settings):
    settings.SMS_GATEWAY = ""
    with transaction.atomic():
        message = sms.send(PHONE, "test", {"code": "482913"}, "code:1")
        transaction.get_connection().run_on_commit.clear()
    settings.SMS_GATEWAY = "http"
    assert "1 tin nhắn" in jobs.send_waiting_messages(timezone.now())
    sms.send_due.func()
    message.refresh_from_db()
    assert message.state == "sent"


def test_the_day_s_budget_is_kept_and_said_on_the_page_of_health(committed, gateway, settings, client):
    settings.SMS_DAILY_BUDGET = 2
    send("code:1")
    assert "notes" not in client.get("/suc-khoe?dinh-dang=json").json()
    send("code:2")
    with pytest.raises(sms.BudgetSpent, match="hết số tin nhắn"):
        send("code:3")
    assert (len(gateway.asked), SmsMessage.objects.count()) == (2, 2)
    assert "đã gửi hết" in client.get("/suc-khoe?dinh-dang=json").json()["notes"][0]
    SmsDay.objects.update(day=timezone.now().date() - timedelta(days=2))
    assert send("code:3").state == "sent"


def test_neither_number_nor_words_reach_log_or_trail(committed, gateway, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    gateway.answers = [500, 422]
    send("code:1")
    later(seconds=40)
    sms.send_due.func()
    send("code:2")
    out, err = capfd.readouterr()
    said = caplog.text + out + err + str(list(AuditEntry.objects.values())) + str(list(DBTaskResult.objects.values()))
    for secret in ("482913", "912345678", "token-of-the-ward"):
        assert secret not in said


@pytest.mark.django_db
def test_the_gateway_says_later_that_it_arrived(client, settings):
    settings.SMS_WEBHOOK_SECRET = "chung"
    now = timezone.now()
    made = SmsMessage.objects.create(
        key="code:1", template="test", state="sent", provider_id="vt-1", at=now, next_at=now, expires_at=now
    )

    def tell(status: str, shared: str = "chung") -> int:
        body = json.dumps({"id": "vt-1", "status": status}).encode()
        signed = hmac.new(shared.encode(), body, hashlib.sha256).hexdigest()
        return client.post(
            "/sms/trang-thai/", body, content_type="application/json", headers={"X-Sms-Signature": signed}
        ).status_code

    assert tell("delivered", shared="khác") == 403
    assert SmsMessage.objects.get().state == "sent"
    assert tell("delivered") == 204
    assert SmsMessage.objects.get().state == "delivered"
    assert tell("failed") == 204, "too late: it has arrived"
    made.refresh_from_db()
    assert made.state == "delivered"
    settings.SMS_WEBHOOK_SECRET = ""
    assert tell("delivered") == 404


def test_it_is_sealed_again_when_keys_change(committed, gateway, settings):
    gateway.answers = [500]
    send()
    old = sms.keyring()
    old_key = keys._made("seal")
    settings.REGISTER_KEYS = f"dev1:{old_key} k002:{keys._made('other')}"
    settings.REGISTER_INDEX_KEY = keys._made("index")
    assert register.rotate() == 2
    kept = SmsMessage.objects.get()
    assert sms.keyring().is_current(kept.text_sealed)
    assert not old.is_current(kept.text_sealed)
    later(seconds=6)
    sms.send_due.func()
    assert gateway.taken == {"code:1": WORDS}


@pytest.mark.django_db
def test_old_messages_are_forgotten():
    make_ward()
    now = timezone.now()
    for key, days in (("a", 91), ("b", 1)):
        at = now - timedelta(days=days)
        SmsMessage.objects.create(key=key, template="test", at=at, next_at=at, expires_at=at)
    assert sms.forget_old_messages(90) == 1


# ---- Numbers

digits = st.text("0123456789", min_size=7, max_size=7)
prefixes = st.sampled_from(["032", "039", "052", "056", "070", "079", "081", "086", "090", "091", "098"])


@given(
    prefixes,
    digits,
    st.sampled_from(["0", "+84", "84", "0084", "+840"]),
    st.lists(st.sampled_from(" .-\u00a0"), max_size=5),
    st.randoms(),
)
def test_a_number_is_the_same_however_it_is_written(prefix, rest, start, between, random):
    plain = prefix + rest
    written = list(plain[1:])
    for sign in between:
        written.insert(random.randint(0, len(written)), sign)
    assert mobile(start + "".join(written)) == plain


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_mobile_number_or_nothing(text):
    known = mobile(text)
    assert known == "" or (len(known) == 10 and known.isascii() and known.isdigit() and known[0] == "0")
    assert mobile(known) == known


@pytest.mark.parametrize(
    "text",
    [
        "0225 3747 123",
        "024 3825 1234",
        "1900 1234",
        "112",
        "+1 202 555 0100",
        "0912 345 67",
        "0912 345 6789",
        "٠٩١٢٣٤٥٦٧٨",
    ],
)
def test_landlines_services_and_foreign_numbers_are_none(text):
    assert mobile(text) == ""
