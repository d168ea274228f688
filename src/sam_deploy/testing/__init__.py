"""For the tests of apps: pytest's fixture `sam_deploy_app`, a deployed app in a cloud of its own.

pytest finds it by itself where sam-deploy is installed. Importing this costs nothing: everything
else is imported when a test asks for the app. PYTEST_DONT_REWRITE
"""
