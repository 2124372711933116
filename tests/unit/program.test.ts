import assert from "node:assert/strict";
import { ProgramCertificates, type WantedCertificate } from "../../provider/program/certificates";

const identity = { project: "shop", stack: "prod", parents: "", resource: "backend" };

function program(wanted: Partial<WantedCertificate>): ProgramCertificates {
  const certificates = new ProgramCertificates();
  certificates.note(identity, { environments: ["production"], onDelete: "delete", ...wanted });
  return certificates;
}

describe("the certificates of a program", () => {
  const main = { name: "gateway-main", branchName: "main" };
  const uses = { variable: "BACKEND_MTLS_CERT", branches: ["main"], deployments: [] };

  it("tell which variable a binding sets on a branch for the first time", () => {
    assert.deepEqual(program({ uses }).variablesComingTo("gateway", main), ["BACKEND_MTLS_CERT"]);
    const elsewhere = { ...uses, branches: ["staging"] };
    assert.deepEqual(program({ uses, usedBefore: elsewhere }).variablesComingTo("gateway", main), [
      "BACKEND_MTLS_CERT",
    ]);
    const another = { ...uses, variable: "OTHER" };
    assert.deepEqual(program({ uses, usedBefore: another }).variablesComingTo("gateway", main), [
      "BACKEND_MTLS_CERT",
    ]);
  });

  it("tell none that the state knows, of another branch, or of another project", () => {
    const known = program({ uses, usedBefore: uses, project: "gateway" });
    assert.deepEqual(known.variablesComingTo("gateway", main), []);
    const staging = { name: "gateway-staging", branchName: "staging" };
    assert.deepEqual(program({ uses }).variablesComingTo("gateway", staging), []);
    assert.deepEqual(program({ uses, project: "portal" }).variablesComingTo("gateway", main), []);
  });

  it("know by its name the deployment of a stage without branches", () => {
    const byName = { ...uses, branches: [], deployments: ["gateway-main"] };
    assert.deepEqual(program({ uses: byName }).variablesComingTo("gateway", main), ["BACKEND_MTLS_CERT"]);
  });

  it("remember what the state said, though a resource that is replaced is checked once more without it", () => {
    const certificates = program({ uses, usedBefore: uses, previousName: "old", previousProject: "portal" });
    certificates.note(identity, { environments: ["production"], onDelete: "delete", uses });
    assert.deepEqual(certificates.variablesComingTo("gateway", main), []);
    assert.equal(certificates.isInState("old", "portal"), true);
  });

  it("are in the state of their own project; a certificate of the same name elsewhere is another one", () => {
    const moved = program({
      name: "a",
      project: "gateway",
      previousName: "a",
      previousProject: "portal",
    });
    assert.equal(moved.isInState("a", "gateway"), true);
    assert.equal(moved.isInState("a", "portal"), true);
    assert.equal(moved.isInState("a", "partner"), false);
    assert.equal(moved.isInState("a"), true);
    // Where the state of an older version does not tell the project, it may be any.
    assert.equal(program({ previousName: "old" }).isInState("old", "gateway"), true);
  });
});
