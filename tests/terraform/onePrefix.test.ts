import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import type { RawInputs } from "../../provider/resources/resource";

import { type InState, StandIn } from "./standIn";

const binding = "zuplo_mtls_binding";

/** As with `for_each` over the projects of a team. */
describe("one name_prefix in two projects of one configuration", () => {
  let emulator: Emulator;
  let [first, next]: Issued[] = [];
  let inGateway: InState;
  let inOther: InState;

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 20, projects: ["gateway", "other"] });
    [first, next] = [await emulator.authority.issue(), await emulator.authority.issue()];
    const making = process();
    inGateway = await making.run(binding, config(first, { project: "gateway" }));
    inOther = await making.run(binding, config(first, { project: "other" }));
  });
  afterEach(() => emulator.stop());

  const process = () => new StandIn(emulator);
  const namesIn = (project: string) => emulator.certificates(project).map(({ name }) => name);
  const config = (
    { chain, privateKey }: Issued = first ?? assert.fail(),
    more: RawInputs = {},
  ): RawInputs => ({
    namePrefix: "backend",
    certificate: chain,
    privateKeyWo: privateKey,
    variable: "BACKEND_MTLS_CERT",
    valueOnDelete: "",
    stages: [{ branches: ["main"] }],
    ...more,
  });

  it("removes one while the other one rotates", async () => {
    // given
    const planning = process();
    const rotating = planning.plan(binding, config(next, { project: "other" }), inOther);
    const leaving = await planning.planDelete(binding, inGateway);
    // when
    const applying = process();
    await applying.apply(binding, config(next, { project: "other" }), await rotating, inOther);
    await applying.delete(binding, leaving);
    // then
    assert.deepEqual(namesIn("gateway"), []);
    assert.equal(emulator.variables("main", "gateway").BACKEND_MTLS_CERT, "");
    assert.deepEqual(namesIn("other"), [emulator.variables("main", "other").BACKEND_MTLS_CERT]);
  });

  it("is refused in one project, be it written or the provider's", async () => {
    const planning = process();
    await planning.plan(binding, config(first, { project: "gateway" }), inGateway);
    await assert.rejects(planning.plan(binding, config(first, { variable: "OTHER" })), /ZUPLO1221/);
  });
});
