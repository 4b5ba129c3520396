/** The npm registry knows nothing against what we build and test with. */
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../support/processes.ts";
import { filesNamed, repository } from "../support/repository.ts";

const AUDIT = ["npm", "audit", "--json", "--fetch-retries=0", "--fetch-timeout=15000"];

interface Report {
  /** Only in a report: a failure has `message` or `error` in its place. */
  auditReportVersion?: number;
  vulnerabilities?: Record<string, unknown>;
  message?: string;
}

it.for(filesNamed("package-lock.json"))("%s", async (lock, { skip }) => {
  const { stdout } = await run([...AUDIT, "--prefix", join(repository, dirname(lock))], {
    // Where the registry is may be in there.
    environment: process.env as Record<string, string>,
  });
  const report = JSON.parse(stdout) as Report;
  if (report.auditReportVersion === undefined) {
    skip(`the registry did not answer, so nothing was audited: ${report.message}`);
  }
  expect(report.vulnerabilities).toEqual({});
});
