import { isDeepStrictEqual } from "node:util";
import type { DiffResponse as DiffMessage } from "@pulumi/pulumi/proto/provider_pb";
import type { Changes, RawInputs } from "../../resources/resource";
import { providerProto } from "./wire";

/** What a changed property is compared with: the state, and the inputs that led to it. */
export interface Compared {
  olds: RawInputs;
  oldInputs: RawInputs;
  news: RawInputs;
}

/** Writes changes as a detailed diff, which is what `pulumi preview --diff` shows. */
export function diffMessage(changes: Changes, compared: Compared): DiffMessage {
  const { DiffResponse } = providerProto;
  const message = new DiffResponse();
  const keys = Object.keys(changes);
  message.setChanges(
    keys.length > 0 ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE,
  );
  message.setDiffsList(keys);
  message.setReplacesList(keys.filter(key => changes[key] === "replace"));
  message.setHasdetaileddiff(true);
  for (const key of keys) {
    message.getDetaileddiffMap().set(key, propertyDiff(key, changes[key] === "replace", compared));
  }
  return message;
}

function propertyDiff(key: string, isReplace: boolean, { olds, oldInputs, news }: Compared) {
  const { PropertyDiff } = providerProto;
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = PropertyDiff.Kind;
  // After a refresh or a failure the inputs are equal, and only the state tells the difference.
  const isInputDiff = !isDeepStrictEqual(oldInputs[key], news[key]);
  const before = isInputDiff ? oldInputs[key] : olds[key];
  const diff = new PropertyDiff();
  diff.setInputdiff(isInputDiff);
  if (before === undefined) diff.setKind(isReplace ? ADD_REPLACE : ADD);
  else if (news[key] === undefined) diff.setKind(isReplace ? DELETE_REPLACE : DELETE);
  else diff.setKind(isReplace ? UPDATE_REPLACE : UPDATE);
  return diff;
}
