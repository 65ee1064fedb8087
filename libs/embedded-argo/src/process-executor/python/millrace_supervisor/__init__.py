"""Runs attempts for Millrace: standard library only, Python 3.9 or newer."""
