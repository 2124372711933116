import { z } from "zod";
import { generatedName } from "../../certificates/name";
import { factsOf, parseChain } from "../../certificates/parse";
import { leafFacts } from "../../resources/leafFacts";
import { nameProblem } from "../../resources/nameProblem";
import type { RawInputs } from "../../resources/resource";
import { type Coded, coded, failureText } from "../../text/codes";
import { inTerraformWords } from "../terraformWords";
import { type AttributeType, resultAttributes } from "./attributes";
import { identityOfPrefix } from "./identity";
import type { Message } from "./protocol";
import { typeBytes } from "./schema";
import { decode, encode } from "./values";

const text: AttributeType = { kind: "string" };
const facts: AttributeType = { kind: "object", attributes: resultAttributes(z.object(leafFacts("leaf"))) };
const pem = { name: "certificate", description: "The certificate as PEM, leaf first." };
const prefix = { name: "name_prefix", description: "The certificate's `name_prefix`." };

/** An argument that cannot be taken: which one it is, and why. */
class BadArgument extends Error {
  constructor(
    readonly position: number,
    problem: Coded,
  ) {
    super(problem);
  }
}

interface ProviderFunction {
  summary: string;
  description: string;
  parameters: readonly { name: string; description: string }[];
  result: AttributeType;
  call(args: readonly string[]): unknown;
}

const functions: Readonly<Record<string, ProviderFunction>> = {
  fingerprint: {
    summary: "Fingerprint of a certificate",
    description: "SHA-256 of the leaf's DER, lower-case hex: the same as `fingerprint` of a certificate.",
    parameters: [pem],
    result: text,
    call: ([certificate = ""]) => factsOfLeaf(0, certificate).fingerprint,
  },
  certificate_name: {
    summary: "Name that a certificate gets at Zuplo",
    description:
      "The name that a `zuplo_mtls_certificate` gets, from its `name_prefix` and its content; a binding makes another one, its `certificate_name`. If that name is taken, a suffix such as `_2` is added.",
    parameters: [prefix, pem],
    result: text,
    call: ([namePrefix = "", certificate = ""]) => {
      const problem = nameProblem(namePrefix);
      if (problem !== undefined)
        throw new BadArgument(0, failureText({ property: "name_prefix", ...problem }));
      const { fingerprint } = factsOfLeaf(1, certificate);
      return generatedName(identityOfPrefix(namePrefix), namePrefix, fingerprint);
    },
  },
  parse_certificate: {
    summary: "What a certificate contains",
    description: "Fingerprint, serial number, names, dates and the algorithm of its key.",
    parameters: [pem],
    result: facts,
    call: ([certificate = ""]) => factsOfLeaf(0, certificate),
  },
};

function factsOfLeaf(position: number, certificate: string): RawInputs & { fingerprint: string } {
  const chain = parseChain(certificate);
  if ("reason" in chain) throw new BadArgument(position, failureText({ property: "certificate", ...chain }));
  return { ...factsOf(chain.leaf) };
}

export function functionMessages(): Record<string, Message<"Function">> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, { parameters, result, summary, description }]) => [
      name,
      {
        summary,
        description,
        parameters: parameters.map(parameter => ({ ...parameter, type: typeBytes(text) })),
        return: { type: typeBytes(result) },
      },
    ]),
  );
}

export function callFunction({
  name = "",
  arguments: given = [],
}: Message<"CallFunctionRequest">): Message<"CallFunctionResponse"> {
  const called = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (called === undefined) {
    return { error: { text: coded("ZUPLO1902", "The Zuplo provider has no such function.") } };
  }
  try {
    const args = given.map(argument => String(decode(argument, text)));
    return { result: encode(called.call(args), called.result) };
  } catch (error) {
    if (!(error instanceof BadArgument)) throw error;
    return { error: { text: inTerraformWords(error.message), argument: error.position } };
  }
}
