output "version" {
  description = "The newest version of the function."
  value       = aws_lambda_function.function.version
}

output "user_service_function_function_name" {
  description = "function_name of aws_lambda_function.function."
  value       = aws_lambda_function.function.function_name
}
