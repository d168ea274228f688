"""The app in other people's forms: a picture, Terraform, pipelines. Pure but for `write`.

What is exported is read from the rendered templates, so it is what would be deployed.

source      the templates as values       diagram     regions, resources, who calls whom
terraform   modules, environments         pipelines   GitHub Actions, GitLab
iam         policies of the roles       files       the written folder
"""
