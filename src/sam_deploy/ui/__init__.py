"""The dashboard's server: one person's browser on this machine, and nobody else.

access     who may ask: the token, the cookie, the host and the origin
gate       holds every request to that, and puts the headers on every answer
bodies     what a page may ask for, checked whole
answers    JSON with an ETag, and errors
readings   one reading for many listeners, kept for a moment
stream     server-sent events: what is missed is sent again, who is slow is let go
events     the answer that they go out by
pulse      reads again while somebody listens
runlogs    what commands in other terminals write about themselves
plans      a release plan as the page shows it
progress   how far a job is, from its events
jobs       one job at a time, its questions and its answers
app        the routes
server     uvicorn, until Ctrl-C

Knows nothing of the command line or of the embedded cloud: what is read and carried out comes in as
`ports.Source` and `ports.Work`. The contract with the page: docs/concepts/dashboard.md.
"""
