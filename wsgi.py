"""The app for a web server: `granian --interface wsgi wsgi:app`."""

from patientapp.wsgi import app

__all__ = ["app"]
