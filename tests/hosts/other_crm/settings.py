"""Settings of the second host: what docs/install-in-your-crm.md asks for, and nothing more."""

from __future__ import annotations

import os
from pathlib import Path

import environ

env = environ.Env()
VAR_DIR = Path(os.environ.get("CRM_VAR_DIR", "/tmp/other-crm"))
VAR_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = "a-secret-of-the-second-host"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "tests.hosts.other_crm.people",
    "socialcrm",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "tests.hosts.other_crm.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'other.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
USE_TZ = True
STATIC_URL = "/static/"
LOGIN_URL = "/sign-in/"

SOCIALCRM_CONTACT_MODEL = "people.Person"
SOCIALCRM_KEYS = ["b3RoZXItaG9zdC1rZXktbm90LWEtc2VjcmV0LTEyMzQ="]
SOCIALCRM_NETWORK_OPTIONS = {"twitter": {"client_id": "an-app-of-this-company", "client_secret": "its-secret"}}
