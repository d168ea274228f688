module "user_service" {
  source                                  = "../../modules/user-service"
  environment                             = "staging"
  artifact                                = local.functions["UserService"]
  canary                                  = lookup(var.canaries, "UserService", null)
  enabled                                 = ["function_alias_errors_alarm"]
  function_log_group_retention_in_days    = 30
  function_environment_variables_node_env = "production"
  function_alias_errors_alarm_period      = 300
  function_alias_errors_alarm_threshold   = 5
  app_api_api_rest_api_id                 = module.app_api.app_api_api_rest_api_id
  app_watching_alarms_topic_arn           = module.app_watching.app_watching_alarms_topic_arn
}

module "app_storage" {
  source       = "../../modules/app-storage"
  environment  = "staging"
  protect_data = var.protect_data
  enabled = [
    "users_table_read_throttles_alarm",
    "users_table_write_throttles_alarm",
    "users_table_email_index_read_throttles_alarm",
    "users_table_email_index_write_throttles_alarm",
  ]
  app_watching_alarms_topic_arn = module.app_watching.app_watching_alarms_topic_arn
}

module "app_api" {
  source                                           = "../../modules/app-api"
  environment                                      = "staging"
  enabled                                          = ["api_rest_api_stage_server_errors_alarm"]
  api_rest_api_access_logs_retention_in_days       = 30
  api_rest_api_stage_server_errors_alarm_period    = 300
  api_rest_api_stage_server_errors_alarm_threshold = 5
  app_watching_alarms_topic_arn                    = module.app_watching.app_watching_alarms_topic_arn
}

module "app_watching" {
  source       = "../../modules/app-watching"
  environment  = "staging"
  first_region = true
  enabled      = ["alarms_topic", "alarms_topic_policy"]
}
