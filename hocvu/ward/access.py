"""Who may open what. Nothing is open unless it says so.

A view declares itself with `@needs("capability")`, `@signed_in` or `@public`; `DeniedByDefault` refuses the
rest. Lists, pages, exports and searches draw their rows through the one function `scoped`, and `can` asks the
same function about one row, so that a list and its pages never disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import Case, CharField, Model, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from hocvu.lib.prepared import Prepared
from hocvu.ward.capabilities import KNOWN, reach_of
from hocvu.ward.models import Account, Grant, Ward
from hocvu.ward.scope import Scope

Rows = TypeVar("Rows", bound=QuerySet[Any])
View = Callable[..., HttpResponseBase]


class WardRequest(HttpRequest):
    """A request whose ward is known; the visitor may be anonymous."""

    ward: Ward


class SignedInRequest(WardRequest):
    """A request of someone signed in."""

    user: Account


def scoped(queryset: Rows, account: Account | AnonymousUser, capability: str, ward: Ward | None = None) -> Rows:
    """The rows of `queryset` that the account may meet under a capability, within one ward where it is given.

    The model says by its `SCOPE` how rows hang on wards and units.
    """
    scope: Scope = queryset.model.SCOPE
    rows: Q | None = None
    for grant, reach in _grants_with(account, capability):
        reached = scope.reached(grant, reach)
        if reached is None:
            continue
        if not reached:
            rows = Q()
            break
        rows = reached if rows is None else rows | reached
    if rows is None:
        return queryset.none()
    if ward is not None:
        queryset = queryset.filter(scope.of_ward(ward))
    if not rows:
        return queryset
    return queryset.filter(pk__in=queryset.model._default_manager.filter(rows).values("pk"))


def can(account: Account | AnonymousUser, capability: str, row: Model) -> bool:
    """True where the account may do this to this very row."""
    return scoped(type(row)._default_manager.filter(pk=row.pk), account, capability).exists()


def may(account: Account | AnonymousUser | None, capability: str, ward: Ward | None) -> bool:
    """True where the account has the capability somewhere in the ward, however far it reaches there."""
    return any(
        grant.ward_id is None or (ward is not None and grant.ward_id == ward.pk)
        for grant, _ in _grants_with(account, capability)
    )


def _grants_with(account: Account | AnonymousUser | None, capability: str) -> list[tuple[Grant, str]]:
    if capability not in KNOWN:
        raise ValueError(f"no role has the capability {capability!r}")
    if not isinstance(account, Account) or not account.is_active:
        return []
    held = ((grant, reach_of(grant.role, capability)) for grant in account.current_grants)
    return [(grant, reach) for grant, reach in held if reach]


def needs(capability: str) -> Callable[[View], View]:
    """Open a view to accounts that have the capability in the request's ward.

    The anonymous are sent to sign in (401 as JSON for a script); the others meet 403.
    """
    if capability not in KNOWN:
        raise ValueError(f"no role has the capability {capability!r}")

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request)
            if not may(request.user, capability, getattr(request, "ward", None)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.capability = capability  # type: ignore[attr-defined]
        return guarded

    return declare


def signed_in(view: View) -> View:
    """Open a view to anyone signed in: pages about oneself."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.capability = "signed_in"  # type: ignore[attr-defined]
    return guarded


def public(view: View) -> View:
    """Open a view to everybody."""
    view.capability = "public"  # type: ignore[attr-defined]
    return view


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": "signed_out", "message": "Hãy đăng nhập rồi thử lại."}, status=401)
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=401)
        answer["HX-Refresh"] = "true"
        return answer
    return redirect_to_login(request.get_full_path())


def wants_json(request: HttpRequest) -> bool:
    """True where a script asks for JSON rather than a person for a page."""
    return (
        request.GET.get("dinh-dang") == "json"
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )


def ward_of_request(get_response: View) -> View:
    """Middleware: put the visitor's ward on the request.

    First the one chosen in this session among those the account reaches, then the ward of the account's
    first grant, then the ward of the host name, then the first of the installation.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            request.ward = _ward(request)  # type: ignore[attr-defined]
        except DatabaseError:
            if not request.path.startswith("/suc-khoe"):  # the health page says itself that the database is away
                raise
            request.ward = None  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _ward(request: HttpRequest) -> Ward | None:
    account = request.user
    if isinstance(account, Account):
        grants = account.current_grants
        chosen = request.session.get("ward")
        if chosen and any(grant.ward_id in (None, chosen) for grant in grants):
            return Ward.objects.filter(pk=chosen).first()
        for grant in grants:
            if grant.ward is not None:
                return grant.ward
    return _of_host(request.get_host().partition(":")[0])


def _of_host(host: str) -> Ward | None:
    """The ward of a host name, else the first of the installation. Every request asks this."""
    return _WARD.first(host=host)


_WARD = Prepared(
    lambda host: Ward.objects.order_by(Case(When(host=host, then=0), default=1), "pk")[:1], host=CharField()
)


class DeniedByDefault:
    """Middleware: refuse every view that has not declared who may open it."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not hasattr(view, "capability"):
            raise PermissionDenied
