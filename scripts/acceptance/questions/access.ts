import { Secret } from "../../../provider/text/secret";
import { inquiry } from "../inquiry";
import { assume } from "../rows";
import { certificatesPath } from "../scene";

/** The provider takes each of them as "not there, or no access". */
const refusals = ["401", "403", "404"];

export const access = inquiry({
  doing: "asking for what is not there, and with a key that is none",
  questions: {
    project: assume("status of a project that is not there, or that the key may not see", "404", refusals),
    key: assume("status with a key that is not valid", "401", refusals),
  },
  async ask({ raw, scope }) {
    const project = { ...scope, project: "pulumi-zuplo-not-there" };
    const missing = await raw.call({
      method: "GET",
      path: certificatesPath(project),
      as: "…/projects/{not there}/mtls-certificates",
    });
    const unknown = await raw.call({
      method: "GET",
      path: "/v1/who-am-i",
      apiKey: new Secret("zpka_not_a_key"),
      as: "/v1/who-am-i (another key)",
      shown: () => undefined,
    });
    await raw.call({ method: "GET", path: "/v1/who-am-i", as: "/v1/who-am-i" });
    return { project: { value: String(missing.status) }, key: { value: String(unknown.status) } };
  },
});
