"""The one settings file. A knob is read once, by a helper that refuses nonsense.

Development needs no variable. Production sets HOCVU_ENV=production and must name its secrets.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]


def flag(name: str, default: bool) -> bool:
    """Read a yes/no variable; refuse anything but 'true' and 'false'."""
    value = os.environ.get(name, str(default)).lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} must be 'true' or 'false', not {value!r}")
    return value == "true"


def names(name: str) -> list[str]:
    """Read a comma-separated list; absent means empty."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def options(name: str) -> dict[str, object]:
    """Read a JSON object; absent means empty."""
    try:
        value = json.loads(os.environ.get(name) or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f'{name} must be a JSON object such as {{"bucket_name": "hocvu"}}')
    return value


ENV = os.environ.get("HOCVU_ENV", "development")
if ENV not in {"development", "production", "test"}:
    raise ImproperlyConfigured(f"HOCVU_ENV must be development, test or production, not {ENV!r}")
PRODUCTION = ENV == "production"


def secret(name: str, development: str) -> str:
    """Read a secret. Production refuses to start without it, or with a short one."""
    value = os.environ.get(name, "")
    if not value and not PRODUCTION:
        return development
    if len(value) < 50:
        raise ImproperlyConfigured(f"{name} must be set to at least 50 random characters in production")
    return value


