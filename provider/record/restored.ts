const ending = "redeployed";

/** That a rollback has redeployed: one of the parts of a sentence that its step tells. */
export function redeployedAgain(deployment: string): string {
  return `deployment '${deployment}' ${ending}`;
}

/** Whether what a rollback's step tells includes its redeploy. */
export function isRedeployedAgain(restored: readonly string[]): boolean {
  return restored.some(part => part.endsWith(ending));
}
