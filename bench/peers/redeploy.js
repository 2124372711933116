// redeploy.js DEPLOYMENT URL: asks the API to deploy again what is there, and waits until the new build is served.
// `zuplo deploy` would pack and upload the gateway's sources first: this is the quicker way, in favour of who uses it.
const pollMs = 50;
const maxBuildMs = 60_000;

const [deployment, url] = process.argv.slice(2);
const { ZUPLO_DEVELOPER_API_ENDPOINT: api, ZUPLO_API_KEY: key } = process.env;

async function servedBuild() {
  const answer = await fetch(`${url}/__zuplo/build`, { headers: { connection: "close" } });
  return (await answer.json()).buildId;
}

async function main() {
  const before = await servedBuild();
  const headers = { Authorization: `Bearer ${key}` };
  const answer = await fetch(`${api}/v1/deployments/${deployment}/deploy`, { method: "POST", headers });
  if (!answer.ok) throw new Error(`the redeploy was answered with ${answer.status}`);
  const deadline = Date.now() + maxBuildMs;
  while ((await servedBuild()) === before) {
    if (Date.now() > deadline) throw new Error(`the new build of ${deployment} was not served`);
    await new Promise(resolve => setTimeout(resolve, pollMs));
  }
}

main().catch(error => {
  console.error(String(error));
  process.exitCode = 1;
});
