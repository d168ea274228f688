"""`sam-deploy serve`: the app from source behind the gateway, without a deployment."""
