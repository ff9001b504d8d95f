"""A real installation. SIMS refuses to start until the secret, the cookies and the address are right."""

SESSION_COOKIE_SECURE = True
MAIL = "smtp"
LOG_LEVEL = "WARNING"
