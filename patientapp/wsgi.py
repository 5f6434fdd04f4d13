"""The app, made of the environment when a web server imports it."""

from patientapp.app import create_app

app = create_app()
