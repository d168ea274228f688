"""The portfolio's API: FastAPI in one Lambda function."""
