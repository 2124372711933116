/** A protection of the core that can be turned off, to see whether the model notices. */
export interface Switch {
  name: string;
  /** The safety rule that it belongs to. */
  rule: 1 | 2 | 3 | 4 | 5 | 6;
  /** Takes the protection out of the core, for the rest of the process. */
  turnOff(): void;
}

/** One protection at least of each safety rule. */
export const switches: readonly Switch[] = [];

export function switchNamed(name: string): Switch | undefined {
  return switches.find(each => each.name === name);
}
