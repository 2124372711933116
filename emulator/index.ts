/** A local Zuplo: the developer API, a gateway that makes real mTLS calls, and a backend that demands them. */
import { createKeys } from "./api/keys";
import { startApi } from "./api/server";
import type { World } from "./api/world";
import { type Backend, startBackend } from "./backend";
import { createBuilds } from "./builds";
import { type Control, createControl } from "./control";
import { createEdge, type Edge } from "./edge";
import { createFaults } from "./faults";
import { type Gateway, startGateway } from "./gateway/server";
import { createJournal } from "./journal";
import { type Opened, openState } from "./open";
import type { EmulatorOptions } from "./options";
import type { Deployment } from "./state/model";
import { createReferences } from "./state/references";
import { createTrace } from "./trace";

export type { KeyLimits, Permission } from "./api/keys";
export type { Backend, BackendOptions } from "./backend";
export type { CertificateSummary, DeploymentSummary } from "./control";
export type { CallHook, Fault } from "./faults";
export { spoil } from "./faults";
export type { ServedBuild } from "./journal";
export type { BranchOption, EmulatorOptions } from "./options";
export type { EnvironmentType } from "./state/model";
export type { Finding } from "./state/safety";
export type { ApiCall, BuildEvent, CallKind, TraceEntry } from "./trace";
export { startBackend };

export interface Emulator extends Control {
  /** Stops everything that it started; no handle is left. */
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";

type Stop = () => Promise<void> | void;

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const opened = await openState(options);
  const stops: Stop[] = [];
  const stop = async () => {
    await Promise.all(stops.splice(0).map(each => each()));
  };
  try {
    const backend =
      options.backend ??
      (await startBackend({
        authority: opened.authority,
        port: options.backendPort,
        clientCertificate: options.clientCertificate,
      }));
    if (!options.backend) stops.push(backend.stop);
    const edge = createEdge(opened.state);
    const gateway = await startGateway({
      host: HOST,
      port: options.gatewayPort ?? 0,
      defaultVariable: options.defaultVariable ?? "BACKEND_MTLS_CERT",
      backend,
      edge,
    });
    stops.push(gateway.stop);
    return { ...(await assemble(options, opened, backend, gateway, edge, stops)), stop };
  } catch (error) {
    // A taken port must not leave the servers behind that came before it.
    await stop();
    throw error;
  }
}

/** Puts the API in front of the state, and the gateway behind it. */
async function assemble(
  options: EmulatorOptions,
  { state, clock, project, save }: Opened,
  backend: Backend,
  gateway: Gateway,
  edge: Edge,
  stops: Stop[],
): Promise<Control> {
  const trace = createTrace();
  const journal = createJournal(state, trace, edge);
  const references = createReferences(state);
  const faults = createFaults();
  const apiKey = options.apiKey ?? "zpka_emulator";

  const builds = createBuilds({
    state,
    deployMs: options.deployMs ?? 250,
    ...(options.reads === undefined ? {} : { reads: options.reads }),
    ...(options.showsBuilding === undefined ? {} : { showsBuilding: options.showsBuilding }),
    now: clock.now,
    onServed(deployment, previous) {
      edge.takeOn(deployment, previous);
      gateway.serve(deployment);
      const kept = boundBy(deployment);
      references.released(
        deployment,
        previous.bindings.map(binding => binding.certificateId).filter(id => !kept.includes(id)),
      );
      journal.served(deployment);
    },
    onFailed: journal.failed,
    onChange: save,
  });
  stops.push(builds.stop);

  const world: World = {
    state,
    now: clock.now,
    references,
    keys: createKeys(),
    pageLimit: Number.POSITIVE_INFINITY,
    redeploy: deployment => void builds.enqueue(deployment),
    remove(deployment) {
      gateway.remove(deployment.name);
      references.released(deployment, boundBy(deployment));
    },
    deploymentUrl: deployment => `${gateway.url}/${deployment.name}`,
  };
  const onWrite = () => {
    save();
    journal.written();
  };
  const api = await startApi({ world, trace, faults, apiKey, host: HOST, port: options.port ?? 0, onWrite });
  stops.push(api.stop);

  for (const deployment of state.deployments) {
    gateway.serve(deployment);
    journal.resumed(deployment);
    const interrupted = deployment.pending;
    deployment.pending = 0;
    for (let count = 0; count < interrupted; count += 1) void builds.enqueue(deployment);
  }
  save();
  return createControl({
    api,
    apiKey,
    gateway,
    edge,
    backend,
    world,
    builds,
    faults,
    journal,
    trace,
    project,
    save,
  });
}

function boundBy(deployment: Deployment): string[] {
  return deployment.snapshot.bindings.map(binding => binding.certificateId);
}
