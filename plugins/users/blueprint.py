"""The blueprint that all pages about people share."""

from flask import Blueprint

blueprint = Blueprint("users", __name__, template_folder="templates")
