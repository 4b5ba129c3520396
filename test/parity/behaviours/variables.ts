/** What -Z and -z make of prog's environment. */
import { expect } from "vitest";
import { credentials, environmentOf, pairFor } from "../visit.ts";

/** Variables for us that do no harm where they are not used, besides KEYFILE and CERTFILE. */
export const OURS = {
  CADIR: "/no/folder",
  CAFILE: "/no/file",
  ...pairFor("one.test", { ...credentials, keyFile: "/no/key" }),
  ...pairFor("*.two.test", { ...credentials, certFile: "/no/certificate" }),
};

const ALL_OURS = { ...OURS, KEYFILE: credentials.keyFile, CERTFILE: credentials.certFile };

export async function keepsVariables(options: string): Promise<void> {
  expect(await environmentOf({ options, environment: OURS })).toMatchObject(ALL_OURS);
}

export async function cleansVariables(options: string): Promise<void> {
  const seen = await environmentOf({ options, environment: { ...OURS, OTHER: "stays" } });
  expect(Object.keys(ALL_OURS).filter((name) => name in seen)).toEqual([]);
  expect(seen["OTHER"]).toBe("stays");
}
