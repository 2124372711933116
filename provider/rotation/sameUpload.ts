import { familyOf } from "../certificates/name";
import { isSameCertificate } from "../certificates/sameCertificate";
import type { ProjectSession } from "../projectSession";

/**
 * Whether two names are of one certificate of a resource, which may have been uploaded twice. What another resource has
 * uploaded, or somebody by hand, has its own way to go.
 */
export async function isSameUpload(session: ProjectSession, one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  if (familyOf(one) === undefined || familyOf(one) !== familyOf(other)) return false;
  const certificates = await session.certificates.list();
  const [first, second] = [one, other].map(name => certificates.find(each => each.name === name));
  return first !== undefined && second !== undefined && isSameCertificate(first, second.certificateInfo);
}
