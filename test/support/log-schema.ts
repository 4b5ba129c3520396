import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { expect } from "vitest";
import { repository } from "./repository.ts";

type Line = Record<string, unknown>;

const schema = JSON.parse(readFileSync(join(repository, "docs/log.schema.json"), "utf8"));
const ajv = new Ajv({
  allErrors: true,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
});
(formats as unknown as (ajv: Ajv) => void)(ajv);
export const isRight = ajv.compile(schema);

/** A line of a log, as docs/log.schema.json wants it. */
export function checked(line: string): Line {
  const parsed = JSON.parse(line) as Line;
  expect(isRight(parsed), `${line}: ${ajv.errorsText(isRight.errors)}`).toBe(true);
  return parsed;
}
