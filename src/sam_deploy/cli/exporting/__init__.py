"""`sam-deploy export`: the app as a picture, as Terraform, as pipelines, as IAM policies."""
