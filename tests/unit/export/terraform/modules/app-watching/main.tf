resource "aws_cloudwatch_dashboard" "dashboard" {
  count          = var.first_region ? 1 : 0
  dashboard_name = "lambda-monorepo-${var.environment}"
  dashboard_body = "{\"start\":\"-PT24H\",\"periodOverride\":\"inherit\",\"widgets\":[{\"type\":\"text\",\"x\":0,\"y\":0,\"width\":24,\"height\":1,\"properties\":{\"markdown\":\"## ${var.environment} · us-east-1\",\"background\":\"transparent\"}},{\"type\":\"metric\",\"x\":0,\"y\":1,\"width\":6,\"height\":6,\"properties\":{\"title\":\"Calls\",\"region\":\"us-east-1\",\"view\":\"timeSeries\",\"period\":300,\"metrics\":[[\"AWS/Lambda\",\"Invocations\",\"FunctionName\",\"lambda-monorepo-${var.environment}-user-service\",\"Resource\",\"lambda-monorepo-${var.environment}-user-service:${var.environment}\",{\"stat\":\"Sum\",\"label\":\"UserService\"}]]}},{\"type\":\"metric\",\"x\":6,\"y\":1,\"width\":6,\"height\":6,\"properties\":{\"title\":\"Failed calls\",\"region\":\"us-east-1\",\"view\":\"timeSeries\",\"period\":300,\"metrics\":[[\"AWS/Lambda\",\"Errors\",\"FunctionName\",\"lambda-monorepo-${var.environment}-user-service\",\"Resource\",\"lambda-monorepo-${var.environment}-user-service:${var.environment}\",{\"stat\":\"Sum\",\"label\":\"UserService\"}]]}},{\"type\":\"metric\",\"x\":12,\"y\":1,\"width\":6,\"height\":6,\"properties\":{\"title\":\"Duration, p95 (ms)\",\"region\":\"us-east-1\",\"view\":\"timeSeries\",\"period\":300,\"metrics\":[[\"AWS/Lambda\",\"Duration\",\"FunctionName\",\"lambda-monorepo-${var.environment}-user-service\",\"Resource\",\"lambda-monorepo-${var.environment}-user-service:${var.environment}\",{\"stat\":\"p95\",\"label\":\"UserService\"}]]}}]}"
}

resource "aws_sns_topic" "alarms_topic" {
  count        = contains(var.enabled, "alarms_topic") ? 1 : 0
  name         = "lambda-monorepo-sam-alarms-${var.environment}"
  display_name = "lambda-monorepo ${var.environment}"
  tags = {
    Project     = "LambdaMonorepo"
    Environment = var.environment
    ManagedBy   = "sam-deploy"
  }
}

resource "aws_sns_topic_policy" "alarms_topic_policy" {
  count = contains(var.enabled, "alarms_topic_policy") ? 1 : 0
  arn   = one(aws_sns_topic.alarms_topic[*].arn)
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AllowAlarms"
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Action   = "sns:Publish"
        Resource = one(aws_sns_topic.alarms_topic[*].arn)
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = data.aws_caller_identity.current.account_id
          }
          ArnLike = {
            "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:cloudwatch:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:alarm:lambda-monorepo-${var.environment}-*"
          }
        }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = one(aws_sns_topic.alarms_topic[*].arn)
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
}
