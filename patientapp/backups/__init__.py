"""Backups: the whole database in one file, taken while the app runs, and put back (OPS-02, SMS-11).

A backup is a zip: `manifest.json` (when, of which revision, how many rows a table) and the data, taken by
the database's own method. For SQLite that is its backup API. For PostgreSQL it is COPY, every table
under one snapshot: `pg_dump` was turned down, for it must be as new as the server and a machine with
the driver alone has none; the tables themselves come from our migrations, at the backup's revision.

A backup that cannot be put back is none, so each is test-restored before it gets its name.
"""
