import { basename } from "node:path";

/** One executable is all three programs: the name by which it is called says which. */
const programs: Record<string, () => unknown> = {
  "pulumi-resource-zuplo": () => require("../../sdk/plugin/main"),
  "terraform-provider-zuplo": () => require("../../provider/adapters/terraformMain"),
};

// A link has a name of its own, which process.execPath does not tell.
const called = basename(process.argv0);
const program = Object.keys(programs).find(name => called.startsWith(name));
if (program === undefined) require("../../cli/main");
else programs[program]?.();
