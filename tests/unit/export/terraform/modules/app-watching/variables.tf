variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "first_region" {
  description = "Whether this is the region of what exists once for all regions."
  type        = bool
}

variable "enabled" {
  description = "What this environment has, and others have not."
  type        = set(string)
}
