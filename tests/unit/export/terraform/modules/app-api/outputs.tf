output "app_api_api_rest_api_id" {
  description = "id of aws_api_gateway_rest_api.api_rest_api."
  value       = aws_api_gateway_rest_api.api_rest_api.id
}
