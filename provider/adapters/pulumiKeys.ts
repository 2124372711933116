/** By what Pulumi's engine, its dynamic host and the classes of the SDK know what they tell one another. */

/** How a value that is not known yet, of no particular type, is spelled. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the dynamic host finds the provider by. */
export const providerKey = "__provider";

/** The inputs whose values no message may show, as the classes of the SDK tell them. */
export const secretKey = "__secret";

/** The type of a dynamic resource. */
export function dynamicType(type: string): string {
  return `pulumi-nodejs:dynamic/zuplo:${type}`;
}
