import pulumi_zuplo as zuplo

zuplo.EnvironmentVariable(
    "backend-url",
    branch="main",
    name="BACKEND_URL",
    value="https://backend.example.com",
)
