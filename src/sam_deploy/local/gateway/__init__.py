"""The HTTP front door of the embedded cloud: API Gateway as AWS documents it.

A process of its own that reads what was deployed in the emulator over its API and invokes the
Lambda functions behind it. It knows nothing of sam-deploy's configuration.
"""
