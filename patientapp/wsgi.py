"""The app, made of the environment when a web server imports it, on a database that may be served."""

from patientapp.app import create_app
from patientapp.web.installation import refuse_unready

app = create_app()
refuse_unready(app)  # whichever server imports it: granian, gunicorn, another
