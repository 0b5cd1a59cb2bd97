"""Settings of the CRM that socialcrm ships with; what differs between machines comes from the environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from socialcrm.schedule import SCHEDULE

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env("CRM_VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# The demo's secrets are public on purpose; crm_core.checks refuses to start with them when CRM_PRODUCTION is on.
DEMO_SECRET = "demo-only-not-a-secret"
DEMO_KEY = "c29jaWFsY3JtLWRlbW8ta2V5LW5vdC1hLXNlY3JldCE="
PRODUCTION = env.bool("CRM_PRODUCTION", default=False)
DEBUG = env.bool("CRM_DEBUG", default=False)
SECRET_KEY = env("CRM_SECRET_KEY", default=DEMO_SECRET)
ALLOWED_HOSTS = env.list("CRM_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CRM_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "crm_core",
    "socialcrm",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "crm_core.middleware.ContentSecurityPolicy",
    "crm_core.middleware.NoNulInAdmin",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]

ROOT_URLCONF = "crm_core.urls"
WSGI_APPLICATION = "crm_core.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "crm_core.context.shell",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'crm.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL, a busy timeout and IMMEDIATE transactions: web, worker and beat never meet "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;",
    }
else:
    # A pooler (PgBouncer) hands out another server connection for each transaction.
    POOLER = env.bool("CRM_POOLER", default=False)
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = POOLER
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CRM_CONN_MAX_AGE", default=0 if POOLER else 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any]
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "unacked_restore_throttle": 1}
    # A worker that serves several queues looks at them in the order of the alphabet: reply, score, sync.
    CELERY_BROKER_TRANSPORT_OPTIONS["queue_order_strategy"] = "sorted"
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    QUEUE_DIR = VAR_DIR / "queue"
    for folder in ("messages", "processed", "control"):
        (QUEUE_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "folder://"  # crm_core/broker.py
    # Kombu's default of one look a second is far too slow for a reply.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "processed_folder": str(QUEUE_DIR / "processed"),
        "control_folder": str(QUEUE_DIR / "control"),
        "polling_interval": 0.2,
    }
# A worker without --queues takes from all of them. Replies have one of their own, so that no backlog holds them up.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("celery", "reply", "score", "sync")]
CELERY_TASK_ROUTES = {
    "socialcrm.send_reply": {"queue": "reply"},
    "socialcrm.reconcile_reply": {"queue": "reply"},
    "socialcrm.sweep_outbox": {"queue": "reply"},
    "socialcrm.score*": {"queue": "score"},
    "socialcrm.*": {"queue": "sync"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    **SCHEDULE,
    "heartbeat": {"task": "crm_core.heartbeat", "schedule": 20.0},
    "imports": {"task": "crm_core.sweep_imports", "schedule": 60.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
TIME_ZONE = env("CRM_TIME_ZONE", default="Europe/Paris")
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = env("CRM_STATIC_ROOT", default=str(VAR_DIR / "static"))
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
if PRODUCTION:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
MEDIA_ROOT = VAR_DIR / "media"

LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/contacts/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION and env.bool("CRM_SSL_REDIRECT", default=True)
# Health checks come by plain http, from inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
CRM_BEHIND_PROXY = env.bool("CRM_BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CRM_BEHIND_PROXY else None
SECURE_HSTS_SECONDS = env.int("CRM_HSTS_SECONDS", default=3600 if PRODUCTION else 0)
# Who guesses passwords waits: so many wrong ones for one name from one address, then so long without another try.
AXES_FAILURE_LIMIT = env.int("CRM_SIGN_IN_TRIES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("CRM_SIGN_IN_WAIT", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "crm_core.views.sign_in.too_many"
AXES_CLIENT_IP_CALLABLE = "crm_core.views.sign_in.address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "crm_core.views.errors.csrf_failed"

# Who manages accounts is written to when one of them loses access: smtp+tls://user:password@host:587
vars().update(env.email_url("CRM_EMAIL_URL", default="dummymail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("CRM_EMAIL_FROM", default="crm@localhost")

CRM_BRAND = env("CRM_BRAND", default="Lumen Lighting")
# Where pictures may come from besides the site: avatars live on the networks' own hosts (or in a local sandbox).
CRM_IMAGE_HOSTS = env.list("CRM_IMAGE_HOSTS", default=["https:", "http://127.0.0.1:*"])
# Imports: the largest file in bytes, the most rows, and up to how many rows the request itself imports.
CRM_IMPORT_MAX_BYTES = env.int("CRM_IMPORT_MAX_BYTES", default=10_000_000)
CRM_IMPORT_MAX_ROWS = env.int("CRM_IMPORT_MAX_ROWS", default=50_000)
CRM_IMPORT_INLINE_ROWS = env.int("CRM_IMPORT_INLINE_ROWS", default=200)

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

SOCIALCRM_CONTACT_MODEL = "crm_core.Contact"
SOCIALCRM_CONTACT_ADAPTER = "crm_core.social.CrmContacts"
SOCIALCRM_BASE_TEMPLATE = "crm_core/base.html"
SOCIALCRM_KEYS = env.list("SOCIALCRM_KEYS", default=[DEMO_KEY])
SOCIALCRM_PUBLIC_URL = env("SOCIALCRM_PUBLIC_URL", default="http://127.0.0.1:8000")
SOCIALCRM_NETWORK_OPTIONS = {
    "twitter": {
        "api_url": env("TWITTER_API_URL", default="https://api.x.com"),
        "web_url": env("TWITTER_WEB_URL", default="https://x.com"),
        "client_id": env("TWITTER_CLIENT_ID", default=""),
        "client_secret": env("TWITTER_CLIENT_SECRET", default=""),
        "consumer_key": env("TWITTER_CONSUMER_KEY", default=""),
        "consumer_secret": env("TWITTER_CONSUMER_SECRET", default=""),
        # The account that owns the app on X: it alone reads its own mentions and posts at the low price.
        "app_owner": env("TWITTER_APP_OWNER", default=""),
        # Only for a sandbox or a proxy of one's own: hosts that the SSRF guard lets through.
        "private_hosts": env.list("TWITTER_PRIVATE_HOSTS", default=[]),
    },
    "mastodon": {
        # The server that is offered when an account is connected; any other can be typed there.
        "api_url": env("MASTODON_API_URL", default=""),
        "private_hosts": env.list("MASTODON_PRIVATE_HOSTS", default=[]),
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # One writes whole lines of people's cards, the other four lines for each sign-in.
    "loggers": {"vobject": {"level": "CRITICAL"}, "axes": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env("CRM_LOG_LEVEL", default="INFO")},
}
