"""The blueprint all pages of reports are on."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__, template_folder="templates", url_prefix="/reports")
