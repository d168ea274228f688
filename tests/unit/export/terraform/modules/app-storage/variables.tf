variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "protect_data" {
  description = "Whether tables and user pools refuse to be deleted."
  type        = bool
}

variable "enabled" {
  description = "What this environment has, and others have not."
  type        = set(string)
}

variable "app_watching_alarms_topic_arn" {
  description = "arn of app-watching: aws_sns_topic.alarms_topic."
  type        = string
}
