variable "protect_data" {
  description = "Whether tables and user pools refuse to be deleted."
  type        = bool
  default     = true
}

variable "canaries" {
  description = "Functions under a canary: the version that keeps most calls, the newest one's share."
  type        = map(object({ stable_version = string, weight = number }))
  default     = {}
}
