"""patientapp: outcome measures, reminders and self-management for NHS pain services.

Importing the package loads no framework: `patientapp.app.create_app()` does the wiring.
"""
