/**
 * Linux on arm64, in an emulator on other processors: V8 makes other machine code of both modules there,
 * SIMD above all. `make test-arm64` runs both versions of TLS, and the engine without I/O; CI a sample.
 */
import { join } from "node:path";
import { expect, it } from "vitest";
import { ARM64 } from "../support/arm64.ts";
import { BOTH_ROLES_HERE, credentialsFor, OUTCOME } from "../support/both-roles.ts";
import { Authority } from "../support/certificates.ts";
import { CONVERSING, converse } from "../support/conversations.ts";
import { run } from "../support/processes.ts";
import { repository } from "../support/repository.ts";
import { scratchFile } from "../support/scratch.ts";

const LIMIT = 180_000;

/** A server's side and a client's, each with its own way to start processes. */
const SAMPLE = ["s6-tlsd", "s6-tlsserver", "s6-tlsclient"];

const isWhole = process.env["ARM64"] === "all";

it.each(isWhole ? CONVERSING : SAMPLE)(
  "%s, in TLS 1.3",
  (program) => {
    return converse(program, ARM64, "TLSv1.3");
  },
  LIMIT,
);

it.each(isWhole ? CONVERSING : SAMPLE.slice(0, 1))(
  "%s, in TLS 1.2",
  (program) => {
    return converse(program, ARM64, "TLSv1.2");
  },
  LIMIT,
);

it(
  "the engine without I/O, in both roles",
  async () => {
    const credentials = scratchFile(
      "credentials.json",
      JSON.stringify(credentialsFor(Authority.root())),
    );
    const command = [...ARM64.runner, BOTH_ROLES_HERE, join(repository, "dist"), credentials];
    const { code, stdout, stderr } = await run(command, { patience: LIMIT });
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: `Node: ${OUTCOME}\n` });
  },
  LIMIT,
);
