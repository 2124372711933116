// The floor of a dynamic provider: the same inputs, outputs as long as the real ones, and nothing done.
const { readFileSync } = require("node:fs");
const { dynamic } = require("@pulumi/pulumi");

const provider = {
  check: async (_olds, news) => ({ inputs: news, failures: [] }),
  diff: async (_id, olds, news) => {
    const isSame = olds.certificate === news.certificate;
    return { changes: !isSame, replaces: isSame ? [] : ["certificate"] };
  },
  create: async inputs => {
    const text = length => "x".repeat(length);
    const outs = {
      ...inputs,
      name: text(30),
      fingerprint: text(64),
      serialNumber: text(32),
      subject: text(20),
    };
    const dates = { validFrom: text(24), validTo: text(24), createdOn: text(24), updatedOn: text(24) };
    return { id: `noop_${process.hrtime.bigint()}`, outs: { ...outs, issuer: text(20), ...dates } };
  },
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news) => ({ outs: news }),
  delete: async () => {},
};

class Certificate extends dynamic.Resource {
  constructor(name, args) {
    const outputs = ["name", "fingerprint", "serialNumber", "subject", "issuer", "validFrom", "validTo"];
    const unset = Object.fromEntries([...outputs, "createdOn", "updatedOn"].map(key => [key, undefined]));
    super(provider, name, { ...unset, ...args }, undefined, "noop", "Certificate");
  }
}

for (const { name, args } of JSON.parse(readFileSync("inputs.json", "utf8"))) new Certificate(name, args);
