locals {
  functions = {
    UserService = {
      file = "${path.root}/../../artifacts/UserService-000000000000.zip"
      hash = "AAAA"
    }
  }
  layers = {}
}
