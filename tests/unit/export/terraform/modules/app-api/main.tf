resource "aws_api_gateway_rest_api" "api_rest_api" {
  name = "lambda-monorepo-${var.environment}-api"
  tags = {
    Project     = "LambdaMonorepo"
    Environment = "shared"
    ManagedBy   = "sam-deploy"
  }

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_resource" "api_rest_api_users" {
  rest_api_id = aws_api_gateway_rest_api.api_rest_api.id
  parent_id   = aws_api_gateway_rest_api.api_rest_api.root_resource_id
  path_part   = "users"
}

resource "aws_api_gateway_resource" "api_rest_api_users_id" {
  rest_api_id = aws_api_gateway_rest_api.api_rest_api.id
  parent_id   = aws_api_gateway_resource.api_rest_api_users.id
  path_part   = "{id}"
}

resource "aws_api_gateway_method" "api_rest_api_users_any" {
  rest_api_id   = aws_api_gateway_rest_api.api_rest_api.id
  resource_id   = aws_api_gateway_resource.api_rest_api_users.id
  http_method   = "ANY"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "api_rest_api_users_any_integration" {
  rest_api_id             = aws_api_gateway_rest_api.api_rest_api.id
  resource_id             = aws_api_gateway_resource.api_rest_api_users.id
  http_method             = "ANY"
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = "arn:${data.aws_partition.current.partition}:apigateway:${data.aws_region.current.name}:lambda:path/2015-03-31/functions/arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:function:lambda-monorepo-${var.environment}-user-service:$${stageVariables.LambdaAlias}/invocations"
  passthrough_behavior    = "WHEN_NO_MATCH"
  depends_on              = [aws_api_gateway_method.api_rest_api_users_any]
}

resource "aws_api_gateway_method" "api_rest_api_users_id_any" {
  rest_api_id   = aws_api_gateway_rest_api.api_rest_api.id
  resource_id   = aws_api_gateway_resource.api_rest_api_users_id.id
  http_method   = "ANY"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "api_rest_api_users_id_any_integration" {
  rest_api_id             = aws_api_gateway_rest_api.api_rest_api.id
  resource_id             = aws_api_gateway_resource.api_rest_api_users_id.id
  http_method             = "ANY"
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = "arn:${data.aws_partition.current.partition}:apigateway:${data.aws_region.current.name}:lambda:path/2015-03-31/functions/arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:function:lambda-monorepo-${var.environment}-user-service:$${stageVariables.LambdaAlias}/invocations"
  passthrough_behavior    = "WHEN_NO_MATCH"
  depends_on              = [aws_api_gateway_method.api_rest_api_users_id_any]
}

resource "aws_api_gateway_deployment" "api_rest_api_deployment" {
  rest_api_id = aws_api_gateway_rest_api.api_rest_api.id
  triggers = {
    routes = filesha256("${path.module}/main.tf")
  }
  depends_on = [
    aws_api_gateway_integration.api_rest_api_users_any_integration,
    aws_api_gateway_integration.api_rest_api_users_id_any_integration,
  ]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "api_rest_api_access_logs" {
  name              = "/aws/vendedlogs/apigateway/lambda-monorepo-${var.environment}-api/${var.environment}"
  retention_in_days = var.api_rest_api_access_logs_retention_in_days
  tags = {
    Project     = "LambdaMonorepo"
    Environment = var.environment
    ManagedBy   = "sam-deploy"
  }
}

resource "aws_api_gateway_stage" "api_rest_api_stage" {
  rest_api_id   = aws_api_gateway_rest_api.api_rest_api.id
  deployment_id = aws_api_gateway_deployment.api_rest_api_deployment.id
  stage_name    = var.environment
  variables = {
    LambdaAlias = var.environment
  }
  tags = {
    Project     = "LambdaMonorepo"
    Environment = var.environment
    ManagedBy   = "sam-deploy"
  }

  access_log_settings {
    destination_arn = "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:log-group:${aws_cloudwatch_log_group.api_rest_api_access_logs.name}"
    format          = "{\"requestId\": \"$context.requestId\", \"time\": \"$context.requestTime\", \"ip\": \"$context.identity.sourceIp\", \"method\": \"$context.httpMethod\", \"path\": \"$context.path\", \"protocol\": \"$context.protocol\", \"stage\": \"$context.stage\", \"status\": \"$context.status\", \"responseLength\": \"$context.responseLength\", \"latency\": \"$context.responseLatency\", \"integrationStatus\": \"$context.integration.status\", \"integrationLatency\": \"$context.integrationLatency\", \"integrationError\": \"$context.integrationErrorMessage\", \"authorizerError\": \"$context.authorizer.error\", \"error\": \"$context.error.message\", \"routeKey\": \"$context.resourcePath\", \"firewallStatus\": \"$context.waf.status\"}"
  }
}

resource "aws_api_gateway_method_settings" "api_rest_api_stage_settings" {
  rest_api_id = aws_api_gateway_rest_api.api_rest_api.id
  stage_name  = aws_api_gateway_stage.api_rest_api_stage.stage_name
  method_path = "*/*"

  settings {
    throttling_burst_limit = 100
    throttling_rate_limit  = 50
  }
}

resource "aws_cloudwatch_metric_alarm" "api_rest_api_stage_server_errors_alarm" {
  count             = contains(var.enabled, "api_rest_api_stage_server_errors_alarm") ? 1 : 0
  alarm_name        = "lambda-monorepo-${var.environment}-ApiRestApi${title(var.environment)}StageServerErrors"
  alarm_description = "lambda-monorepo: the API answers 5xx in ${var.environment}"
  namespace         = "AWS/ApiGateway"
  metric_name       = "5XXError"
  dimensions = {
    ApiName = "lambda-monorepo-${var.environment}-api"
    Stage   = var.environment
  }
  statistic           = "Sum"
  period              = var.api_rest_api_stage_server_errors_alarm_period
  evaluation_periods  = 1
  threshold           = var.api_rest_api_stage_server_errors_alarm_threshold
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

resource "aws_cloudwatch_metric_alarm" "api_rest_api_stage_client_errors_alarm" {
  count             = contains(var.enabled, "api_rest_api_stage_client_errors_alarm") ? 1 : 0
  alarm_name        = "lambda-monorepo-${var.environment}-ApiRestApi${title(var.environment)}StageClientErrors"
  alarm_description = "lambda-monorepo: the API answers many 4xx in ${var.environment}"
  namespace         = "AWS/ApiGateway"
  metric_name       = "4XXError"
  dimensions = {
    ApiName = "lambda-monorepo-${var.environment}-api"
    Stage   = var.environment
  }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 100
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
