variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "enabled" {
  description = "What this environment has, and others have not."
  type        = set(string)
}

variable "app_watching_alarms_topic_arn" {
  description = "arn of app-watching: aws_sns_topic.alarms_topic."
  type        = string
}

variable "api_rest_api_access_logs_retention_in_days" {
  description = "Differs between environments: dev: 7, staging: 30, production: 90."
  type        = number
}

variable "api_rest_api_stage_server_errors_alarm_period" {
  description = "Differs between environments: dev: null, staging: 300, production: 60."
  type        = number
  default     = null
}

variable "api_rest_api_stage_server_errors_alarm_threshold" {
  description = "Differs between environments: dev: null, staging: 5, production: 1."
  type        = number
  default     = null
}
