"""Reports: papers about many rows, as PDF, XLSX and CSV.

A *report* is declared by the plugin that owns the rows; a *configuration* is a report somebody saved with its filters;
a *schedule* runs one by the clock as its owner; a *run* is one making of a paper, kept for thirty days. A run is
pending, running, completed, failed or cancelled (`sims.runs`).
"""
