output "app_watching_alarms_topic_arn" {
  description = "arn of aws_sns_topic.alarms_topic."
  value       = one(aws_sns_topic.alarms_topic[*].arn)
}
