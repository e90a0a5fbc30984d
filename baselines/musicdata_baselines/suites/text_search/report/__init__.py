"""The suite's part of the report; the paper's system beside ours."""
