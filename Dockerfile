# syntax=docker/dockerfile:1
# One image for web, worker, beat and sandbox; the command says which. Any Debian with Python 3.11 will do as BASE.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --quiet --require-hashes --no-deps --only-binary :all: -r /tmp/requirements.txt \
    && rm -rf /opt/venv/lib/python3.11/site-packages/pip /opt/venv/lib/python3.11/site-packages/setuptools

FROM ${BASE} AS run
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=crm_core.settings CRM_VAR_DIR=/var/lib/socialcrm CRM_STATIC_ROOT=/srv/static
RUN useradd --uid 10001 --shell /usr/sbin/nologin --home-dir /var/lib/socialcrm --create-home socialcrm
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/app
COPY manage.py ./
COPY tools/__init__.py tools/health.py tools/
COPY crm_core crm_core
COPY socialcrm socialcrm
# The key serves this one command only and stays in no layer.
RUN CRM_PRODUCTION=1 CRM_SECRET_KEY=only-while-building CRM_VAR_DIR=/tmp/var \
    python manage.py collectstatic --no-input --verbosity 0 && rm -rf /tmp/var
USER 10001
VOLUME /var/lib/socialcrm
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-m", "tools.health"]
CMD ["gunicorn", "crm_core.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "8", "--preload", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