SECRET_KEY = secret("SECRET_KEY", "development-only-key-never-used-in-production-0123456789abcdef")
# What seals identity numbers and phones, "k001:<base64> k002:<base64>", and what they are found by; see ward.keys.
REGISTER_KEYS = os.environ.get("REGISTER_KEYS", "")
REGISTER_INDEX_KEY = os.environ.get("REGISTER_INDEX_KEY", "")
DEBUG = False
ALLOWED_HOSTS = names("ALLOWED_HOSTS") or ([] if PRODUCTION else ["*"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the site's host in production")
CSRF_TRUSTED_ORIGINS = names("CSRF_TRUSTED_ORIGINS")
ADDRESS = os.environ.get("HOCVU_ADDRESS", "http://127.0.0.1:8000")  # for links in messages and documents

# A clock for demo and tests; see lib.clock. Production refuses it.
NOW = os.environ.get("HOCVU_NOW", "")
if PRODUCTION and NOW:
    raise ImproperlyConfigured("HOCVU_NOW is for demo and tests; unset it in production")

# E-mail goes out where an SMTP server is named; notices stand on the desk in any case.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587" if PRODUCTION else "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", default=PRODUCTION)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "hocvuso@localhost")

# Text messages: through which gateway, "" sends none and offers no sign-in by phone; see ward.sms. What "console" and
# "file" write can be read by whoever has the machine, so that production refuses them.
SMS_GATEWAY = os.environ.get("SMS_GATEWAY", "" if PRODUCTION else "file")
if SMS_GATEWAY not in {"", "console", "file", "http"}:
    raise ImproperlyConfigured(f"SMS_GATEWAY must be http, file, console or empty, not {SMS_GATEWAY!r}")
if PRODUCTION and SMS_GATEWAY in {"console", "file"}:
    raise ImproperlyConfigured(f"SMS_GATEWAY={SMS_GATEWAY} is for development and demo; set http, or nothing")
SMS_URL = os.environ.get("SMS_URL", "")
SMS_TOKEN = os.environ.get("SMS_TOKEN", "")
SMS_SENDER = os.environ.get("SMS_SENDER", "")
SMS_WEBHOOK_SECRET = os.environ.get("SMS_WEBHOOK_SECRET", "")  # "" takes no word about messages that arrived
SMS_DAILY_BUDGET = int(os.environ.get("SMS_DAILY_BUDGET", "2000"))  # messages a day of the whole installation
if SMS_GATEWAY == "http" and not (SMS_URL and SMS_TOKEN):
    raise ImproperlyConfigured("SMS_GATEWAY=http needs SMS_URL and SMS_TOKEN")
if PRODUCTION and SMS_URL and not SMS_URL.startswith("https://"):
    raise ImproperlyConfigured("SMS_URL must start with https:// in production")


def https(name: str, default: str = "") -> str:
    """Read an address of another machine. Plain http, which a stand-in speaks, is refused in production."""
    value = os.environ.get(name, default)
    parts = urlsplit(value)
    if value and not (parts.hostname and parts.scheme in ({"https"} if PRODUCTION else {"https", "http"})):
        raise ImproperlyConfigured(f"{name} must be a whole https:// address, not {value!r}")
    return value


# VNeID by OpenID Connect: what its provider announces under VNEID_ISSUER, or each address by name where it announces
# nothing; see signin.vneid.provider. Nothing set: no such door.
VNEID_ISSUER = https("VNEID_ISSUER")
VNEID_AUTHORIZATION_ENDPOINT = https("VNEID_AUTHORIZATION_ENDPOINT")
VNEID_TOKEN_ENDPOINT = https("VNEID_TOKEN_ENDPOINT")
VNEID_USERINFO_ENDPOINT = https("VNEID_USERINFO_ENDPOINT")
VNEID_JWKS_URI = https("VNEID_JWKS_URI")
VNEID_END_SESSION_ENDPOINT = https("VNEID_END_SESSION_ENDPOINT")
VNEID_CLIENT_ID = os.environ.get("VNEID_CLIENT_ID", "")
VNEID_CLIENT_SECRET = os.environ.get("VNEID_CLIENT_SECRET", "")
VNEID_SCOPES = os.environ.get("VNEID_SCOPES", "openid")
VNEID_ACR_LEVEL1 = os.environ.get("VNEID_ACR_LEVEL1", "LoA1")
VNEID_ACR_LEVEL2 = os.environ.get("VNEID_ACR_LEVEL2", "LoA2")
VNEID_CLAIM_NAME = os.environ.get("VNEID_CLAIM_NAME", "HoVaTen")
VNEID_CLAIM_NUMBER = os.environ.get("VNEID_CLAIM_NUMBER", "SoDinhDanh")
VNEID_CLAIM_BIRTH = os.environ.get("VNEID_CLAIM_BIRTH", "NgayThangNamSinh")  # yyyyMMdd
VNEID_CLAIM_PHONE = os.environ.get("VNEID_CLAIM_PHONE", "SoDienThoai")
VNEID_REQUIRE_PKCE = flag("VNEID_REQUIRE_PKCE", default=True)
VNEID_REQUIRE_NONCE = flag("VNEID_REQUIRE_NONCE", default=True)
if VNEID_ISSUER or VNEID_AUTHORIZATION_ENDPOINT:
    if not (VNEID_ISSUER and VNEID_CLIENT_ID and VNEID_CLIENT_SECRET):
        raise ImproperlyConfigured("VNeID needs VNEID_ISSUER, VNEID_CLIENT_ID and VNEID_CLIENT_SECRET together")
    if VNEID_AUTHORIZATION_ENDPOINT and not (VNEID_TOKEN_ENDPOINT and VNEID_JWKS_URI):
        raise ImproperlyConfigured(
            "VNEID_AUTHORIZATION_ENDPOINT needs VNEID_TOKEN_ENDPOINT and VNEID_JWKS_URI beside it"
        )
    if "openid" not in VNEID_SCOPES.split():
        raise ImproperlyConfigured("VNEID_SCOPES must hold openid")
    if not VNEID_ACR_LEVEL2 or VNEID_ACR_LEVEL1 == VNEID_ACR_LEVEL2:
        raise ImproperlyConfigured("VNEID_ACR_LEVEL1 and VNEID_ACR_LEVEL2 must differ")

# Figures are counted anew after each act only; tests that write without an act switch it off.
REMEMBER_FIGURES = flag("REMEMBER_FIGURES", default=True)

# Days of the law's clocks for requests about one's own data; see ward.requests for what each means.
SUBJECT_REQUEST_DAYS = {
    "answer": int(os.environ.get("REQUEST_ANSWER_DAYS", "2")),
    "see": int(os.environ.get("REQUEST_SEE_DAYS", "10")),
    "withdraw": int(os.environ.get("REQUEST_WITHDRAW_DAYS", "15")),
    "erase": int(os.environ.get("REQUEST_ERASE_DAYS", "20")),
}
SUBJECT_REQUEST_IN_WORKING_DAYS = flag("REQUEST_IN_WORKING_DAYS", default=False)

DATA_DIR = Path(os.environ.get("HOCVU_DATA", ROOT / "var"))
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/tep/"  # never served by the web server: each file goes out through a view that asks who may

INSTALLED_APPS = [
    "hocvu.home",
    "hocvu.plan",
    "hocvu.outreach",
    "hocvu.assessment",
    "hocvu.learning",
    "hocvu.signin",
    "hocvu.ward",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # for browsers older than frame-ancestors
    "django.middleware.gzip.GZipMiddleware",  # pads at random, so that length tells nothing of a secret
    "hocvu.lib.web.security_headers",
    "hocvu.lib.web.plain_query",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hocvu.signin.sessions.watch",
    "hocvu.signin.assisting.stand_in",  # before the ward: a helped learner's request is the learner's
    "hocvu.ward.access.ward_of_request",
    "hocvu.ward.access.DeniedByDefault",
    "hocvu.home.errors.say_not_allowed",
]

ROOT_URLCONF = "hocvu.config.urls"
WSGI_APPLICATION = "hocvu.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "hocvu" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hocvu.home.frame.frame",
            ],
            "builtins": ["hocvu.lib.templatetags.hv"],
        },
    }
]
FORM_RENDERER = "hocvu.lib.forms.Renderer"


