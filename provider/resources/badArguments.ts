/** The arguments of a call that writes are not acceptable. */
export class BadArguments extends Error {}
