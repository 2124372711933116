import * as zuplo from "pulumi-zuplo/native";

new zuplo.EnvironmentVariable("backend-url", {
  branch: "main",
  name: "BACKEND_URL",
  value: "https://backend.example.com",
});
