import { isReadable } from "../provider/certificates/expiry";
import { defaultWarnBeforeMs } from "../provider/certificates/validate";
import { quote } from "../provider/text/redact";
import { formatRotation } from "./rotationText";
import type { CertificateStatus, Status } from "./status";
import { type Line, paint, type Style, type Styled } from "./terminal";

const barWidth = 10;

/** The status as a table, with a line below each certificate for each thing that uses it, and the rotations after it. */
export function formatStatus(status: Status, now: number): Line[] {
  const { account, project, certificates, unreadEnvironments, rotations } = status;
  const count = certificates.length === 1 ? "1 certificate" : `${certificates.length} certificates`;
  const lines: Line[] = [[paint("bold", `${quote(account)}/${quote(project)}: ${count}`)]];
  if (certificates.length === 0) return lines;
  const header = ["CERTIFICATE", "ENVIRONMENTS", "EXPIRES", "LEFT"];
  const rows = certificates.map(({ name, environments, validTo }) => [
    quote(name),
    environments.join(", ") || "none",
    isReadable(validTo) ? new Date(validTo).toISOString().slice(0, 10) : "unknown",
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)),
  );
  const align = (cells: readonly string[]) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  lines.push("", [paint("dim", align(header).trimEnd())]);
  for (const [index, certificate] of certificates.entries()) {
    lines.push([`${align(rows[index] ?? [])}  `, ...lifetime(certificate, now)]);
    lines.push(...uses(certificate).map(line => [paint("dim", `  ${line}`)]));
  }
  for (const rotation of rotations) lines.push("", ...formatRotation(rotation));
  if (unreadEnvironments.length > 0) {
    lines.push(
      "",
      `Zuplo does not show the variables of ${unreadEnvironments.map(name => quote(name)).join(", ")}.`,
    );
  }
  return lines;
}

/** How much of the lifetime is left, as a bar, and in days. */
function lifetime(certificate: CertificateStatus, now: number): (string | Styled)[] {
  const { validFrom, validTo, daysLeft, expiring } = certificate;
  if (daysLeft === null) return [paint("red", `${"?".repeat(barWidth)} expiry date cannot be read`)];
  const left = Date.parse(validTo) - now;
  const whole = Date.parse(validTo) - Date.parse(validFrom);
  const share = Math.min(1, Math.max(0, left / whole)) || 0;
  const cells = Math.ceil(share * barWidth);
  const bar = "█".repeat(cells) + "░".repeat(barWidth - cells);
  const isSoon = left < defaultWarnBeforeMs(whole);
  const style: Style = expiring || daysLeft < 0 ? "red" : isSoon ? "yellow" : "green";
  return [paint(style, bar), " ", paint(style, inDays(daysLeft))];
}

function inDays(days: number): string {
  if (days < 0) return "expired";
  if (days === 0) return "less than a day";
  return days === 1 ? "1 day" : `${days} days`;
}

/** Zuplo shows no secret variable, so a certificate can be named by one that is not seen here. */
function uses({ variables, deployments }: CertificateStatus): string[] {
  const branches = new Map<string, string[]>();
  for (const { name, branch } of variables) branches.set(name, [...(branches.get(name) ?? []), branch]);
  const named = [...branches].map(
    ([name, places]) => `${quote(name)} in ${places.map(place => quote(place)).join(", ")}`,
  );
  const held = deployments.map(({ name, branch, isWorkingCopy }) => {
    const place = isWorkingCopy ? `working copy of ${quote(branch ?? "an unknown branch")}` : branch;
    return place === undefined ? quote(name) : `${quote(name)} (${quote(place)})`;
  });
  return [
    `variables    ${named.join("; ") || "none that can be read"}`,
    `deployments  ${held.join(", ") || "none"}`,
  ];
}
