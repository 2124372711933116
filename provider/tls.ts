/** True where TLS ended since the other side's certificate is not trusted, or not for this host. */
export function isUntrusted({ code = "", message }: { code?: string | undefined; message: string }): boolean {
  return /^(UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS_CERT)/.test(code) || /self.signed/i.test(message);
}
