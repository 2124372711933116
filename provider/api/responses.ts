import { z } from "zod";
import { limits } from "./limits";

/** The answers of the developer API, as far as this provider reads them. Unknown fields are tolerated. */

export const environmentTypes = ["development", "preview", "production"] as const;
/** The kind of environment a deployment belongs to; certificates are enabled for each kind. */
export type EnvironmentType = (typeof environmentTypes)[number];

/** Most characters of a name, an id, a date or a state. */
export const maxText = 1024;
/** Most characters of a distinguished name, an address or a label. */
export const maxLongText = 4096;

const text = z.string().max(maxText);
const longText = z.string().max(maxLongText);
const optional = (schema: z.ZodString) => schema.nullish().transform(value => value ?? undefined);
const optionalText = optional(text);
/** What is not as expected is not known: the rest still tells something. */
const told = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
/** What a message quotes, as `quote` shortens it: it may be a page, and is only looked through for secrets. */
const sentence = optional(z.string());

const flag = z
  .boolean()
  .nullish()
  .transform(value => value ?? false);

export const certificateResponse = z.object({
  id: text.min(1),
  name: text.min(1),
  certificateInfo: z.object({
    subject: longText,
    issuer: longText,
    validFrom: text,
    validTo: text,
    serialNumber: text,
  }),
  environments: z.object({
    development: flag,
    preview: flag,
    production: flag,
  }),
  createdOn: optionalText,
  updatedOn: optionalText,
});
export type CertificateResponse = z.output<typeof certificateResponse>;

/** What a change answers: what was changed, or less, as nothing documents it. */
const changed = <T extends z.ZodType>(whole: T) =>
  z.union([
    whole,
    z
      .looseObject({})
      .optional()
      .transform(() => undefined),
  ]);
export const changedCertificateResponse = changed(certificateResponse);

export const variableResponse = z
  .object({
    name: text,
    branch: optionalText,
    // Older answers spell it with a hyphen.
    isSecret: z.boolean().nullish(),
    "is-secret": z.boolean().nullish(),
    createdOn: optionalText,
    updatedOn: optionalText,
  })
  .transform(({ "is-secret": hyphenated, ...answer }) => ({
    ...answer,
    isSecret: answer.isSecret ?? hyphenated ?? undefined,
  }));
export type VariableResponse = z.output<typeof variableResponse>;

/** Upper case in deployments, lower case in environments; a working copy is a development environment. */
const environmentType = text.transform(value => {
  const text = value.toLowerCase();
  return (
    environmentTypes.find(type => type === text) ?? (/working|develop/.test(text) ? "development" : undefined)
  );
});

export const deploymentResponse = z
  .object({
    name: text.min(1),
    url: optional(longText).transform(url => url || undefined),
    branchName: optionalText,
    /** What Zuplo's portal shows, which may tell whose working copy it is; nothing is inferred from it. */
    label: optional(longText).catch(undefined),
    environmentType: text.nullish(),
    state: optionalText,
    message: sentence.catch(undefined),
    createdOn: optionalText,
    updatedOn: optionalText,
  })
  .transform(({ environmentType: told, ...deployment }) => ({
    ...deployment,
    environmentType: environmentType.optional().parse(told ?? undefined),
    /** A developer's copy in Zuplo's editor. It has the branch from which it was made, and is not that branch's own. */
    isWorkingCopy: /working/i.test(told ?? ""),
  }));
export type DeploymentResponse = z.output<typeof deploymentResponse>;

/**
 * Zuplo's CLI takes "working copy" and "development" for one: of several deployments of a branch, those that say the
 * latter are developers' copies, too.
 */
export function withWorkingCopies(deployments: readonly DeploymentResponse[]): DeploymentResponse[] {
  const isOwn = ({ environmentType, isWorkingCopy }: DeploymentResponse) =>
    !isWorkingCopy && environmentType !== "development";
  const served = new Set(deployments.filter(isOwn).map(({ branchName }) => branchName));
  return deployments.map(deployment => ({
    ...deployment,
    isWorkingCopy:
      deployment.isWorkingCopy ||
      (deployment.environmentType === "development" &&
        deployment.branchName !== undefined &&
        served.has(deployment.branchName)),
  }));
}

