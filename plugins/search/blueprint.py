"""The blueprint all pages of search are on."""

from flask import Blueprint

blueprint = Blueprint("search", __name__, template_folder="templates", url_prefix="/search")
