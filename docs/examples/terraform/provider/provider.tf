terraform {
  required_providers {
    zuplo = { source = "pulumi-zuplo/zuplo" }
  }
}

# The API key comes from ZUPLO_API_KEY, so that it stands in no file.
provider "zuplo" {
  project = "gateway"
}
