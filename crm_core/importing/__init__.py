"""Contacts from CSV and vCard files: read, plan row by row, write in batches, report what stayed outside."""
