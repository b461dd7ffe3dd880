"""网页 (pages): HTTP to use case, nothing else. `app` is the application, `health` what a look at the machine finds."""
