"""The public page on which anybody checks a paper that SIMS issued."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sims import proofs, throttle
from sims.actor import remote_addr
from sims.errors import Missing
from sims.permissions import public
from sims.web.core_pages import pages

LIMIT = "RATELIMIT_VERIFY"


@pages.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """A box for the code; the code leads to its own page."""
    if typed := request.args.get("code", "").strip():
        return redirect(url_for("core.proof", code=typed[:100]))
    return render_template("verify.html", proof=None, typed="", problem="")


@pages.get("/verify/<code>")
@public
def proof(code: str) -> ResponseReturnValue:
    """What the paper with this code says, and whether it holds. Wrong codes are counted, right ones are not."""
    throttle.check(LIMIT, remote_addr() or "")
    try:
        found = proofs.find(code)
    except Missing as error:
        throttle.count(LIMIT, remote_addr() or "")
        return render_template("verify.html", proof=None, typed=code, problem=str(error)), 404
    return render_template(
        "verify.html", proof=found, state=proofs.state(found), typed="", problem=""
    )
