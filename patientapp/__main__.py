"""`python -m patientapp`: the same as the `patientapp` command."""

from patientapp.cli import main

main()
