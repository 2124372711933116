import { sourceAddress } from "../terraformAddress";

/** What tells a plugin that an engine has started it: it keeps people from running it by hand, and is no secret. */
const cookie = {
  name: "TF_PLUGIN_MAGIC_COOKIE",
  value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
};
/** Version of go-plugin's own protocol, and of Terraform's. */
const coreVersion = 1;
const protocolVersion = 6;

const byHand = `This is the Zuplo provider for Terraform and OpenTofu: they start it themselves, and it does nothing on its own.
Name it in a configuration, and run terraform init:

  terraform {
    required_providers {
      zuplo = { source = "${sourceAddress}" }
    }
  }
`;

/** What the engine asks of a plugin that it starts. */
export interface Handshake {
  /** PEM of the only one whom the plugin serves; undefined where the engine wants no TLS. */
  clientCertificate: string | undefined;
}

/** Reads what the engine has put into the environment. @returns a text for whoever has started the plugin otherwise. */
export function readHandshake(environment: NodeJS.ProcessEnv): Handshake | string {
  if (environment[cookie.name] !== cookie.value) return byHand;
  const versions = (environment.PLUGIN_PROTOCOL_VERSIONS ?? "").split(",").filter(version => version !== "");
  if (versions.length > 0 && !versions.includes(String(protocolVersion))) {
    return `The Zuplo provider speaks version ${protocolVersion} of the plugin protocol, and this engine speaks ${versions.join(", ")}: use Terraform 1.0 or OpenTofu 1.6, or a later one.\n`;
  }
  return { clientCertificate: environment.PLUGIN_CLIENT_CERT || undefined };
}

/** The one line by which the engine finds the plugin. The certificate goes without padding, as Go reads it. */
export function handshakeLine(address: string, certificate: Buffer | undefined): string {
  const network = address.startsWith("unix:") ? "unix" : "tcp";
  const encoded = certificate?.toString("base64").replace(/=+$/, "") ?? "";
  const fields = [coreVersion, protocolVersion, network, address.replace(/^unix:/, ""), "grpc", encoded];
  return `${fields.join("|")}\n`;
}
