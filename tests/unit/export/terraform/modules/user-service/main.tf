resource "aws_iam_role" "lambda_role" {
  name_prefix = "UserServiceLambdaRole-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
  tags = {
    Project     = "LambdaMonorepo"
    Environment = var.environment
    ManagedBy   = "sam-deploy"
  }
}

resource "aws_iam_role_policy" "lambda_role_run" {
  name = "run"
  role = aws_iam_role.lambda_role.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/lambda-monorepo-${var.environment}-user-service:*"
      },
    ]
  })
}

resource "aws_iam_role_policy" "lambda_policy" {
  name = "UserServiceLambdaPolicy"
  role = aws_iam_role.lambda_role.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseTables"
        Effect = "Allow"
        Action = [
          "dynamodb:GetItem",
          "dynamodb:BatchGetItem",
          "dynamodb:Query",
          "dynamodb:Scan",
          "dynamodb:ConditionCheckItem",
          "dynamodb:DescribeTable",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
          "dynamodb:DeleteItem",
          "dynamodb:BatchWriteItem",
        ]
        Resource = [
          "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:table/${var.environment}-users",
        ]
      },
      {
        Sid    = "QueryIndexes"
        Effect = "Allow"
        Action = ["dynamodb:Query", "dynamodb:Scan"]
        Resource = [
          "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:table/${var.environment}-users/index/*",
        ]
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "function_log_group" {
  name              = "/aws/lambda/lambda-monorepo-${var.environment}-user-service"
  retention_in_days = var.function_log_group_retention_in_days
  tags = {
    Project     = "LambdaMonorepo"
    Environment = var.environment
    ManagedBy   = "sam-deploy"
  }
}

resource "aws_lambda_function" "function" {
  filename         = var.artifact.file
  source_code_hash = var.artifact.hash
  publish          = true
  function_name    = "lambda-monorepo-${var.environment}-user-service"
  role             = aws_iam_role.lambda_role.arn
  handler          = "index.handler"
  runtime          = "nodejs22.x"
  architectures    = ["x86_64"]
  memory_size      = 256
  timeout          = 30
  tags = {
    Project     = "LambdaMonorepo"
    Environment = var.environment
    ManagedBy   = "sam-deploy"
  }

  environment {
    variables = {
      NODE_ENV               = var.function_environment_variables_node_env
      USERS_TABLE            = "${var.environment}-users"
      SAM_DEPLOY_ENVIRONMENT = var.environment
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function_log_group.name
  }
}

resource "aws_lambda_alias" "function_alias" {
  name             = var.environment
  function_name    = aws_lambda_function.function.function_name
  function_version = var.canary == null ? aws_lambda_function.function.version : var.canary.stable_version

  dynamic "routing_config" {
    for_each = var.canary == null ? [] : [var.canary]

    content {
      additional_version_weights = { (aws_lambda_function.function.version) = routing_config.value.weight }
    }
  }
}

resource "aws_lambda_permission" "function_alias_api_rest_api_permission" {
  function_name = aws_lambda_alias.function_alias.function_name
  qualifier     = aws_lambda_alias.function_alias.name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:${data.aws_partition.current.partition}:execute-api:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:${var.app_api_api_rest_api_id}/${var.environment}/*"
}

resource "aws_cloudwatch_metric_alarm" "function_alias_errors_alarm" {
  count             = contains(var.enabled, "function_alias_errors_alarm") ? 1 : 0
  alarm_name        = "lambda-monorepo-${var.environment}-UserServiceFunctionAlias${title(var.environment)}Errors"
  alarm_description = "lambda-monorepo: UserService fails in ${var.environment}"
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions = {
    FunctionName = "lambda-monorepo-${var.environment}-user-service"
    Resource     = "lambda-monorepo-${var.environment}-user-service:${var.environment}"
  }
  statistic           = "Sum"
  period              = var.function_alias_errors_alarm_period
  evaluation_periods  = 1
  threshold           = var.function_alias_errors_alarm_threshold
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.app_watching_alarms_topic_arn]
  ok_actions          = [var.app_watching_alarms_topic_arn]
  tags = {
    Project     = "LambdaMonorepo"
    Environment = var.environment
    ManagedBy   = "sam-deploy"
  }
}

resource "aws_cloudwatch_metric_alarm" "function_alias_latency_alarm" {
  count             = contains(var.enabled, "function_alias_latency_alarm") ? 1 : 0
  alarm_name        = "lambda-monorepo-${var.environment}-UserServiceFunctionAlias${title(var.environment)}Latency"
  alarm_description = "lambda-monorepo: UserService comes near to its timeout of 30 s in ${var.environment}"
  namespace         = "AWS/Lambda"
  metric_name       = "Duration"
  dimensions = {
    FunctionName = "lambda-monorepo-${var.environment}-user-service"
    Resource     = "lambda-monorepo-${var.environment}-user-service:${var.environment}"
  }
  extended_statistic  = "p99"
  period              = 60
  evaluation_periods  = 3
  threshold           = 24000
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.app_watching_alarms_topic_arn]
  ok_actions          = [var.app_watching_alarms_topic_arn]
  tags = {
    Project     = "LambdaMonorepo"
    Environment = var.environment
    ManagedBy   = "sam-deploy"
  }
}
