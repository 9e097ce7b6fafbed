"""The `vitrina` command: front door for people, CI and schedulers."""
