import pulumi = require("@pulumi/pulumi");

/** By argument: it is a secret, it is one where another argument is true, or some of its members are. */
export type Secrets = Readonly<Record<string, true | { where: string } | string[]>>;

/** The arguments with what is secret, whatever the program says, as secrets. */
export function withSecrets(args: object, secrets: Secrets): Record<string, unknown> {
  const given = args as Record<string, unknown>;
  const marked = Object.entries(secrets).flatMap(([name, how]) => {
    const value = given[name];
    return value === undefined ? [] : [[name, secretly(value, how, given)]];
  });
  return { ...given, ...Object.fromEntries(marked) };
}

function secretly(value: unknown, how: Secrets[string], args: Record<string, unknown>): unknown {
  if (how === true) return pulumi.secret(value);
  if (Array.isArray(how)) return withSecretMembers(value, how);
  const isSecret = args[how.where] ?? false;
  return pulumi.output(isSecret).apply(secret => (secret ? pulumi.secret(value) : value));
}

function withSecretMembers(value: unknown, members: string[]): unknown {
  const has = (known: object | undefined) =>
    members.some(name => (known as Record<string, unknown> | undefined)?.[name] !== undefined);
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    // Of what is known only later, no part alone can be secret.
    return pulumi
      .output(value as pulumi.Input<object>)
      .apply(known => (has(known) ? pulumi.secret(known) : known));
  }
  const given = value as Record<string, unknown>;
  const marked = members.filter(name => given[name] !== undefined);
  return { ...given, ...Object.fromEntries(marked.map(name => [name, pulumi.secret(given[name])])) };
}
