variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "artifact" {
  description = "The built archive, its SHA-256."
  type        = object({ file = string, hash = string })
}

variable "enabled" {
  description = "What this environment has, and others have not."
  type        = set(string)
}

variable "canary" {
  description = "While set: the version that keeps most calls, and the share of the newest, 0 to 1."
  type        = object({ stable_version = string, weight = number })
  default     = null
}

variable "app_api_api_rest_api_id" {
  description = "id of app-api: aws_api_gateway_rest_api.api_rest_api."
  type        = string
}

variable "app_watching_alarms_topic_arn" {
  description = "arn of app-watching: aws_sns_topic.alarms_topic."
  type        = string
}

variable "function_log_group_retention_in_days" {
  description = "Differs between environments: dev: 7, staging: 30, production: 90."
  type        = number
}

variable "function_environment_variables_node_env" {
  description = "Differs between environments: dev: development, staging: production, production: production."
  type        = string
}

variable "function_alias_errors_alarm_period" {
  description = "Differs between environments: dev: null, staging: 300, production: 60."
  type        = number
  default     = null
}

variable "function_alias_errors_alarm_threshold" {
  description = "Differs between environments: dev: null, staging: 5, production: 1."
  type        = number
  default     = null
}
