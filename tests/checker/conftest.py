"""What the tests of the checker share."""

# programs to be read and run by the tests, not test modules; their doctests are not ours
collect_ignore = ["scripts"]
