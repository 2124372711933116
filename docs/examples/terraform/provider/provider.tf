terraform {
  required_providers {
    zuplo = { source = "pulumi-zuplo/zuplo" }
  }
}

# The API key comes from ZUPLO_API_KEY, so that it is in no file.
provider "zuplo" {
  project = "gateway"
}
