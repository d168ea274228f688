resource "aws_dynamodb_table" "users_table" {
  name             = "${var.environment}-users"
  hash_key         = "id"
  billing_mode     = "PROVISIONED"
  read_capacity    = 5
  write_capacity   = 5
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"
  tags = {
    Project     = "LambdaMonorepo"
    Environment = var.environment
    ManagedBy   = "sam-deploy"
  }
  deletion_protection_enabled = var.protect_data

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "email"
    type = "S"
  }

  global_secondary_index {
    name            = "email-index"
    hash_key        = "email"
    projection_type = "ALL"
    read_capacity   = 5
    write_capacity  = 5
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }

  lifecycle {
    ignore_changes = [read_capacity, write_capacity, global_secondary_index]
  }
}

resource "aws_appautoscaling_target" "users_table_read_target" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.users_table.name}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  min_capacity       = 5
  max_capacity       = 100
}

resource "aws_appautoscaling_policy" "users_table_read_policy" {
  resource_id        = aws_appautoscaling_target.users_table_read_target.resource_id
  scalable_dimension = aws_appautoscaling_target.users_table_read_target.scalable_dimension
  service_namespace  = aws_appautoscaling_target.users_table_read_target.service_namespace
  name               = "ReadUtilization"
  policy_type        = "TargetTrackingScaling"

  target_tracking_scaling_policy_configuration {
    target_value       = 70
    scale_in_cooldown  = 60
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}

resource "aws_appautoscaling_target" "users_table_write_target" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.users_table.name}"
  scalable_dimension = "dynamodb:table:WriteCapacityUnits"
  min_capacity       = 5
  max_capacity       = 100
}

resource "aws_appautoscaling_policy" "users_table_write_policy" {
  resource_id        = aws_appautoscaling_target.users_table_write_target.resource_id
  scalable_dimension = aws_appautoscaling_target.users_table_write_target.scalable_dimension
  service_namespace  = aws_appautoscaling_target.users_table_write_target.service_namespace
  name               = "WriteUtilization"
  policy_type        = "TargetTrackingScaling"

  target_tracking_scaling_policy_configuration {
    target_value       = 70
    scale_in_cooldown  = 60
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "DynamoDBWriteCapacityUtilization"
    }
  }
}

resource "aws_appautoscaling_target" "users_table_email_index_read_target" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.users_table.name}/index/email-index"
  scalable_dimension = "dynamodb:index:ReadCapacityUnits"
  min_capacity       = 5
  max_capacity       = 100
}

resource "aws_appautoscaling_policy" "users_table_email_index_read_policy" {
  resource_id        = aws_appautoscaling_target.users_table_email_index_read_target.resource_id
  scalable_dimension = aws_appautoscaling_target.users_table_email_index_read_target.scalable_dimension
  service_namespace  = aws_appautoscaling_target.users_table_email_index_read_target.service_namespace
  name               = "ReadUtilization"
  policy_type        = "TargetTrackingScaling"

  target_tracking_scaling_policy_configuration {
    target_value       = 70
    scale_in_cooldown  = 60
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}

resource "aws_appautoscaling_target" "users_table_email_index_write_target" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.users_table.name}/index/email-index"
  scalable_dimension = "dynamodb:index:WriteCapacityUnits"
  min_capacity       = 5
  max_capacity       = 100
}

resource "aws_appautoscaling_policy" "users_table_email_index_write_policy" {
  resource_id        = aws_appautoscaling_target.users_table_email_index_write_target.resource_id
  scalable_dimension = aws_appautoscaling_target.users_table_email_index_write_target.scalable_dimension
  service_namespace  = aws_appautoscaling_target.users_table_email_index_write_target.service_namespace
  name               = "WriteUtilization"
  policy_type        = "TargetTrackingScaling"

  target_tracking_scaling_policy_configuration {
    target_value       = 70
    scale_in_cooldown  = 60
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "DynamoDBWriteCapacityUtilization"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "users_table_read_throttles_alarm" {
  count             = contains(var.enabled, "users_table_read_throttles_alarm") ? 1 : 0
  alarm_name        = "lambda-monorepo-${var.environment}-Users${title(var.environment)}TableReadThrottles"
  alarm_description = "lambda-monorepo: reads of users are throttled in ${var.environment}"
  namespace         = "AWS/DynamoDB"
  metric_name       = "ReadThrottleEvents"
  dimensions = {
    TableName = "${var.environment}-users"
  }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
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

resource "aws_cloudwatch_metric_alarm" "users_table_write_throttles_alarm" {
  count             = contains(var.enabled, "users_table_write_throttles_alarm") ? 1 : 0
  alarm_name        = "lambda-monorepo-${var.environment}-Users${title(var.environment)}TableWriteThrottles"
  alarm_description = "lambda-monorepo: writes of users are throttled in ${var.environment}"
  namespace         = "AWS/DynamoDB"
  metric_name       = "WriteThrottleEvents"
  dimensions = {
    TableName = "${var.environment}-users"
  }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
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

resource "aws_cloudwatch_metric_alarm" "users_table_email_index_read_throttles_alarm" {
  count             = contains(var.enabled, "users_table_email_index_read_throttles_alarm") ? 1 : 0
  alarm_name        = "lambda-monorepo-${var.environment}-Users${title(var.environment)}TableEmailIndexReadThrottles"
  alarm_description = "lambda-monorepo: reads of the index email-index of users are throttled in ${var.environment}"
  namespace         = "AWS/DynamoDB"
  metric_name       = "ReadThrottleEvents"
  dimensions = {
    TableName                = "${var.environment}-users"
    GlobalSecondaryIndexName = "email-index"
  }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
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

resource "aws_cloudwatch_metric_alarm" "users_table_email_index_write_throttles_alarm" {
  count             = contains(var.enabled, "users_table_email_index_write_throttles_alarm") ? 1 : 0
  alarm_name        = "lambda-monorepo-${var.environment}-Users${title(var.environment)}TableEmailIndexWriteThrottles"
  alarm_description = "lambda-monorepo: writes of the index email-index of users are throttled in ${var.environment}"
  namespace         = "AWS/DynamoDB"
  metric_name       = "WriteThrottleEvents"
  dimensions = {
    TableName                = "${var.environment}-users"
    GlobalSecondaryIndexName = "email-index"
  }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
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
