import type { RawInputs } from "../../provider/resources/resource";

export interface Stage {
  branches: readonly string[];
  verify?: RawInputs;
}

export interface RotationOptions {
  /** The variable that names the certificate. */
  variable: string;
  /** Seconds that a redeploy may take. */
  timeout?: number;
  /** More properties of the certificate. */
  certificate?: RawInputs;
  /** Options of the certificate's resource. */
  options?: RawInputs;
}

/** The resources that a binding is made of, in its order; the certificate's files are client.pem and client.key. */
export function rotationResources(stages: readonly Stage[], options: RotationOptions) {
  const { variable, timeout } = options;
  return {
    backend: {
      type: "zuplo:MtlsCertificate",
      properties: {
        certificate: { "fn::readFile": "./client.pem" },
        privateKeySource: { file: "./client.key" },
        environments: ["preview", "production"],
        ...options.certificate,
      },
      options: options.options ?? {},
    },
    ...usesOf(reference("backend.name"), stages, { variable, timeout }),
  };
}

/** The variables and redeployments of a certificate, of which the name is given. */
export function usesOf(
  name: string,
  stages: readonly Stage[],
  { variable, timeout }: Pick<RotationOptions, "variable" | "timeout">,
): Record<string, RawInputs> {
  return Object.fromEntries(
    stages.flatMap(({ branches, verify }, stage) => {
      const before = (stages[stage - 1]?.branches ?? []).map(reference);
      const own = branches.map(branch => reference(`variable-${branch}`));
      return branches.flatMap(branch => [
        [
          `variable-${branch}`,
          {
            type: "zuplo:EnvironmentVariable",
            properties: { branch, name: variable, value: name },
            options: { dependsOn: before },
          },
        ],
        [
          branch,
          {
            type: "zuplo:Redeployment",
            properties: {
              branch,
              certificates: [name],
              variables: [{ branch, name: variable, value: reference(`variable-${branch}.value`) }],
              verify,
              timeout,
            },
            options: { dependsOn: [...before, ...own] },
          },
        ],
      ]);
    }),
  );
}

/** How YAML refers to an output. */
export function reference(path: string): string {
  return `\${${path}}`;
}
