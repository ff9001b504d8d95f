"""The blueprint all pages of performance are on."""

from flask import Blueprint

blueprint = Blueprint("performance", __name__, template_folder="templates")
