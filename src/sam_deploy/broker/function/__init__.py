"""What runs as the broker on AWS: plain Python and boto3, joined into one file by `bundle.py`.

    settings   what the broker guards, and whom it asks: written into the file
    rows       the table, and how a row is changed although others change it, too
    plans      reading a release plan, and holding it against what Lambda says
    codes      one-time codes: sent, counted, compared
    moves      which alias may be moved to which version
    service    the operations, and what they answer
    index      the handler: boto3 behind the Protocols of the others

Nothing here imports anything of sam_deploy but `approval`'s letter, code and subject, which come
along into the file. Top-level names are therefore unique over all of these modules (a test says
so), and no module is imported as a module: `from ... import name` alone.
"""
