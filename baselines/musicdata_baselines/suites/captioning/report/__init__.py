"""The suite's part of the report; the paper's table beside ours."""
