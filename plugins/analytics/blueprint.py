"""The blueprint all pages of analytics are on."""

from flask import Blueprint

blueprint = Blueprint("analytics", __name__, template_folder="templates", url_prefix="/analytics")
