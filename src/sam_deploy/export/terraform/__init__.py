"""The app as Terraform that a team can own: modules of its services, a folder for each environment.

values      the language as values           families   which resource becomes which
hcl         how values are written           translate  one stack of one environment
reading     references and conditions        unify      environments become variables
writing     the files of modules             roots      the files of environments
guide       the README beside them           export     all of it
"""

from sam_deploy.export.terraform.export import Archive, Environment, export

__all__ = ["Archive", "Environment", "export"]
