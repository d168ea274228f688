output "versions" {
  description = "The newest version of every function."
  value = {
    UserService = module.user_service.version
  }
}

output "api_rest_api_id" {
  description = "Id of the REST API"
  value       = module.app_api.app_api_api_rest_api_id
}

output "api_rest_api_url" {
  description = "Address of the production stage"
  value       = "https://${module.app_api.app_api_api_rest_api_id}.execute-api.us-east-1.${data.aws_partition.current.dns_suffix}/production"
}

output "user_service_function_name" {
  description = "Name of the function UserService"
  value       = module.user_service.user_service_function_function_name
}

output "users_table_name" {
  description = "Name of the table users of production"
  value       = "production-users"
}
