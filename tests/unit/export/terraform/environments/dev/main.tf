module "user_service" {
  source                                  = "../../modules/user-service"
  environment                             = "dev"
  artifact                                = local.functions["UserService"]
  canary                                  = lookup(var.canaries, "UserService", null)
  enabled                                 = []
  function_log_group_retention_in_days    = 7
  function_environment_variables_node_env = "development"
  app_api_api_rest_api_id                 = module.app_api.app_api_api_rest_api_id
  app_watching_alarms_topic_arn           = module.app_watching.app_watching_alarms_topic_arn
}

module "app_storage" {
  source                        = "../../modules/app-storage"
  environment                   = "dev"
  protect_data                  = var.protect_data
  enabled                       = []
  app_watching_alarms_topic_arn = module.app_watching.app_watching_alarms_topic_arn
}

module "app_api" {
  source                                     = "../../modules/app-api"
  environment                                = "dev"
  enabled                                    = []
  api_rest_api_access_logs_retention_in_days = 7
  app_watching_alarms_topic_arn              = module.app_watching.app_watching_alarms_topic_arn
}

module "app_watching" {
  source       = "../../modules/app-watching"
  environment  = "dev"
  first_region = true
  enabled      = []
}
