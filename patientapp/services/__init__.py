"""Services: the NHS pain services that use this app, our tenants, and the people who work there.

A *service* is always an NHS pain service. *Staff* sign in as themselves; a *membership* gives one
role in one service and nothing in any other (SEC-04).
"""
