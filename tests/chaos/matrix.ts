import type { ApiCall } from "../../emulator";
import type { Cell } from "./cell";
import { faults } from "./faults";

/** Every call of the rotation with every mishap that fits it. */
export function matrix(calls: readonly ApiCall[]): Cell[] {
  return calls.flatMap((call, number) => {
    const cell = (name: string, mishap: Cell["mishap"]): Cell => ({
      call: number,
      title: `${number} ${call.kind} ${call.subject}: ${name}`,
      mishap,
    });
    return [
      ...faults.filter(fault => fault.fits(call)).map(fault => cell(fault.name, { kind: "fault", fault })),
      cell("killed before", { kind: "kill", when: "before" }),
      ...(call.method === "GET" ? [] : [cell("killed after", { kind: "kill", when: "after" })]),
      cell("interrupted", { kind: "interrupt" }),
    ];
  });
}
