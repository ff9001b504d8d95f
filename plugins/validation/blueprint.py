"""The blueprint all pages of validation are on."""

from flask import Blueprint

blueprint = Blueprint("validation", __name__, template_folder="templates", url_prefix="/rules")
