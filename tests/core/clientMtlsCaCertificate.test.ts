import assert from "node:assert/strict";
import { type Fault, spoil } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { settingsOf } from "../../emulator/settings";
import { lifecycles } from "../../provider/lifecycle";
import { clientMtlsCaCertificate as resource } from "../../provider/resources/clientMtlsCaCertificate/lifecycle";
import { contextOf, withEmulator } from "../support/core";
import { dynamicAdapter } from "../support/dynamicHost";
import { calls } from "../support/rotation";
import { type Declared, Stack } from "../support/run";

describe("a CA certificate for callers", () => {
  const create = async (context: ReturnType<typeof contextOf>, news: Record<string, unknown>) => {
    const { inputs, failures } = resource.check(context, undefined, news);
    assert.deepEqual(failures, []);
    return resource.create(context, resource.contract.inputs.parse(inputs));
  };

  it("is created, renamed in place, and deleted, with one call each", () =>
    withEmulator({}, async emulator => {
      const { certificate } = await createAuthority();
      const { id, state } = await create(contextOf(emulator), { certificate });
      assert.match(id, /^mtlsca_/);
      assert.match(state.name, /^backend_prod_[0-9a-f]{12}$/);
      const news = { certificate: certificate.replaceAll("\n", "\r\n"), name: "partners" };
      assert.deepEqual(resource.diff(contextOf(emulator), state, news), { name: "update" });
      const renamed = await resource.update(contextOf(emulator), id, state, { ...state, ...news });
      assert.equal((await resource.read(contextOf(emulator), id, renamed))?.state.name, "partners");
      await resource.delete(contextOf(emulator), id, renamed);
      assert.equal(await resource.read(contextOf(emulator), id, renamed), undefined);
      await resource.delete(contextOf(emulator), id, renamed);
      assert.deepEqual(
        emulator.writes().map(({ kind }) => kind),
        ["create", "update", "delete", "delete"].map(verb => `ca-certificate.${verb}`),
      );
    }));

  describe("with another certificate under the same resource", () => {
    const changed = async (onReplace?: string) => {
      const { certificate } = await createAuthority();
      return { certificate, ...(onReplace === undefined ? {} : { onReplace }) };
    };

    it("fails in preview, and names both ways", () =>
      withEmulator({}, async emulator => {
        const { state } = await create(contextOf(emulator), await changed());
        emulator.clearTrace();
        const { failures } = resource.check(contextOf(emulator), { ...state }, await changed());
        assert.deepEqual(
          failures.map(({ property }) => property),
          ["certificate"],
        );
        const [{ reason, code } = assert.fail()] = failures;
        assert.equal(code, "ZUPLO1106");
        assert.match(reason, /Add a second resource .* or set onReplace to "delete"/);
        assert.deepEqual(emulator.trace, []);
      }));

    it('is replaced with onReplace: "delete"', () =>
      withEmulator({}, async emulator => {
        const { state } = await create(contextOf(emulator), await changed());
        const { inputs, failures } = resource.check(
          contextOf(emulator),
          { ...state },
          await changed("delete"),
        );
        assert.deepEqual(failures, []);
        assert.equal(resource.diff(contextOf(emulator), state, inputs).certificate, "replace");
        assert.notEqual(inputs.name, state.name);
      }));

    describe("and the same fixed name", () => {
      const declared = async (more = {}): Promise<Declared> => ({
        type: "ClientMtlsCaCertificate",
        name: "callers",
        args: { name: "partners", ...(await changed("delete")), ...more },
      });

      for (const by of ["settings", "key"])
        it(`takes its place: the old one goes first, since Zuplo has one of a name; the ${by} tells the account`, () =>
          withEmulator({}, async emulator => {
            const options = by === "key" ? { env: { ZUPLO_ACCOUNT: "" } } : {};
            const stack = new Stack(emulator);
            await stack.up([await declared()], options);
            emulator.clearTrace();
            const next = await declared();
            // when
            await stack.up([next], options);
            // then
            assert.deepEqual(
              emulator.writes().map(({ kind }) => kind),
              ["ca-certificate.delete", "ca-certificate.create"],
            );
            assert.equal(stack.outputs(next).name, "partners");
          }));

      it("is kept until the new one is there where that has another name", () =>
        withEmulator({}, async emulator => {
          const stack = new Stack(emulator);
          await stack.up([await declared()]);
          emulator.clearTrace();
          // when
          await stack.up([await declared({ name: "partners_2027" })]);
          // then
          assert.deepEqual(
            emulator.writes().map(({ kind }) => kind),
            ["ca-certificate.create", "ca-certificate.delete"],
          );
        }));

      it("is told to Pulumi's dynamic host as what it is", () =>
        withEmulator({}, async emulator => {
          const { ZUPLO_API_KEY = "", ZUPLO_ACCOUNT = "" } = settingsOf(emulator);
          const adapter = await dynamicAdapter(lifecycles.ClientMtlsCaCertificate, {
            "zuplo:apiKey": ZUPLO_API_KEY,
            "zuplo:account": ZUPLO_ACCOUNT,
          });
          const args = async (more = {}) => ({ name: "partners", ...(await changed("delete")), ...more });
          const { inputs: state } = await adapter.check({}, await args());
          for (const [more, isFirst] of [
            [{}, true],
            [{ name: "partners_2027" }, false],
          ] as const) {
            const { inputs } = await adapter.check(state, await args(more));
            const { replaces, deleteBeforeReplace } = await adapter.diff("mtlsca_1", state, inputs);
            assert.deepEqual(replaces, ["certificate"]);
            assert.equal(deleteBeforeReplace, isFirst);
          }
        }));
    });

    it("may have onReplace set alone, which calls nothing", () =>
      withEmulator({}, async emulator => {
        const { id, state } = await create(contextOf(emulator), await changed());
        emulator.clearTrace();
        const news = { ...state, onReplace: "delete" as const };
        assert.deepEqual(resource.diff(contextOf(emulator), state, news), { onReplace: "update" });
        await resource.update(contextOf(emulator), id, state, news);
        assert.deepEqual(emulator.trace, []);
      }));
  });

  it("that has expired is refused in preview, unless it is the one in use", () =>
    withEmulator({}, async emulator => {
      const { certificate } = await createAuthority();
      const later = contextOf(emulator, { now: () => Date.now() + 200 * 365 * 24 * 3_600_000 });
      assert.match(
        String(resource.check(later, undefined, { certificate }).failures[0]?.reason),
        /^expired at /,
      );
      const { state } = await create(contextOf(emulator), { certificate });
      assert.deepEqual(resource.check(later, { ...state }, { certificate }).failures, []);
    }));

  it("has a name that is an identifier, which is said with the nearest one", () =>
    withEmulator({}, async emulator => {
      const { certificate } = await createAuthority();
      const [failure] = resource.check(contextOf(emulator), undefined, {
        certificate,
        name: "our partners",
      }).failures;
      assert.equal(failure?.property, "name");
      assert.match(
        failure?.reason ?? "",
        /^'our partners' must be a JavaScript identifier .*: use 'our_partners'\.$/,
      );
    }));

  it("needs no project, and is found by its id or name in an import", () =>
    withEmulator({}, async emulator => {
      const context = contextOf(emulator, { env: { ZUPLO_PROJECT: "" } });
      const { id, state } = await create(context, {
        certificate: (await createAuthority()).certificate,
        name: "partners",
      });
      for (const text of [id, "partners", `${emulator.account}/${id}`]) {
        const found = await resource.import(contextOf(emulator), text);
        assert.equal(found?.id, id, text);
        assert.equal(found?.inputs.name, state.name);
      }
      assert.equal(await resource.import(contextOf(emulator), "nobody"), undefined);
      await assert.rejects(resource.import(contextOf(emulator), "a/b/c"), /Give ID or account\/ID/);
    }));

  it("is looked for when the answer to its creation was lost", () =>
    withEmulator({}, async emulator => {
      emulator.onCall(spoil(call => call.kind === "ca-certificate.create", { destroy: "after" }));
      const { id } = await create(contextOf(emulator), {
        certificate: (await createAuthority()).certificate,
      });
      assert.match(id, /^mtlsca_/);
      assert.equal(calls(emulator.trace, "ca-certificate.create").length, 1);
    }));

  it("of the same name that was there before is nobody's creation, whatever answer was lost", () =>
    withEmulator({}, async emulator => {
      const args = { name: "partners", onReplace: "delete" };
      const { certificate: old } = await createAuthority();
      const foreign = await create(contextOf(emulator), { ...args, certificate: old });
      emulator.onCall(spoil(({ kind }) => kind === "ca-certificate.create", { destroy: "before" }));
      const { certificate } = await createAuthority();
      await assert.rejects(
        create(contextOf(emulator), { ...args, certificate }),
        new RegExp(`of this name already \\(${foreign.id}\\)`),
      );
    }));

  describe("that is renamed", () => {
    const isUpdate = ({ kind }: { kind: string }) => kind === "ca-certificate.update";
    const rename = (fault: Fault, times = 1) =>
      withEmulator({}, async emulator => {
        const { certificate } = await createAuthority();
        const { id, state } = await create(contextOf(emulator), { certificate, name: "old" });
        const context = contextOf(emulator);
        emulator.onCall(spoil(isUpdate, fault, times));
        const renamed = await resource.update(context, id, state, { ...state, name: "partners" });
        assert.equal(renamed.name, "partners");
        const found = await resource.read(context, id, renamed);
        assert.equal(found?.state.name, "partners");
        assert.equal(found?.state.updatedOn, renamed.updatedOn);
      });

    for (const [title, fault] of [
      ["204", { status: 204 }],
      ["{}", { status: 200, body: {} }],
      ["its state", { status: 200, body: { status: "ok" } }],
    ] as const)
      it(`is renamed where that is answered with ${title}`, () => rename({ ...fault, when: "after" }));

    it("is looked up where the answer was lost, to every try", () =>
      rename({ status: 500, when: "after" }, 6));

    it("is looked up where a second try is refused", () =>
      withEmulator({}, async emulator => {
        const { certificate } = await createAuthority();
        const { id, state } = await create(contextOf(emulator), { certificate, name: "old" });
        emulator.onCall(spoil(isUpdate, { destroy: "after" }));
        emulator.onCall(spoil(isUpdate, { status: 409, body: { title: "Conflict" } }));
        const renamed = await resource.update(contextOf(emulator), id, state, { ...state, name: "partners" });
        assert.equal(renamed.name, "partners");
      }));

    it("is an error where nothing shows that it was", async () => {
      await assert.rejects(rename({ status: 200, body: {} }), /ZUPLO1609/);
      await assert.rejects(rename({ status: 409, body: { title: "Conflict" } }), /ZUPLO1604/);
    });
  });

  it("must be one, and only one", () =>
    withEmulator({}, async emulator => {
      const authority = await createAuthority();
      const leaf = (await authority.issue()).certificate;
      const reasons = (certificate: string) =>
        resource.check(contextOf(emulator), undefined, { certificate }).failures.map(({ reason }) => reason);
      assert.match(reasons(leaf).join(), /is not a CA certificate/);
      assert.match(reasons(authority.certificate + leaf).join(), /contains more than one certificate/);
      assert.match(reasons("x").join(), /is not PEM/);
    }));
});
