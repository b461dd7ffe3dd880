"""诚信救助 (integrity scheme of social assistance): what the scheme is and what officers do with it.

Reading order: `terms` (the vocabulary), `rules` (facts and parameters in, decisions with reasons out), `records`
(every table and constraint), `work` (one piece of work: session, actor, moment), then one file per kind of record whose
functions carry the officer's verb, and at the edge the command line (`__main__`), the pages (`web`) and the timetable
(`scheduler`).
"""
