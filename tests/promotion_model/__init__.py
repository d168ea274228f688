"""A world in memory in which the real promotions run: with faults at each call, in any order.

cloud      aliases, versions and documents as AWS keeps them; every effect is written down
clients    what the SDK's clients answer, so that everything above `Aws` is the real code
process    one command: each of its calls may be the place of a fault, or of another's turn
turns      whose turn it is, by chance
commands   what people run
checks     what must hold when all have come to an end
exhaustive, schedules, machine, mutants    the proofs
"""
