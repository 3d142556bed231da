"""One story of several devices in the field, told by a seed, with whatever can go wrong on the way.

The devices are those of devices.js with the shipped script in them; the platform is the real one, asked in this process
over the test's database. In between stands the network of the story: it loses what is asked or answered, doubles it,
holds it until later, answers in another's stead, ends sessions; pages end at any write; clocks are off by days; meanwhile
households move, rights end, teams get other places. Chance comes from the seed alone, and the clocks are the story's, so
that a seed tells the same story whenever it is told.

In the end everything heals: the network is good and the right people sign in. Then `Simulation.check` holds what the
devices had promised against the tables, and `arriving.in_every_order` lets the same parcels arrive in other orders.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.test import Client
from django.utils.html import format_html

from hocvu.lib import clock
from hocvu.outreach.models import Clash, TeamPlace, Visit
from hocvu.outreach.tests.cast import RECORD, Field
from hocvu.ward import devices as devices_said
from hocvu.ward import granting, living, outbox
from hocvu.ward.models import Account, Grant, Household, Receipt
from tests.field.devices import Ask, Devices, Told

ME = "/hoc/toi.json"
BEGIN = datetime(2026, 3, 4, 1, tzinfo=UTC)  # 8 o'clock in the ward
IDLE = 7200  # seconds, as a session of staff
GUEST = "guest"
PORTAL = (200, {"Content-Type": "text/html"}, "<html>Wi-Fi: please sign in</html>")
BAD_GATEWAY = (502, {"Content-Type": "text/html"}, "Bad gateway")

# What happens to a post on its way, and to the question who is signed in; how often of a hundred.
POSTED = {
    "through": 38, "lost": 9, "answer lost": 7, "502 after": 6, "portal": 4, "portal after": 3, "redirect": 2,
    "late": 5, "late after": 4, "twice": 6, "stale token": 4, "session ends": 2, "page ends before": 2,
    "page ends after": 3, "page ends writing": 5,
}  # fmt: skip
ASKED = {"through": 76, "lost": 8, "502 after": 3, "portal": 5, "redirect": 3, "late": 3, "session ends": 2}


@dataclass
class Tab:
    """A page that is open on a device, and whose it takes itself to be."""

    name: str
    account: Account | None
    seen: float


@dataclass
class Device:
    """A phone: who is signed in on it, how far its clock is off, what is open."""

    name: str
    account: Account
    client: Client
    shift: timedelta = timedelta(0)
    offline: bool = False
    last: Tab | None = None  # whose the device is, as its storage remembers
    tabs: list[Tab] = field(default_factory=list)


@dataclass
class Kept:
    """What a device said it had kept: from then on it must arrive, once."""

    id: str
    device: str
    author: Account | None  # None: kept while nobody was signed in
    guest_of: Account
    pairs: list[tuple[str, str]]
    made: datetime


@dataclass(frozen=True)
class Letter:
    """A request under way, with the cookies it was sent with."""

    ask: Ask
    cookies: dict[str, str]
    account: Account
    at: datetime | None = None  # when it arrived

    @property
    def clock(self) -> datetime | None:
        """What the device said it was when it sent this."""
        return devices_said.moment(self.ask.headers.get("x-outbox-now", ""))

    @property
    def shift(self) -> timedelta | None:
        """How far that was ahead, or had come to be behind on a slow way."""
        return self.clock - self.at if self.clock and self.at else None


class Simulation:
    """The story of one seed."""

    def __init__(self, seed: int, devices: Devices, cast: Field, script: str) -> None:
        self.seed, self.chance, self.devices, self.cast = seed, random.Random(seed), devices, cast
        self.now = BEGIN + timedelta(minutes=self.chance.randrange(300))
        self.phones: dict[str, Device] = {}
        self.under_way: list[Ask] = []  # asked by living pages, not answered
        self.held: list[Letter] = []  # will reach the platform later
        self.kept: dict[str, Kept] = {}
        self.forged: dict[str, list[Any]] = {}  # what somebody else sent under an id
        self.strangers: dict[str, set[Account]] = {}  # whose that was, where nobody had said yet whose the first is
        self.arrived: dict[tuple[str, str, int], Letter] = {}  # every parcel that ever reached the platform
        self.moved = False  # whether anything of the ward changed on the way
        self.trail: list[str] = []
        self.count = 0
        devices.clear(script, self.now.timestamp(), seed)

    # ---- The story

    def run(self) -> None:
        """Tell it to the end."""
        for number, account in enumerate((self.cast.net, self.cast.lan, self.cast.tam)):
            phone = Device(f"s{self.seed}d{number}", account, self._signed_in(account))
            self.phones[phone.name] = phone
            self._open(phone)
            if self.chance.random() < 0.6:
                self._shift(phone, timedelta(minutes=self.chance.randint(-3 * 24 * 60, 3 * 24 * 60)))
            phone.offline = self.chance.random() < 0.5
        plan = self._plan()
        while plan:
            if self.under_way and self.chance.random() < 0.65:
                self._pass(self.chance.choice(self.under_way))
            elif self.held and self.chance.random() < 0.2:
                self._deliver_late(self.chance.choice(self.held))
            else:
                plan.pop()()
        self._heal()

    def _plan(self) -> list[Callable[[], None]]:
        pick = self.chance
        acts: list[Callable[[], None]] = [self._visit] * pick.randint(5, 8)
        acts += [self._correct] * pick.randint(1, 2) + [self._send_now] * 3 + [self._change_network] * 3
        for act, often in (
            (self._second_tab, 0.5), (self._end_page, 0.7), (self._another_signs_in, 0.5), (self._set_clock, 0.4),
            (self._forge, 0.3), (self._end_session, 0.4), (self._change_ward, 0.5), (self._visit_as_battery_dies, 0.4),
        ):  # fmt: skip
            acts += [act] * (pick.random() < often)
        pick.shuffle(acts)
        return acts

    def _phone(self) -> Device:
        phone = self.chance.choice(list(self.phones.values()))
        self._wait(timedelta(minutes=self.chance.choice((1, 1, 2, 3, 20, 90))))
        if not phone.tabs:
            self._open(phone)
        return phone

    def _visit(self, before: tuple[Any, ...] | None = None) -> Tab:
        """Somebody fills the form at a door, and perhaps presses twice."""
        phone = self._phone()
        return self._fill(phone, self._content(), before)

    def _content(self) -> list[tuple[str, str]]:
        pick = self.chance
        homes = [*self.cast.homes, self.cast.away]
        pairs = [("ho", str(pick.choice(homes).pk))]
        if pick.random() < 0.1:
            pairs = [("ma_ho", pick.choice((homes[0].code, homes[1].code.lower(), "TDP09-9999")))]
        outcome = pick.choice(("informed", "informed", "informed", "nobody", "later", "refused", "moved"))
        pairs.append(("ket_qua", outcome))
        if outcome == "informed":
            pairs += [("da_noi", one) for one in pick.sample(("movement", "safety", "payment"), pick.randint(1, 3))]
        return pairs

    def _correct(self) -> None:
        """Something is corrected that was kept on this device or another, arrived or not."""
        own = [one for one in self.kept.values() if not dict(one.pairs).get("sua") or self.chance.random() < 0.3]
        if not own:
            return
        phone = self._phone()
        mine = [one for one in own if one.author == phone.tabs[-1].account]
        wrong = self.chance.choice(mine or own)
        said = dict(wrong.pairs)
        pairs = [(name, said[name]) for name in ("ho", "ma_ho") if name in said]
        pairs += [("ket_qua", self.chance.choice(("informed", "nobody", "mistake"))), ("sua", wrong.id)]
        self._fill(phone, [*pairs, ("ly_do", "Bấm nhầm")])

    def _fill(self, phone: Device, pairs: list[tuple[str, str]], before: tuple[Any, ...] | None = None) -> Tab:
        tab = self.chance.choice(phone.tabs)
        idle = self._clock_of(phone).timestamp() - tab.seen > IDLE
        author = None if idle else tab.account
        acts = [(*before[:1], tab.name, *before[1:])] if before else []
        self._tell(f"{phone.name}: {tab.name} keeps {pairs} as {author or GUEST}")
        told = self._do(*acts, ("fill", tab.name, pairs, self.chance.choice((1, 1, 2))))
        ids = [one["id"] for one in told.kept]
        if tab in phone.tabs:
            assert len(ids) == 1, "a form that was sent is kept once"
        else:  # the page ended at a write, this one or one that it owed: it had no time to say what it kept
            assert not ids
            lying = [one["id"] for one in self.devices.stored(phone.name)["records"]]
            ids = [one for one in lying if one not in self.kept]
            most = 0 if before and before[-1] == "before" else 1
            assert len(ids) <= most, "a form that was sent as the page ended is kept once or not at all"
        for key in ids:
            made = self._clock_of(phone)
            self.kept[key] = Kept(key, phone.name, author, tab.account or phone.account, pairs, made)
        return tab

    def _visit_as_battery_dies(self) -> None:
        self._visit(("doom", 1, self.chance.choice(("before", "after"))))

    def _send_now(self) -> None:
        phone = self._phone()
        tab = self.chance.choice(phone.tabs)
        how = self.chance.choice((("press", tab.name, "Gửi ngay"), ("online", tab.name), ("wait", tab.name)))
        self._do(how)

    def _change_network(self) -> None:
        phone = self._phone()
        phone.offline = not phone.offline
        if not phone.offline:
            self._do(*[("online", tab.name) for tab in phone.tabs])

    def _second_tab(self) -> None:
        self._open(self._phone())

    def _end_page(self) -> None:
        phone = self._phone()
        self._do(("end", self.chance.choice(phone.tabs).name))

    def _another_signs_in(self) -> None:
        """On the same device; what lies there is not theirs."""
        phone = self._phone()
        others = [one for one in (self.cast.net, self.cast.lan, self.cast.tam) if one != phone.account]
        phone.account, phone.offline = self.chance.choice(others), False
        phone.client = self._signed_in(phone.account)
        self._open(phone)

    def _set_clock(self) -> None:
        self._shift(self._phone(), timedelta(minutes=self.chance.randint(-3 * 24 * 60, 3 * 24 * 60)))

    def _end_session(self) -> None:
        """The platform forgets who was signed in; later they sign in again."""
        phone = self._phone()
        phone.client.session.flush()
        if self.chance.random() < 0.5:
            phone.client = self._signed_in(phone.account)
            self._open(phone)

    def _forge(self) -> None:
        """Under the id of something else there comes another content: before it, or after."""
        if not self.kept:
            return
        one = self.chance.choice([*self.kept.values()])
        author = one.author or one.guest_of
        if one.author is None:
            self.strangers.setdefault(one.id, set()).add(author)  # who joins it in the end may be another
        pairs = [*self._content(), ("ly_do", "khác")]
        body = QueryDict(urlencode(pairs))
        headers = {
            "content-type": "application/x-www-form-urlencoded;charset=UTF-8", "accept": "application/json",
            "x-outbox-id": one.id, "x-outbox-digest": outbox.digest_of(body), "x-outbox-owner": outbox.owner_of(author),
            "x-outbox-made": one.made.isoformat(),
        }  # fmt: skip
        client = self._signed_in(author)
        with clock.stopped_at(self.now):
            headers["x-csrftoken"] = client.get(ME).json()["csrf"]
        self.forged.setdefault(one.id, []).append(pairs)
        self._tell(f"something else comes under {one.id}")
        ask = Ask("", 0, RECORD, "POST", headers, urlencode(pairs).encode())
        self._deliver(Letter(ask, _cookies(client), author))

    def _change_ward(self) -> None:
        """Meanwhile, at the office."""
        self.moved = True
        what = self.chance.choice(("moves", "right ends", "another place", "place goes"))
        self._tell(f"at the office: {what}")
        with clock.stopped_at(self.now):
            self._change(what)

    def _change(self, what: str) -> None:
        cast, day = self.cast, clock.local_day(self.now)
        if what == "moves":
            home = self.chance.choice(cast.homes)
            living.change_household(
                home, address=home.address, neighbourhood=cast.eight, head=None, day=day, by=cast.hoa
            )
        elif what == "right ends":
            given = Grant.objects.filter(account=self.chance.choice((cast.net, cast.tam)), valid_to=None).first()
            if given:
                granting.end(given, by=cast.hoa)
        elif what == "another place":
            TeamPlace.objects.create(team=cast.team, neighbourhood=cast.eight, valid_from=day)
        else:
            living.move_neighbourhood(cast.seven, cast.eight, day)

    # ---- Devices

    def _open(self, phone: Device) -> Tab:
        """A page is opened: from the platform it says whose it is, without a network it is a copy that does not."""
        self.count += 1
        name, moment = f"{phone.name}t{self.count}", self._clock_of(phone).timestamp()
        if phone.offline and phone.last:
            last = phone.last
            account = last.account if moment - last.seen <= IDLE else None
            html = _page(None)
        else:
            phone.offline, account = False, phone.account
            html = _page(account)
        tab = Tab(name, account, moment)
        phone.last = tab if account else None
        phone.tabs.append(tab)
        self._tell(f"{phone.name}: {name} opens as {account or GUEST}{', a copy' if phone.offline else ''}")
        self._do(("open", {"device": phone.name, "name": name, "html": html, "path": "/tham-ho/"}))
        return tab

    def _shift(self, phone: Device, by: timedelta) -> None:
        self._tell(f"{phone.name}: its clock is off by {by}")
        phone.shift = by
        self._do(("shift", phone.name, by.total_seconds() * 1000))

    def _clock_of(self, phone: Device) -> datetime:
        return self.now + phone.shift

    def _wait(self, time: timedelta) -> None:
        self.now += time
        self._do(("clock", round(self.now.timestamp() * 1000)))

    def _signed_in(self, account: Account) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.force_login(account)
        return client

    def _do(self, *acts: tuple[Any, ...]) -> Told:
        told = self.devices.do(*acts)
        self.under_way += told.asked
        self.under_way.sort(key=lambda ask: (ask.tab, ask.id))
        for phone in self.phones.values():
            for tab in [tab for tab in phone.tabs if tab.name in told.dead]:
                phone.tabs.remove(tab)
                self._bury(phone, tab)
        return told

    def _bury(self, phone: Device, tab: Tab) -> None:
        """A page ended; what it asked may reach the platform all the same."""
        self._tell(f"{phone.name}: {tab.name} is gone")
        for ask in [ask for ask in self.under_way if ask.tab == tab.name]:
            self.under_way.remove(ask)
            if ask.method == "POST" and self.chance.random() < 0.6:
                self.held.append(self._letter(phone, ask))

    # ---- The network

    def _pass(self, ask: Ask) -> None:
        """Something that was asked meets its fate."""
        phone = next(one for one in self.phones.values() if any(tab.name == ask.tab for tab in one.tabs))
        fates = POSTED if ask.method == "POST" else ASKED
        fate = self.chance.choices([*fates], [*fates.values()])[0]
        if phone.offline:
            fate = "lost"
        self.under_way.remove(ask)
        self._tell(f"{ask.tab} {ask.method} {ask.path} {ask.headers.get('x-outbox-id', '')}: {fate}")
        letter = self._letter(phone, ask)
        if fate in ("lost", "late", "redirect"):
            if fate == "late" and ask.method == "POST":
                self.held.append(letter)
            self._answer(ask, how=fate)
        elif fate == "portal":
            self._answer(ask, PORTAL)
        elif fate == "page ends before":
            self.held += [letter] * self.chance.randint(0, 1)
            self._do(("end", ask.tab))
        else:
            self._through(phone, ask, letter, fate)

    def _through(self, phone: Device, ask: Ask, letter: Letter, fate: str) -> None:
        if fate == "session ends":
            phone.client.session.flush()
        if fate == "stale token":
            phone.client.cookies["csrftoken"] = "x" * 32
        if fate == "twice":
            self.held += [letter] * self.chance.randint(0, 1)
            self._deliver(letter)
        answer = self._deliver(letter, phone.client)
        if fate == "answer lost":
            self._answer(ask, how="lost")
        elif fate == "late after":
            self._answer(ask, how="late")
        elif fate == "502 after":
            self._answer(ask, BAD_GATEWAY)
        elif fate == "portal after":
            self._answer(ask, PORTAL)
        elif fate == "page ends after":
            self._do(("end", ask.tab))
        elif fate == "page ends writing":
            when = self.chance.choice(("before", "after"))
            self._answer(ask, answer, before=("doom", ask.tab, self.chance.randint(1, 2), when))
        else:
            self._answer(ask, answer)

    def _answer(
        self, ask: Ask, answer: tuple[int, dict[str, str], str] | None = None, *, how: str = "",
        before: tuple[Any, ...] | None = None,
    ) -> None:  # fmt: skip
        acts = [before] if before else []
        self._do(*acts, ("answer", ask.tab, ask.id, how, *(answer or ())))

    def _letter(self, phone: Device, ask: Ask) -> Letter:
        return Letter(ask, _cookies(phone.client), phone.account)

    def _deliver_late(self, letter: Letter) -> None:
        self.held.remove(letter)
        self._tell(f"late: {letter.ask.headers.get('x-outbox-id', '')}")
        self._deliver(letter)

    def _deliver(self, letter: Letter, client: Client | None = None) -> tuple[int, dict[str, str], str]:
        """Let the platform have it; nothing that makes sense is refused, whatever happened to it."""
        ask = letter.ask
        if client is None:
            client = Client(enforce_csrf_checks=True)
            for name, value in letter.cookies.items():
                client.cookies[name] = value
        headers = {name: value for name, value in ask.headers.items() if name != "content-type"}
        with clock.stopped_at(self.now):
            response = client.generic(
                ask.method, ask.path, ask.body, ask.headers.get("content-type", ""), headers=headers
            )
        said = response.content.decode()
        assert response.status_code in (200, 202, 401, 403, 409), (
            f"{ask.path} was answered {response.status_code}: {said}"
        )
        if ask.method == "POST" and response.status_code in (200, 202, 409):
            key = (ask.headers["x-outbox-id"], ask.headers["x-outbox-digest"], letter.account.pk)
            self.arrived.setdefault(key, replace(letter, at=self.now))
        return response.status_code, {"Content-Type": response.headers["Content-Type"]}, said

    # ---- In the end

    def _heal(self) -> None:
        """The network is good, clocks are set, whoever kept something signs in on that device."""
        self._tell("everything heals")
        for phone in self.phones.values():
            phone.offline = False
            self._do(*[("end", tab.name) for tab in phone.tabs])
        while self.held:
            self._deliver_late(self.chance.choice(self.held))
        for phone in self.phones.values():
            self._shift(phone, timedelta(0))
            self._send_everything(phone)

    def _send_everything(self, phone: Device) -> None:
        for _ in range(4):
            waiting = [one for one in self.devices.stored(phone.name)["records"] if one["state"] == "waiting"]
            if not waiting:
                return
            self._sign_in_and_send(phone, waiting[0])
        raise AssertionError(f"{phone.name} sends no more, and keeps {waiting}")

    def _sign_in_and_send(self, phone: Device, record: dict[str, Any]) -> None:
        owners = {outbox.owner_of(one): one for one in (self.cast.net, self.cast.lan, self.cast.tam)}
        one = self.kept[record["id"]]
        phone.account = owners.get(record["owner"], one.guest_of)
        phone.client = self._signed_in(phone.account)
        self._wait(timedelta(minutes=1))
        tab = self._open(phone)
        self._serve(phone)
        if record["owner"] == GUEST:
            for other in self.devices.stored(phone.name)["records"]:
                if other["owner"] == GUEST:
                    self.kept[other["id"]].author = phone.account
            self._do(("press", tab.name, "Đúng, ghi cho tôi"))
            self._serve(phone)
        self._do(("end", tab.name))

    def _serve(self, phone: Device) -> None:
        while self.under_way:
            ask = self.under_way.pop(0)
            self._answer(ask, self._deliver(self._letter(phone, ask), phone.client))

    def _tell(self, what: str) -> None:
        self.trail.append(f"{self.now:%d/%m %H:%M} {what}")

    # ---- What must hold

    def check(self) -> None:
        """What devices had promised is in the tables, once, as it was; what could not be is in sight."""
        rows = {str(row.pk): row for row in Visit.objects.all()}
        clashes = list(Clash.objects.all())
        lost = set(self.kept) - set(rows)
        assert not lost, f"kept on a device and never arrived: {sorted(lost)}"
        more = set(rows) - set(self.kept)
        assert not more, f"rows that no device kept: {sorted(more)}"
        for key, one in self.kept.items():
            row = rows[key]
            makers = {one.author, *self.strangers.get(key, set())}
            assert row.made_by in makers, f"{key} is {row.made_by}'s, and was made by {one.author}"
            others = [_said(clash.fields) for clash in clashes if str(clash.first) == key]
            wanted = sorted([_said(one.pairs), *map(_said, self.forged.get(key, []))])
            assert sorted([_of(row), *others]) == wanted, (
                f"under {key} stand {[_of(row), *others]}, and should {wanted}"
            )
            assert row.made_at == one.made, f"{key} was made {one.made}, not {row.made_at}"
        self._check_waiting(rows)
        self._check_conflicts(rows)
        self._check_what_stands(rows)

    def _check_waiting(self, rows: dict[str, Visit]) -> None:
        """What waits says why, on the row and on the receipt; everything else counts."""
        told = {str(one.pk): one for one in Receipt.objects.exclude(result=Receipt.Result.CONFLICT)}
        assert set(told) == set(rows), "a receipt of each row, and a row of each receipt"
        shifts = self._shifts()
        for key, row in rows.items():
            assert row.state == (Visit.State.WAITING if row.doubts else Visit.State.COUNTS), key
            ahead = row.made_at - row.received_at > timedelta(days=1)
            assert ("clock_ahead" in row.doubts) == ahead, f"{key}: made {row.made_at}, received {row.received_at}"
            behind = not ahead and shifts[key] < -timedelta(days=1)
            assert ("clock_behind" in row.doubts) == behind, f"{key}: its clock was off by {shifts[key]}"
            if told[key].result == Receipt.Result.QUARANTINED:
                assert row.doubts and told[key].reason, key
            assert ("root_waits" in row.doubts) == _waits_for_root(row, rows.get(str(row.corrects))), key

    def _shifts(self) -> dict[str, timedelta]:
        """How far the clock of each first arrival was ahead."""
        return {key: one.shift or timedelta(0) for (key, *_), one in reversed(self.arrived.items())}

    def _check_conflicts(self, rows: dict[str, Visit]) -> None:
        """Devices are empty but for what came under a used id; that is in sight there, with a reason, and at the office."""
        for phone in self.phones.values():
            left = self.devices.stored(phone.name)["records"]
            assert all(one["state"] == "conflict" and one["reason"] for one in left), left
            wanted = {
                key for key, one in self.kept.items() if one.device == phone.name and _of(rows[key]) != _said(one.pairs)
            }
            assert {one["id"] for one in left} == wanted, f"{phone.name} keeps {left}, and should {wanted}"
            for account in {self.kept[one["id"]].author for one in left}:
                assert account
                mine = [one for one in left if one["owner"] == outbox.owner_of(account)]
                phone.account, phone.client = account, self._signed_in(account)
                tab = self._open(phone)
                self._serve(phone)
                seen = self.devices.says(tab.name)
                assert any(words.startswith(f"{len(mine)} ") for words in seen["line"]), seen
                assert len(seen["list"]) == len(mine), seen

    def _check_what_stands(self, rows: dict[str, Visit]) -> None:
        """The figure is that of the visits which nobody doubts, each as its latest correction says."""
        counts = [row for row in rows.values() if row.state == Visit.State.COUNTS]
        latest: dict[UUID, Visit] = {}
        shifts, step = self._shifts(), timedelta(minutes=10)

        def said_at(row: Visit) -> datetime:
            return min(row.made_at - round(shifts[str(row.pk)] / step) * step, row.received_at)

        for row in sorted(counts, key=lambda row: (row.corrects is not None, said_at(row), row.pk)):
            latest[row.corrects or row.pk] = row
        stand = {row.pk for row in latest.values() if row.outcome != Visit.Outcome.MISTAKE}
        standing = Visit.objects.of(self.cast.ward).standing()
        assert set(standing.values_list("pk", flat=True)) == stand
        homes = {row.household_id for row in latest.values() if row.outcome == Visit.Outcome.INFORMED}
        assert set(standing.informed().values_list("household", flat=True)) == homes


def _waits_for_root(row: Visit, root: Visit | None) -> bool:
    """Whether what a correction is about waits, for more than to know the household that the correction says."""
    if root is None or root.state != Visit.State.WAITING:
        return False
    return not row.household_id or not {"no_household", "ambiguous_code"}.issuperset(root.doubts)


def _of(row: Visit) -> tuple[Any, ...]:
    return row.outcome, tuple(sorted(row.shown)), str(row.household_id or ""), row.why


def _said(pairs: Iterable[Sequence[str]]) -> tuple[Any, ...]:
    fields = QueryDict(urlencode([(name, value) for name, value in pairs]))
    home = fields.get("ho", "")
    if code := fields.get("ma_ho"):
        found = Household.objects.filter(code=code.upper()).first()
        home = str(found.pk) if found else ""
    return fields["ket_qua"], tuple(sorted(fields.getlist("da_noi"))), home, fields.get("ly_do", "")


def _cookies(client: Client) -> dict[str, str]:
    return {name: one.value for name, one in client.cookies.items()}


def _page(account: Account | None) -> str:
    """A page with the form of a visit, with what every page says of its owner; a copy says nothing of that."""
    owner = format_html(
        '<meta name="hv-owner" content="{}" data-key="{}" data-idle="{}">',
        outbox.owner_of(account), outbox.public_key(account), IDLE,
    ) if account else '<meta name="hv-copy" content="1">'  # fmt: skip
    shown = "".join(f'<input type="checkbox" name="da_noi" value="{one}">' for one in Visit.Shown.values)
    fields = "".join(f'<input name="{name}">' for name in ("ho", "ma_ho", "ket_qua", "hen_ngay", "sua", "ly_do"))
    return (
        f'<!doctype html><html lang="vi"><head><title>Thăm hộ</title>{owner}</head><body><main><div class="hv-wrap">'
        f'<h1>Thăm hộ</h1><form method="post" action="{RECORD}" data-outbox="{RECORD}">'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="">{fields}{shown}<button>Ghi</button></form>'
        "<section data-outbox-list hidden><ul></ul></section></div></main></body></html>"
    )
