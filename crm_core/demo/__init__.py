"""The demo's data: people and companies as a CRM would know them; what they say comes through the real sync."""
