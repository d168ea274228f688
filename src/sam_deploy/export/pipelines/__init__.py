"""Pipelines for GitHub and GitLab: check, build once, deploy, promote with an approval. Pure.

model     what is to be done, in commands that run anywhere
node      how its packages are installed, and Node.js itself
github    as workflows of GitHub Actions       gitlab    as `.gitlab-ci.yml`
"""

from sam_deploy.export.pipelines.github import github_files
from sam_deploy.export.pipelines.gitlab import gitlab_files
from sam_deploy.export.pipelines.model import Pipeline
from sam_deploy.export.pipelines.node import Packages

__all__ = ["Packages", "Pipeline", "github_files", "gitlab_files"]
