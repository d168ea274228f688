"""What commands did here: the list of runs, and the log of one."""
