data "zuplo_deployments" "all" {}

output "urls" {
  value = { for deployment in data.zuplo_deployments.all.deployments : deployment.name => deployment.url }
}
