"""Carers and trusted people: named by the patient, for listed acts, until a day (SEC-11).

Their way in is their own: a link to their own number and a code that the patient gives them. They never
pass a check that is meant for the patient. Who they are stands in `patients`, where texts and sign-in
ask for it; here are the pages, for the carer, the patient and staff.
"""
