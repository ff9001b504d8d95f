"""The catalogue: what the logbook and other records point at, so that everybody names it alike.

Nouns: procedure (with synonyms, required skills, groups), diagnosis, skill, target, code map, request. A
request for a missing procedure is pending → accepted, merged or declined.
"""
