"""Patients: the record, contact details and needs.

Every read of anything that belongs to a patient starts from `queries.visible_patients(viewer)`,
which puts the wall up: a patient sees themselves, staff see the patients of the service they are
signed in to, and nobody sees anything else (SEC-02, SEC-03).
"""
