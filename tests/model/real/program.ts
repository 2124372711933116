import type { RawInputs } from "../../../provider/resources/resource";
import type { Listed } from "../../situations/engine/world";
import type { PooledCertificate } from "../pool";
import { bindingArgs, partsOf, resolved } from "../program/declare";
import { type ComponentSpec, type StackSpec, stackKey, variableOf } from "../program/spec";

/** The program of a stack, for tests/situations/programs/world.js. */
export async function listed(spec: StackSpec, pool: readonly PooledCertificate[]): Promise<Listed[]> {
  const components = spec.components.map(component =>
    listedComponent(component, variableOf(stackKey(spec), component), pool),
  );
  return (await Promise.all(components)).flat();
}

async function listedComponent(
  component: ComponentSpec,
  variable: string,
  pool: readonly PooledCertificate[],
): Promise<Listed[]> {
  const { name } = component;
  if (component.kind === "binding") {
    return [
      { key: `binding ${name}`, type: "MtlsBinding", name, args: bindingArgs(component, variable, pool) },
    ];
  }
  const parts = await Promise.all(partsOf(component, variable, pool));
  return parts.map(({ urn, type, name, inputs, dependencies }) => ({
    key: urn,
    type,
    name,
    args: resolved(inputs, reference => `\${${reference.urn}.${reference.key}}`) as RawInputs,
    opts: { dependsOn: dependencies },
  }));
}
