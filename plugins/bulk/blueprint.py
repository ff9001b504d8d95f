"""The blueprint all pages of bulk operations are on."""

from flask import Blueprint

blueprint = Blueprint("bulk", __name__, template_folder="templates", url_prefix="/bulk")
