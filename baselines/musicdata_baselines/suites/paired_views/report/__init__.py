"""The suite's part of the report, on a terminal and on a page; the papers' tables beside ours."""
