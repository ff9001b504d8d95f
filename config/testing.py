"""For the tests: nothing leaves the process, and passwords are checked quickly."""

TESTING = True
STYLEGUIDE = True
MAIL = "file"
RATELIMIT_ENABLED = False
WTF_CSRF_ENABLED = False
SECRET_KEY = "only-for-tests-only-for-tests-only"
