import { environmentTypes } from "../../api/responses";
import { chainIn, factsOf } from "../../certificates/parse";
import { isSameCertificate } from "../../certificates/sameCertificate";
import { enabledTypes } from "../../rotation/environments";
import { memoryKey } from "../hidden";
import { type Imported, placeOf } from "../import";
import { factsTold } from "../leafFacts";
import type { Context, RawInputs } from "../resource";

/** Finds a certificate by its id, or by its name. Zuplo gives no PEM of it. */
export async function importCertificate({ session }: Context, text: string): Promise<Imported | undefined> {
  const { project, scope, id } = await placeOf(session, "MtlsCertificate", text);
  const listed = await project.certificates.list();
  const found = listed.find(({ name }) => name === id) ?? (await project.findCertificate(id));
  if (found === undefined) return undefined;
  const { name, certificateInfo: facts, createdOn, updatedOn } = found;
  const inputs = { ...scope, name, environments: enabledTypes(found) };
  const state = {
    ...inputs,
    ...project.scope,
    ...factsTold(found),
    certificate: "",
    createdOn,
    updatedOn,
    // For what it was enabled before nobody knows.
    [memoryKey]: { id: found.id, formerly: environmentTypes.filter(type => !found.environments[type]) },
  };
  return { id: found.id, state, inputs, facts };
}

/** The certificate of the program stands for the imported one where serial number, issuer and dates are the same. */
export function matchCertificate(facts: RawInputs, inputs: RawInputs): RawInputs {
  const chain = chainIn(inputs.certificate);
  if (chain === undefined) return {};
  const local = factsOf(chain.leaf);
  const certificateInfo = facts as Parameters<typeof isSameCertificate>[0]["certificateInfo"];
  return isSameCertificate({ certificateInfo }, local) ? { ...local, certificate: chain.pem } : {};
}
