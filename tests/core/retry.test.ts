import assert from "node:assert/strict";
import { environmentVariable } from "../../provider/resources/environmentVariable/lifecycle";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { PartialFailure } from "../../provider/resources/partialFailure";
import type { RedeploymentState } from "../../provider/resources/redeployment/contract";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { contextOf, uploadCertificate, withEmulator } from "../support/core";
import { assertSafe, names } from "../support/rotation";

const branches = ["staging", "canary"];
const name = "BACKEND_MTLS_CERT";

describe("a rotation that was rolled back on two deployments of one type", () => {
  for (const order of ["in the same order", "in the other order", "side by side"] as const) {
    it(`goes on ${order}: both variables change before the old certificate is disabled`, () =>
      withEmulator({ branches: branches.map(branch => ({ name: branch })), deployMs: 50 }, async emulator => {
        const isTogether = order === "side by side";
        const each = async <T>(work: (branch: string) => Promise<T>, places = branches): Promise<T[]> => {
          if (isTogether) return Promise.all(places.map(work));
          const results: T[] = [];
          for (const branch of places) results.push(await work(branch));
          return results;
        };
        const args = (branch: string, certificate: string) => ({
          branch,
          certificates: [certificate],
          variables: [{ branch, name, value: certificate }],
          verify: { path: "/health", timeout: 1 },
          timeout: 5,
        });
        // given a certificate in service
        const first = contextOf(emulator);
        const old = await uploadCertificate(first, await emulator.authority.issue());
        const variables = await each(branch =>
          environmentVariable.create(first, { branch, name, value: old.state.name, isSecret: false }),
        );
        const before = await each(branch => redeployment.create(first, args(branch, old.state.name)));
        // and a rotation that both deployments rolled back, or that the second one did not begin after the first one had
        const failed = contextOf(emulator);
        const next = await uploadCertificate(failed, await emulator.authority.issue());
        for (const [index, { id, state }] of variables.entries()) {
          const value = next.state.name;
          await environmentVariable.update(failed, id, state, { branch: branches[index] ?? "", name, value });
        }
        const olds = await each(async branch => {
          if (isTogether || branch === branches[0]) emulator.failNextBuild(branch);
          const { id, state } = before[branches.indexOf(branch)] as (typeof before)[number];
          try {
            await redeployment.update(failed, id, state, args(branch, next.state.name));
          } catch (error) {
            assert.ok(error instanceof PartialFailure, String(error));
            return error.state as RedeploymentState;
          }
          throw new Error("The build should have failed.");
        });
        assertSafe(emulator);
        // and nobody's push takes on what has failed
        for (const branch of branches) assert.equal(emulator.variables(branch)[name], old.state.name, branch);
        // when the next run tries again: the variables' own resources know of no change
        const again = contextOf(emulator);
        for (const branch of branches) {
          const identity = { project: "shop", stack: "prod", parents: "", resource: branch };
          const { session } = again;
          environmentVariable.check({ session, identity }, undefined, {
            branch,
            name,
            value: next.state.name,
          });
        }
        await each(
          async branch => {
            const { id } = before[branches.indexOf(branch)] as (typeof before)[number];
            const state = olds[branches.indexOf(branch)] as RedeploymentState;
            return redeployment.update(again, id, state, args(branch, next.state.name));
          },
          order === "in the other order" ? [...branches].reverse() : branches,
        );
        // then no push in between would have broken a deployment
        assertSafe(emulator);
        await mtlsCertificate.delete(again, old.id, old.state);
        assert.deepEqual(names(emulator), [next.state.name]);
        for (const branch of branches)
          assert.equal(emulator.served(branch).at(-1)?.certificates[name], next.state.name);
      }));
  }
});
