data "zuplo_environments" "all" {}

output "branches" {
  value = data.zuplo_environments.all.environments[*].branch
}
