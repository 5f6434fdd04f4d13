"""Assurance: what a service shows those who check it, and what it needs when systems fail.

An *incident* is something that went wrong with this app at the service (confidentiality, integrity,
availability, safety); its record is added to and never rewritten, and names no patient. An *approval*
says who agreed a questionnaire or a pack for this service and when it is looked at again. The audit is
read here by an *auditor*, who sees no record. Lists of missing facts and the pack for downtime are
printed from what every room below knows.
"""
