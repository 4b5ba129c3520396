/** The npm registry knows nothing against what we build and test with. */
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { needs } from "../support/needs.ts";
import { run } from "../support/processes.ts";
import { filesNamed, repository } from "../support/repository.ts";

const AUDIT = ["npm", "audit", "--json", "--fetch-retries=0", "--fetch-timeout=15000"];

interface Report {
  /** Only in a report: a failure has `message` or `error` in its place. */
  auditReportVersion?: number;
  vulnerabilities?: Record<string, unknown>;
  message?: string;
}

async function audit(lock: string): Promise<Report> {
  const { stdout } = await run([...AUDIT, "--prefix", join(repository, dirname(lock))], {
    // Where the registry is may be in there.
    environment: process.env as Record<string, string>,
  });
  return JSON.parse(stdout) as Report;
}

const locks = filesNamed("package-lock.json");

/** A mirror may have packages without what is known against them. */
const { auditReportVersion } = await audit(locks[0] as string);
const NEEDS_AUDIT = needs("a registry that audits", auditReportVersion !== undefined);

it.for(locks)("%s", NEEDS_AUDIT, async (lock) => {
  const report = await audit(lock);
  expect(report.auditReportVersion, report.message).toBeDefined();
  expect(report.vulnerabilities).toEqual({});
});
