"""How texts leave this installation: gateway, dispatcher and settler wired to links and worklist.

Above the rooms, because messaging, links and worklist do not know each other; below the scheduler,
which only ticks. Its commands are `patientapp messaging …` and `patientapp metrics`.
"""
