"""Moves a part of the calls to the new version first, and looks what becomes of them.

shift      the steps; the file to read first        judge     decides what a look means; pure
watcher    looks at alarms and metrics              checks    asks a command, a URL, the functions
guard      the schedules that take everything       requests  what somebody asks for in another
           back when nobody watches any more                  terminal
refusals   what forbids a shift from the start      standing  who runs it, and how it stands
seams      what a shift asks of the world around it
"""
