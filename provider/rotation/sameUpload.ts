import { isSameCertificate } from "../certificates/sameCertificate";
import type { ProjectSession } from "../projectSession";

/** Whether two names are of the same certificate, which may have been uploaded twice. */
export async function isSameUpload(session: ProjectSession, one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  const certificates = await session.certificates.list();
  const [first, second] = [one, other].map(name => certificates.find(each => each.name === name));
  return first !== undefined && second !== undefined && isSameCertificate(first, second.certificateInfo);
}
