/** A plan with nothing to do, beside a provider in Go that does nothing, and beside Pulumi with the native plugin. */
import type { Bench, BenchCase } from "../bench";
import { certificateFiles } from "../certificateStack";
import { EmulatorProcess } from "../emulator";
import { interleave } from "../interleave";
import type { Row } from "../row";
import { BenchStack } from "../stack";
import { ratios, summarise } from "../statistics";
import { startOf, TerraformBench } from "../terraform";

const resources = 5;
/** A plan is short: more of them cost little and say more. */
const plansPerRepetition = 4;
const sides = [
  "ours",
  "ours, no refresh",
  "floor",
  "floor, no refresh",
  "pulumi",
  "pulumi, no refresh",
] as const;

export const terraformPlan: BenchCase = {
  name: "terraform-plan",
  async run({ repetitions, say }: Bench) {
    const emulator = await EmulatorProcess.start({ branches: [{ name: "main" }] });
    const stops: (() => Promise<void>)[] = [() => emulator.stop()];
    try {
      const { target } = emulator;
      const issued = await emulator.issue(resources);
      say("creating the resources");
      const ours = await TerraformBench.create(target, "ours", issued);
      stops.push(() => ours.remove());
      const floor = await TerraformBench.create(target, "floor", issued);
      stops.push(() => floor.remove());
      const pulumi = await BenchStack.create(target, certificateFiles("native", "ours", issued));
      stops.push(() => pulumi.remove());
      await pulumi.up();
      const measure = {
        ours: () => ours.time("plan"),
        "ours, no refresh": () => ours.time("plan", "-refresh=false"),
        floor: () => floor.time("plan"),
        "floor, no refresh": () => floor.time("plan", "-refresh=false"),
        pulumi: async () => (await pulumi.time("preview", "--refresh")).wall,
        "pulumi, no refresh": async () => (await pulumi.time("preview")).wall,
      };
      say("planning");
      const measured = await interleave(sides, repetitions * plansPerRepetition, side => measure[side]());
      const row = (what: string, against: string, own: number[], other: number[]): Row => ({
        what,
        against,
        unit: "ms",
        ours: summarise(own),
        theirs: summarise(other),
        result: ratios(own, other),
        resultUnit: "×",
      });
      say("starting providers");
      const starts = await interleave(
        ["ours", "floor", "node"] as const,
        repetitions * plansPerRepetition,
        startOf,
      );
      const start = "Terraform provider: start to the line that says where it serves";
      const planned = (command: string) => `${command}, ${resources} certificates, nothing to do`;
      const noop = "a provider that does nothing, in Go";
      return [
        row(start, noop, starts.ours, starts.floor),
        row(start, "Node, to its first word", starts.ours, starts.node),
        row(planned("terraform plan"), noop, measured.ours, measured.floor),
        row(planned("terraform plan"), "pulumi preview --refresh, native", measured.ours, measured.pulumi),
        row(
          planned("terraform plan -refresh=false"),
          noop,
          measured["ours, no refresh"],
          measured["floor, no refresh"],
        ),
        row(
          planned("terraform plan -refresh=false"),
          "pulumi preview, native",
          measured["ours, no refresh"],
          measured["pulumi, no refresh"],
        ),
      ];
    } finally {
      for (const stop of stops.reverse()) await stop();
    }
  },
};
