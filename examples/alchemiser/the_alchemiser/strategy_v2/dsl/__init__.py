"""The strategy language: text to nodes (`parser`), nodes to weights (`evaluator`)."""
