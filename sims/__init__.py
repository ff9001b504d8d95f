"""The core of SIMS: what every module of the training record stands on, and no word of the record itself."""
