/** The status in the text format of Prometheus, version 0.0.4. */

import { environmentTypes } from "../provider/api/responses";
import { isReadable } from "../provider/certificates/expiry";
import { familyOf } from "../provider/certificates/name";
import { quote } from "../provider/text/redact";
import type { CertificateStatus, Status } from "./status";

interface Sample {
  labels: Record<string, string>;
  value: number;
}

interface Metric {
  name: string;
  help: string;
  samples: Sample[];
}

/** One line for each measurement, below what it means; nothing but gauges. */
export function formatPrometheus(status: Status): string[] {
  return metricsOf(status)
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...seriesOf(name, samples),
    ]);
}

/** A series that comes twice spoils the whole: texts by others may read the same once they are quoted. */
function seriesOf(name: string, samples: readonly Sample[]): string[] {
  const series = new Map<string, number>();
  for (const { labels, value } of samples) {
    const key = `${name}${formatLabels(labels)}`;
    if (!series.has(key)) series.set(key, value);
  }
  return [...series].map(([key, value]) => `${key} ${value}`);
}

function metricsOf(status: Status): Metric[] {
  const { account, project, certificates, rotations, unreadEnvironments } = status;
  const place = { account, project };
  const each = (samplesOf: (certificate: CertificateStatus) => Sample[]) =>
    certificates.flatMap(certificate =>
      samplesOf(certificate).map(({ labels, value }) => ({
        labels: { ...place, certificate: certificate.name, ...labels },
        value,
      })),
    );
  const one = (value: number): Sample[] => [{ labels: {}, value }];
  const families = certificates.map(({ name }) => familyOf(name)).filter(family => family !== undefined);
  const lineages = [...new Set([...families, ...rotations.map(({ lineage }) => lineage)])].sort();
  return [
    {
      name: "zuplo_mtls_certificate_info",
      help: "A certificate of the project; its facts are the labels.",
      samples: each(({ id, serialNumber, name }) => [
        { labels: { id, serial_number: serialNumber, lineage: familyOf(name) ?? "" }, value: 1 },
      ]),
    },
    {
      name: "zuplo_mtls_certificate_not_before_timestamp_seconds",
      help: "First moment at which the certificate is valid, in seconds since 1970; missing where it cannot be read.",
      samples: each(({ validFrom }) => seconds(validFrom).flatMap(one)),
    },
    {
      name: "zuplo_mtls_certificate_not_after_timestamp_seconds",
      help: "Last moment at which the certificate is valid, in seconds since 1970; missing where it cannot be read.",
      samples: each(({ validTo }) => seconds(validTo).flatMap(one)),
    },
    {
      name: "zuplo_mtls_certificate_expired",
      help: "1 where the certificate has expired, or its date of expiry cannot be read.",
      samples: each(({ daysLeft }) => one(Number(daysLeft === null || daysLeft < 0))),
    },
    {
      name: "zuplo_mtls_certificate_enabled",
      help: "1 where the certificate is enabled for the environment type.",
      samples: each(({ environments }) =>
        environmentTypes.map(type => ({
          labels: { environment_type: type },
          value: Number(environments.includes(type)),
        })),
      ),
    },
    {
      name: "zuplo_mtls_certificate_deployments",
      help: "Deployments that can have the certificate bound, as their dates tell.",
      samples: each(({ deployments }) => one(deployments.length)),
    },
    {
      name: "zuplo_mtls_certificate_variables",
      help: "Variables that name the certificate, of those that can be read.",
      samples: each(({ variables }) => one(variables.length)),
    },
    {
      name: "zuplo_mtls_rotation_under_way",
      help: "1 while an old certificate of the lineage is there beside the new one.",
      samples: lineages.map(lineage => ({
        labels: { ...place, lineage },
        value: Number(rotations.some(rotation => rotation.lineage === lineage)),
      })),
    },
    {
      name: "zuplo_mtls_rotation_started_timestamp_seconds",
      help: "When the new certificate of the rotation was uploaded, in seconds since 1970.",
      samples: rotations.flatMap(({ lineage, newCertificate }) =>
        seconds(newCertificate.createdOn ?? "").map(value => ({ labels: { ...place, lineage }, value })),
      ),
    },
    {
      name: "zuplo_mtls_rotation_branches_left",
      help: "Branches of the rotation whose variables name an old certificate, or whose deployment is not known to have the new one.",
      samples: rotations.map(({ lineage, branches, newCertificate: { name } }) => ({
        labels: { ...place, lineage },
        value: branches.filter(
          ({ variables, holds }) =>
            variables.length > 0 &&
            (variables.some(({ certificate }) => certificate !== name) ||
              !holds.some(({ certificate, isCertain }) => isCertain && certificate === name)),
        ).length,
      })),
    },
    {
      name: "zuplo_mtls_unread_environments",
      help: "Environments whose variables Zuplo does not show.",
      samples: [{ labels: place, value: unreadEnvironments.length }],
    },
  ];
}

function seconds(date: string): number[] {
  return isReadable(date) ? [Date.parse(date) / 1000] : [];
}

/** Texts by others stay within their quotes, on their line. */
function formatLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(quote(value))}"`);
  return `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
