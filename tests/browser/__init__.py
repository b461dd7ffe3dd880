"""网页在浏览器中 (the pages in a browser)."""
