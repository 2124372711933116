// By its own name, since the distance to package.json differs between the sources and what is published.
const manifest = require("pulumi-zuplo/package.json") as { version: string };

/** The version of this package. */
export const version: string = manifest.version;
