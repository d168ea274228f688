"""What comes in and goes out, as pydantic models. Names in JSON are camelCase."""
