"""A second host: another company's small CRM, which knows nothing of crm_core. UUID keys, no adapter, no Celery app."""
