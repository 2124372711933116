// What a generic command provider gives: resources whose create, update and delete are shell commands, here Zuplo's own
// CLI and a script for the redeploy. The order of the rotation is the program's affair.
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { dynamic } = require("@pulumi/pulumi");

const run = async (command, env = {}) => {
  const { promisify } = require("node:util");
  const { execFile } = require("node:child_process");
  const { stdout } = await promisify(execFile)("sh", ["-ec", command], { env: { ...process.env, ...env } });
  return stdout;
};

const provider = {
  diff: async (_id, olds, news) => {
    const isSame = olds.create === news.create && olds.update === news.update;
    return { changes: !isSame, replaces: isSame || news.update !== undefined ? [] : ["create"] };
  },
  create: async inputs => {
    const stdout = await run(inputs.create);
    return { id: `command_${process.hrtime.bigint()}`, outs: { ...inputs, stdout } };
  },
  update: async (_id, _olds, news) => ({ outs: { ...news, stdout: await run(news.update) } }),
  delete: async (_id, props) => {
    if (props.delete !== undefined) await run(props.delete, { COMMAND_STDOUT: props.stdout });
  },
};

class Command extends dynamic.Resource {
  constructor(name, args, opts) {
    super(provider, name, { stdout: undefined, ...args }, opts, "command", "Local");
  }
}

const { branches, zuplo, redeploy } = JSON.parse(readFileSync("inputs.json", "utf8"));
const fingerprint = createHash("sha256").update(readFileSync("client.pem")).digest("hex");
const name = `backend_${fingerprint.slice(0, 8)}`;

// Without `update`, another command is a replacement: the new one is created first, the old one deleted last.
const certificate = new Command("certificate", {
  create:
    `${zuplo} mtls-certificate create --name ${name} --cert client.pem --key client.key ` +
    "--environment-type preview --environment-type production",
  delete: `${zuplo} mtls-certificate delete --cert-id "$(echo "$COMMAND_STDOUT" | grep -o 'cert_[0-9a-f]*')"`,
});
const variables = branches.map(({ branch }) => {
  const set = `--branch ${branch} --name BACKEND_MTLS_CERT --value ${name}`;
  const args = {
    create: `${zuplo} variable create ${set} --is-secret false`,
    update: `${zuplo} variable update ${set}`,
  };
  return new Command(`variable-${branch}`, args, { dependsOn: certificate });
});
const others = `${zuplo} mtls-certificate list | awk '/ID:/ { id = $2 } /Name:/ && $2 != "${name}" { print id }'`;
const retirement = new Command(
  "retirement",
  {
    create: "true",
    update: `for id in $(${others}); do ${zuplo} mtls-certificate disable --cert-id "$id"; done`,
  },
  { dependsOn: variables },
);
for (const { branch, deployment, url } of branches) {
  const command = `${redeploy} ${deployment} ${url} # ${name}`;
  new Command(branch, { create: command, update: command }, { dependsOn: retirement });
}
