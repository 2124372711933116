import { inquiry } from "../inquiry";
import { assume, type Seen } from "../rows";
import { certificatesPath, enable, idleType, type Own, ownOf, type Scene, upload } from "../scene";

export const certificates = inquiry({
  doing: "uploading three certificates",
  questions: {
    duplicate: assume("status of a certificate whose name is taken", "409", ["400", "422"]),
    empty: assume("status of an empty list of environments", "200", ["204", "400", "422"]),
  },
  async ask(scene) {
    for (const role of ["kept", "early", "late"] as const) await upload(scene, role);
    return {
      duplicate: await uploadAgain(scene, ownOf(scene, "kept")),
      empty: await disableForAll(scene, ownOf(scene, "early")),
    };
  },
});

/** Another certificate, so that nothing but the name is taken. */
async function uploadAgain({ raw, scope, target, issue }: Scene, { name }: Own): Promise<Seen> {
  const { chain: certificate, privateKey: key } = await issue("kept");
  const { status } = await raw.call({
    method: "POST",
    path: certificatesPath(scope),
    body: { name, certificate, key, environments: [target.environmentType] },
    as: "…/mtls-certificates (a name that is taken)",
  });
  return { value: String(status) };
}

/** As Zuplo's CLI disables a certificate; where that is refused, by a type that is idle. */
async function disableForAll(scene: Scene, own: Own): Promise<Seen> {
  const { status } = await scene.raw.call({
    method: "PATCH",
    path: `${certificatesPath(scene.scope)}/${own.id}`,
    body: { environments: [] },
    as: "…/mtls-certificates/{id} (environments: [])",
  });
  if (status >= 300) scene.disabling = [await idleType(scene)];
  await enable(scene, own);
  return { value: String(status) };
}