export const environmentResponse = z.object({
  name: text.min(1),
  branchName: optionalText,
  environmentType: environmentType.nullish().transform(type => type ?? undefined),
  createdOn: optionalText,
});
export type EnvironmentResponse = z.output<typeof environmentResponse>;

/** In place of a value that is not told. */
const hidden = "[secret]";

/** A variable as nothing documents it: with what it is beside its value. */
const spelledVariable = z
  .object({
    value: z.unknown().optional(),
    isSecret: z.boolean().nullish(),
    "is-secret": z.boolean().nullish(),
  })
  .transform(({ value, isSecret, "is-secret": hyphenated }) =>
    (isSecret ?? hyphenated) === true ? hidden : value,
  );

/** Variables beside other settings; only texts in the way of variables are kept. A secret may come without its value. */
export const configurationsResponse = z.record(z.string(), z.unknown()).transform(settings =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, told]): [string, string][] => {
      if (name.length > maxText || configurationWords.has(name)) return [];
      const value = spelledVariable.safeParse(told).data ?? told;
      if (typeof value === "string") return [[name, value]];
      return value === null && /^[A-Z_][A-Z0-9_]*$/.test(name) ? [[name, ""]] : [];
    }),
  ),
);
const configurationWords = new Set(["accountName", "projectName", "environmentType", "systemConfigurations"]);

/** A CA certificate that verifies callers; account scope. */
export const caCertificateResponse = z.object({
  id: text.min(1),
  name: text.min(1),
  createdOn: optionalText,
  updatedOn: optionalText,
});
export const changedCaCertificateResponse = changed(caCertificateResponse);
export type CaCertificateResponse = z.output<typeof caCertificateResponse>;

/** A page of a list. `limit` and `offset` are missing in some lists. */
export function pageResponse<T extends z.ZodType>(item: T) {
  return z.object({
    data: z
      .custom<unknown[]>(value => Array.isArray(value) && value.length <= limits.listed, {
        error: `expected a list of at most ${limits.listed}`,
      })
      .transform((values, context) => eachOf(item, values, context)),
    offset: told(z.number().int().nonnegative()),
    limit: told(z.number().int().nonnegative()),
  });
}

/** The first that is wrong ends it: a report of each of a million would take more memory than there is. */
function eachOf<T extends z.ZodType>(
  item: T,
  values: readonly unknown[],
  context: z.RefinementCtx,
): z.output<T>[] {
  const found: z.output<T>[] = [];
  for (const [index, value] of values.entries()) {
    const parsed = item.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const path = [index, ...(issue?.path ?? [])];
      context.addIssue({ code: "custom", path, message: issue?.message ?? "is wrong" });
      return z.NEVER;
    }
    found.push(parsed.data);
  }
  return found;
}

/** RFC 9457 problem details, or what a proxy makes of them. */
export const problemResponse = z.object({
  title: sentence,
  detail: sentence,
  message: sentence,
});

export const whoAmIResponse = z.object({ account: optionalText });

/** What a deletion answers: nothing, or an object of which nothing is read. Anything else may come from a proxy. */
export const deletedResponse = z.looseObject({}).optional();

/** When a build was made, in milliseconds since 1970 where it is a date; only compared with others of its kind. */
const timestamp = z.union([text.transform(numberOrDate), z.number()]);
function numberOrDate(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text);
}
/** `GET {deployment}/__zuplo/build`, served by the gateway itself. */
export const buildResponse = z.object({
  buildId: told(text.min(1)),
  timestamp: told(timestamp.refine(Number.isFinite)),
  gitSha: told(text.min(1)),
});

/** The gateway's answer while the new build cannot start. */
export const buildFailureResponse = z.object({
  title: z.literal("Gateway Initialization Error"),
  detail: sentence,
  trace: z.object({ buildId: optionalText }).optional(),
});
