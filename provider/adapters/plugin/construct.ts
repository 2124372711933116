import type { Alias, ComponentResource, ComponentResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { Alias as AliasProto } from "@pulumi/pulumi/proto/alias_pb";
import type * as proto from "@pulumi/pulumi/proto/provider_pb";
import { outputsOf, pick } from "../../resources/contract";
import { mtlsBindingContract } from "../../resources/mtlsBinding/contract";
import { coded } from "../../text/codes";
import { invalidArgument, unimplemented } from "./errors";
import { providerProto, Struct } from "./wire";

type Inputs = Record<string, unknown>;

/** The classes of the components that the plugin can make: a program in another language has none of its own. */
export interface Components {
  readonly MtlsBinding: new (
    name: string,
    // What the program gives, the component itself checks.
    args: never,
    opts: ComponentResourceOptions,
  ) => ComponentResource;
}

/** What of Pulumi's own provider server is needed, and not exported with types. */
interface Server {
  deserializeInputs(
    inputs: ReturnType<proto.ConstructRequest["getInputs"]>,
    dependencies: ReturnType<proto.ConstructRequest["getInputdependenciesMap"]>,
  ): Promise<Inputs>;
}
interface LocalState {
  withLocalStorage<T>(work: () => Promise<T>): Promise<T>;
}
interface EngineState {
  awaitFeatureSupport(): Promise<void>;
  waitForRPCs(): Promise<void>;
}

/**
 * Makes a component. Its children are registered with the engine from here, so the whole of @pulumi/pulumi is loaded,
 * and only now.
 */
export async function construct(
  request: proto.ConstructRequest,
  engineAddress: string | undefined,
  components: Components,
): Promise<proto.ConstructResponse> {
  if (request.getType() !== "zuplo:index:MtlsBinding")
    throw unimplemented(`The component ${request.getType()}`);
  if (engineAddress === undefined)
    throw invalidArgument(coded("ZUPLO1902", "The engine's address is not known."));
  const state = require("@pulumi/pulumi/runtime/state") as LocalState;
  return state.withLocalStorage(() => constructBinding(request, engineAddress, components));
}

async function constructBinding(
  request: proto.ConstructRequest,
  engineAddress: string,
  { MtlsBinding }: Components,
): Promise<proto.ConstructResponse> {
  const pulumi = require("@pulumi/pulumi") as typeof import("@pulumi/pulumi");
  const settings =
    require("@pulumi/pulumi/runtime/settings") as typeof import("@pulumi/pulumi/runtime/settings") &
      EngineState;
  const rpc = require("@pulumi/pulumi/runtime/rpc") as typeof import("@pulumi/pulumi/runtime/rpc");
  const { deserializeInputs } = require("@pulumi/pulumi/provider/server") as Server;
  await configureRuntime(request, engineAddress, settings);

  const inputs = await deserializeInputs(request.getInputs(), request.getInputdependenciesMap());
  // The stages decide which resources there are, so they are awaited rather than passed on.
  const stages = await settled(pulumi.output(inputs.stages));
  if (!Array.isArray(stages))
    throw invalidArgument(
      coded("ZUPLO1112", "stages is missing, or not known yet: give at least one stage."),
    );
  const args = { ...inputs, stages } as never;
  const binding = new MtlsBinding(request.getName(), args, optionsOf(request, pulumi));

  const response = new providerProto.ConstructResponse();
  response.setUrn(await settled(binding.urn));
  const outputs = pick(binding, outputsOf(mtlsBindingContract));
  const [serialized, dependencies] = await rpc.serializeResourceProperties("MtlsBinding", outputs);
  for (const [key, resources] of dependencies) {
    const urns = new providerProto.ConstructResponse.PropertyDependencies();
    urns.setUrnsList(await Promise.all([...resources].map(resource => settled(resource.urn))));
    response.getStatedependenciesMap().set(key, urns);
  }
  response.setState(Struct.fromJavaScript(serialized as Parameters<typeof Struct.fromJavaScript>[0]));
  // The children are registered in the background; the engine expects them before the answer.
  await settings.waitForRPCs();
  return response;
}

async function configureRuntime(
  request: proto.ConstructRequest,
  engineAddress: string,
  settings: typeof import("@pulumi/pulumi/runtime/settings") & EngineState,
): Promise<void> {
  const config = require("@pulumi/pulumi/runtime/config") as typeof import("@pulumi/pulumi/runtime/config");
  settings.resetOptions(
    request.getProject(),
    request.getStack(),
    request.getParallel(),
    engineAddress,
    request.getMonitorendpoint(),
    request.getDryrun(),
    request.getOrganization(),
  );
  await settings.awaitFeatureSupport();
  const entries = [...request.getConfigMap().entries()] as [string, string][];
  config.setAllConfig(Object.fromEntries(entries), request.getConfigsecretkeysList());
}

function optionsOf(
  request: proto.ConstructRequest,
  pulumi: typeof import("@pulumi/pulumi"),
): ComponentResourceOptions {
  const resource = require("@pulumi/pulumi/resource") as typeof import("@pulumi/pulumi/resource");
  const providers = [...request.getProvidersMap().entries()] as [string, string][];
  const parent = request.getParent();
  const deletedWith = request.getDeletedwith();
  return {
    dependsOn: request.getDependenciesList().map(urn => new resource.DependencyResource(urn)),
    protect: request.getProtect(),
    providers: Object.fromEntries(
      providers.map(([name, reference]) => [name, new resource.DependencyProviderResource(reference)]),
    ),
    ...(parent === "" ? {} : { parent: new resource.DependencyResource(parent) }),
    aliases: request.getAliasesList().flatMap(alias => aliasOf(alias, pulumi) ?? []),
    retainOnDelete: request.getRetainondelete(),
    ...(deletedWith === "" ? {} : { deletedWith: new resource.DependencyResource(deletedWith) }),
  };
}

function aliasOf(
  alias: AliasProto,
  pulumi: typeof import("@pulumi/pulumi"),
): Input<string> | Alias | undefined {
  if (alias.hasUrn()) return pulumi.output(alias.getUrn());
  const spec = alias.getSpec();
  if (spec === undefined) return undefined;
  const [name, project, stack] = [spec.getName(), spec.getProject(), spec.getStack()];
  return {
    ...(name === "" ? {} : { name }),
    ...(project === "" ? {} : { project }),
    ...(stack === "" ? {} : { stack }),
    ...(spec.hasParenturn() ? { parent: spec.getParenturn() } : {}),
    ...(spec.hasNoparent() && spec.getNoparent() ? { parent: pulumi.rootStackResource } : {}),
  };
}

function settled<T>(output: Output<T>): Promise<T> {
  // The method is Pulumi's own and has no type.
  return (output as unknown as { promise(): Promise<T> }).promise();
}
