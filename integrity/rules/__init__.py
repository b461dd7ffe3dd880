"""规则 (rules), pure: facts, parameters and a day in; decisions with reasons out. No database, no clock, no web.

| question | function | legal ground |
|---|---|---|
| what is known of a household on a day | `facts.Situation` | - |
"""
