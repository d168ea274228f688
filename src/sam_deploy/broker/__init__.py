"""The broker: a small function that alone may move the aliases of guarded environments.

function/   what runs on AWS
bundle      makes one file of it
guard       what the broker of an app guards
template    the stack that holds it
policies    what makes it matter: who else may not
client      asks it, from here
"""

from sam_deploy.broker.client import Broker, BrokerAnswerError, Guarding, through

__all__ = ["Broker", "BrokerAnswerError", "Guarding", "through"]
