import { Resolver } from "node:dns/promises";
import type { Qualification } from "./resolver-configuration.ts";

/** c-ares' codes for an answer that says that there is none. */
const NONE = ["ENOTFOUND", "ENODATA"];

/** What c-ares' other codes mean. */
const MEANINGS: Readonly<Record<string, string>> = {
  ETIMEOUT: "the name servers don't answer",
  ECONNREFUSED: "no name server listens where resolv.conf says",
  ESERVFAIL: "the name server has failed (SERVFAIL)",
  EREFUSED: "the name server refuses the question (REFUSED)",
  EBADRESP: "the name server's answer can't be read",
  EFORMERR: "the name server can't read the question (FORMERR)",
  ENOTIMP: "the name server doesn't know such questions (NOTIMP)",
};

/** A resolver as resolv.conf(5) has it: Node has four attempts, whatever the file says. */
export function newResolver({ attempts, timeout }: Qualification): Resolver {
  return new Resolver({
    ...(attempts !== null && { tries: attempts }),
    ...(timeout !== null && { timeout: timeout * 1000 }),
  });
}

/**
 * That there is no such name is an answer, an empty one; that no answer came is an error.
 *
 * @throws (the promise) saying what is wrong with the name server
 */
export async function unlessNone(answer: Promise<string[]>): Promise<string[]> {
  try {
    return await answer;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (NONE.includes(code)) return [];
    const meaning = MEANINGS[code];
    throw meaning === undefined ? error : new Error(meaning, { cause: error });
  }
}
