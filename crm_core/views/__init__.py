"""The CRM's pages, one subject a file."""
