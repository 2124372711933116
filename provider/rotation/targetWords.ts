// What programs are told of a deployment before there is a target, in the words of a run.

export const workingCopyProblem =
  "this is a developer's working copy, which is only ever deployed by its owner";
export const deployOnce =
  "Push the branch once, so that Zuplo deploys it, or correct the name (see `zuplo list`).";
