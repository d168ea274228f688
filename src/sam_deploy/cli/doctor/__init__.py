"""What could be wrong: the machine, the project, the place it goes to. Each check is a function.

A check returns findings and raises nothing but bugs; it changes nothing and shows no secrets.
"""
