import assert from "node:assert/strict";
import { assertFailed } from "../../support/project";
import { assertSafe, names } from "../../support/rotation";
import { assertServedBy } from "../expect";
import { binding, said, withEngine } from "./world";

const apiKey = "zpka_a_key_of_the_route";
const serial = `\${serialNumber}`;

withEngine(
  "a rotation to a certificate that the gateway does not show is rolled back by `expect`, and is green without it",
  ["main"],
  async world => {
    const { emulator, project } = world;
    const { authority } = emulator;
    const stage = (path: string, expect?: unknown) => ({
      branches: ["main"],
      verify: {
        path,
        timeout: 2,
        headers: { authorization: `Bearer ${apiKey}`, "x-other": { secret: `${apiKey}_2` } },
        ...(expect === undefined ? {} : { expect }),
      },
    });
    const rotated = async (path: string, expect?: unknown) =>
      binding(await authority.issue(), ["main"], { stages: [stage(path, expect)] });
    const proof = { headers: { "x-client-serial": serial } };
    const texts: string[] = [];
    // given code that reads the variable of the program: it proves what it shows
    texts.push((await world.up([await rotated("/health", proof)])).text);
    // when the code reads another one, which is not set
    const unset = "/via/OTHER_MTLS_CERT/health";
    texts.push((await world.up([await rotated(unset)])).text);
    const [name] = names(emulator);
    const failed = await world.try([await rotated(unset, proof)], "--diff");
    // then
    assertFailed(failed);
    assert.match(
      said(failed),
      /answered 200 without the header 'x-client-serial', which should contain '[0-9A-F]+'/,
    );
    assert.match(said(failed), /Rolled back in .*\[ZUPLO1404\]/);
    assertServedBy(emulator, "main", name);
    assertSafe(emulator);
    // and the key of the route stands nowhere
    texts.push(failed.text, await project.state());
    for (const text of texts) assert.ok(!text.includes(apiKey), text);
  },
  { clientCertificate: "optional" },
);
