import { inquiry } from "../inquiry";
import { assume } from "../rows";
import { certificatesPath, ownOf } from "../scene";

export const heldDelete = inquiry({
  doing: "trying to delete a certificate in use",
  questions: {
    // A 403 counts as a refusal only where it says why.
    status: assume("status of the delete of a certificate in use", "409", ["400", "403", "412", "422"]),
  },
  async ask(scene) {
    const { id } = ownOf(scene, "kept");
    const { status, problem } = await scene.raw.call({
      method: "DELETE",
      path: `${certificatesPath(scene.scope)}/${id}`,
      as: "…/mtls-certificates/{id} (in use)",
      shown: () => undefined,
    });
    scene.refusesHeldDelete = status >= 400;
    const isSilent = status === 403 && !/referenc|in use|deployment/i.test(problem);
    return { status: { value: isSilent ? "403 that does not say why" : String(status) } };
  },
});
