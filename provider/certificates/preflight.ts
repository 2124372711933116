import https from "node:https";
import { ProbeFailed, probe } from "../probe";
import type { Secret } from "../text/secret";
import { isUntrusted } from "../tls";

/** Most bytes of the backend's answer that are read; the status is what counts. */
const maxAnswerBytes = 64 * 1024;

export interface Preflight {
  /** https URL of the backend, as the gateway calls it. */
  url: string;
  /** PEM of the authority that issued the backend's own certificate, where it is no public one. */
  caCertificate?: string | undefined;
  timeoutMs: number;
}

/**
 * Shows the certificate to the backend as the gateway will. Undefined when the backend takes it, else what it said.
 * With TLS 1.3 a refusal arrives after the handshake, with the first read (RFC 8446, section 4.4.2): only an
 * answer to a request shows that the certificate was accepted.
 */
export async function preflightProblem(
  preflight: Preflight,
  certificate: string,
  privateKey: Secret,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const agent = new https.Agent({
    cert: certificate,
    key: privateKey.reveal(),
    keepAlive: false,
    // Said although it is the default, which NODE_TLS_REJECT_UNAUTHORIZED changes: anybody could play the backend.
    rejectUnauthorized: true,
    ...(preflight.caCertificate === undefined ? {} : { ca: preflight.caCertificate }),
  });
  try {
    const { status, body } = await probe(preflight.url, {
      httpsAgent: agent,
      proxy: false,
      timeoutMs: preflight.timeoutMs,
      maxBytes: maxAnswerBytes,
      signal,
    });
    return isCertificateRefusal(status, body)
      ? `the backend answered ${status}: it does not accept the certificate`
      : undefined;
  } catch (error) {
    if (!(error instanceof ProbeFailed)) throw error;
    return explain(error.code, error.message);
  }
}

/** Nginx and its kin complete the handshake and then answer 400, 495 or 496 with a page about the certificate. */
function isCertificateRefusal(status: number, body: string): boolean {
  if (status === 495 || status === 496) return true;
  return status === 400 && /ssl certificate|client certificate/i.test(body);
}

function explain(code: string | undefined, message: string): string {
  if (isUntrusted({ code, message }))
    return `the backend's own certificate is not trusted (${code}): set preflight.caCertificate`;
  if (code === "ECONNABORTED" || code === "ERR_CANCELED" || code === "ETIMEDOUT")
    return "the backend did not answer in time";
  if (/alert|handshake|EPROTO|ECONNRESET|SSL/i.test(`${code} ${message}`)) {
    return `the backend refused the TLS handshake with this certificate (${code ?? "alert"})`;
  }
  return `the backend cannot be reached (${code ?? "connection failed"})`;
}
