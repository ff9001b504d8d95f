"""People: PGs, supervisors and the programme office (admin), how they sign in, who supervises whom.

Nouns: user, role (admin, supervisor, pg), supervision (primary or co-supervisor, from–to).
An account is active, deactivated (may come back) or archived (left; the record stays readable).
"""
