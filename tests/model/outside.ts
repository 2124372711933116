import { deploymentOf } from "../../emulator/state/branches";
import { type EnvironmentType, environmentTypes } from "../../emulator/state/model";
import { keyOf } from "./rules/statuses";
import type { Outside } from "./steps/step";
import { projectNames, type World } from "./world";

/** What other people do, without the API. @returns what was done, in words, where there was something to do it to. */
export function actOutside(world: World, outside: Outside): string | undefined {
  const said = act(world, outside);
  if (said === undefined) return undefined;
  world.say("outside", said);
  world.judge.outside();
  return said;
}

/** @returns what was done, in words; undefined where there was nothing to do it to. */
function act(world: World, outside: Outside): string | undefined {
  const { emulator, judge, state } = world;
  const { hands } = emulator;
  switch (outside.act) {
    case "push": {
      const own = chosen(
        state.deployments.filter(deployment => !deployment.workingCopy),
        outside.branch,
      );
      if (own === undefined) return undefined;
      hands.push(own.project, own.branch).catch(() => undefined);
      return `push to ${own.project}/${own.branch}`;
    }
    case "open pull request": {
      const branch = `pr-${outside.number}`;
      const project = projectNames[outside.number % world.spec.projects] as string;
      hands.push(project, branch).catch(() => undefined);
      return `push to ${project}/${branch}`;
    }
    case "copy": {
      const own = chosen(
        state.deployments.filter(deployment => !deployment.workingCopy),
        outside.branch,
      );
      if (own === undefined) return undefined;
      return `opens ${hands.openWorkingCopy(own.project, own.branch).name}`;
    }
    case "disable":
    case "enable": {
      const certificate = chosen(state.certificates, outside.certificate);
      if (certificate === undefined) return undefined;
      const { type } = outside;
      const enabled = certificate.environments;
      const types: EnvironmentType[] =
        outside.act === "enable"
          ? environmentTypes.filter(each => each === type || enabled.includes(each))
          : enabled.filter(each => type !== "all" && each !== type);
      if (types.join() === enabled.join()) return undefined;
      judge.touch(certificate.id);
      if (outside.act === "enable") judge.noteEnabledAgain(certificate.id);
      hands.enableCertificate(certificate.id, types);
      return `${outside.act}s ${certificate.name}: now ${types.join(", ") || "disabled"}`;
    }
    case "delete certificate": {
      const certificate = chosen(state.certificates, outside.certificate);
      if (certificate === undefined || !hands.deleteCertificate(certificate.id)) return undefined;
      judge.touch(certificate.id);
      return `deletes ${certificate.name}`;
    }
    case "set variable": {
      const own = chosen(
        state.deployments.filter(deployment => !deployment.workingCopy),
        outside.branch,
      );
      const names = [...new Set(world.stacks.flatMap(stack => [...stack.variables].map(lastOf)))];
      const name = chosen(names, outside.variable);
      const certificate = chosen(state.certificates, outside.certificate);
      if (own === undefined || name === undefined) return undefined;
      if (certificate !== undefined && certificate.project !== own.project) return undefined;
      judge.touch(keyOf(own.project, own.branch, name));
      hands.setVariable(own.project, own.branch, name, certificate?.name ?? "by_hand");
      return `sets ${own.project}/${own.branch}/${name} = ${certificate?.name ?? "by_hand"}`;
    }
    case "delete deployment": {
      const { name } = chosen(state.deployments, outside.branch) ?? {};
      if (name === undefined) return undefined;
      judge.touch(name);
      hands.deleteDeployment(name);
      return `deletes deployment ${name}`;
    }
    case "lose access":
      emulator.world.lostAccess = {
        status: outside.status,
        project: outside.all ? undefined : projectNames[0],
      };
      return `takes the access away (${outside.status}${outside.all ? "" : `, ${projectNames[0]}`})`;
    case "restore access":
      if (emulator.world.lostAccess === undefined) return undefined;
      emulator.world.lostAccess = undefined;
      return "gives the access back";
    case "variables":
      emulator.world.readingVariables = outside.reading;
      if (outside.reading !== "open") world.wasUnreadable = true;
      return `variables: ${outside.reading}`;
  }
}

/** Numbers below 0 count from the end. */
function chosen<T>(items: readonly T[], number: number): T | undefined {
  return items.at(number % Math.max(items.length, 1));
}

function lastOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** The deployments that a program's branches have now, by name. */
export function deploymentsOf(
  world: World,
  branches: readonly { project: string; branch: string }[],
): string[] {
  return branches.flatMap(({ project, branch }) => deploymentOf(world.state, project, branch)?.name ?? []);
}
