"""定时任务 (scheduler): the office's timetable, each job run exactly once for each due time.

Read in this order: `schedules` (when), `jobs` (the whole timetable), `runner` (tick, run_now, overview),
`runs` (the conditional updates by which several processes agree), `__main__` (the process and its alarm clock).
"""
