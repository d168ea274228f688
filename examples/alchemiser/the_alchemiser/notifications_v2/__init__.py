"""What people and CloudWatch are told."""
