"""The core of SIMS: what every module of the training record stands on, and no word of the record itself."""

from sims import versioning as versioning  # before any model, or that model would have no history
