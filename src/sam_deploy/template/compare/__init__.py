"""What a template changes against the deployed one, property by property.

Pure, but for the provider schemas that it reads to know what a change replaces.
"""