def database(url: str) -> dict[str, object]:
    """Read DATABASE_URL: empty for SQLite under the data folder, else postgres://user:pass@host:port/name.

    SQLite runs with WAL, IMMEDIATE and FULL: without IMMEDIATE concurrent writers fail, without FULL a
    power cut loses acknowledged work (docs/decisions/0003).
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "hocvu.sqlite3",
            "CONN_MAX_AGE": 60,  # seconds: to open the file anew for each request costs more than most pages
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; "
                "PRAGMA secure_delete=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgres://, or be unset for SQLite")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": 60,
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""))}
# What is finished once is kept in each process: some 10 kB a page of a lesson for those who stand alike.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 3000}},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "ward.Account"
AUTHENTICATION_BACKENDS = ["hocvu.signin.store.Accounts"]
SESSION_ENGINE = "hocvu.signin.store"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if ENV == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2id is slow on purpose
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "hocvu.lib.passwords.NotOneself",
        "OPTIONS": {"user_attributes": ("username", "full_name")},
    },
    {"NAME": "hocvu.lib.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "hocvu.lib.passwords.NotCommon"},
    {"NAME": "hocvu.lib.passwords.NotOnlyDigits"},
]
# Whether staff must have a second step beside the password; see signin.second_step.
STAFF_SECOND_STEP = os.environ.get("STAFF_SECOND_STEP", "required" if PRODUCTION else "optional")
if STAFF_SECOND_STEP not in {"required", "optional"}:
    raise ImproperlyConfigured(f"STAFF_SECOND_STEP must be required or optional, not {STAFF_SECOND_STEP!r}")
LOGIN_URL = "signin:choose_way"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
LOCALE_PATHS = [ROOT / "hocvu" / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["hocvu.lib.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "build" / "assets"]  # made by `manage build_assets`, nothing third-party is committed
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]  # and nothing from packages
STATIC_ROOT = ROOT / "build" / "static"
# Files that people hand in lie in the data folder; another storage of Django may be named, with its options as JSON.
MEDIA_STORAGE = os.environ.get("MEDIA_STORAGE", "django.core.files.storage.FileSystemStorage")
STORAGES = {
    "default": {"BACKEND": MEDIA_STORAGE, "OPTIONS": options("MEDIA_STORAGE_OPTIONS")},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "hocvu.lib.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
LARGEST_VIDEO = int(os.environ.get("LARGEST_VIDEO_MB", "200")) * 1024 * 1024
LARGEST_UPLOAD = LARGEST_VIDEO  # no page takes a larger file
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a plan of 200 tasks is one long form

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "hocvu.home.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# One proxy of our own stands in front: it says the scheme, and adds the visitor's address to X-Forwarded-For.
BEHIND_PROXY = flag("BEHIND_PROXY", default=False)
if PRODUCTION:
    SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
