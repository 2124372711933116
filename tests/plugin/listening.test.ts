import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { type Plugin, startPlugin } from "../../provider/adapters/plugin";
import { components } from "../../sdk/plugin/components";

describe("the plugin's port", () => {
  let plugin: Plugin;

  before(async () => {
    plugin = await startPlugin(undefined, components);
  });

  after(() => plugin.stop());

  async function answerOf(host: string): Promise<string> {
    const socket = connect({ host, port: plugin.port, timeout: 5000 });
    try {
      await once(socket, "connect");
      return "connected";
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    } finally {
      socket.destroy();
    }
  }

  it("is open to this machine", async () => {
    assert.equal(await answerOf("127.0.0.1"), "connected");
  });

  it("is closed at every address by which other machines reach this one", async function () {
    const addresses = Object.values(networkInterfaces()).flat();
    const outward = addresses.flatMap(found => (found?.internal === false ? [found] : []));
    // One of a single link needs the name of the interface as well.
    const hosts = outward.map(({ address }) => address).filter(address => !address.startsWith("fe80:"));
    if (hosts.length === 0) this.skip();
    for (const host of hosts) assert.equal(await answerOf(host), "ECONNREFUSED", host);
  });
});
