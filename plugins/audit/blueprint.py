"""The blueprint all pages of audit are on."""

from flask import Blueprint

blueprint = Blueprint("audit", __name__, template_folder="templates", url_prefix="/audit")
