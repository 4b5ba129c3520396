/** docs/node-tls.md has a row for each member of node:tls, and what is "same" is there. */
import { Socket } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import tls from "node:tls";
import { describe, expect, it, test } from "vitest";
import { Authority } from "../support/certificates.ts";
import { bearhug, pairOf } from "../support/library.ts";
import { repository } from "../support/repository.ts";
import { MODULE, page, type Row, SERVER, STREAM } from "./node-tls.ts";

/** Members without those that Node keeps to itself. */
function membersOf(object: object): string[] {
  return Object.getOwnPropertyNames(object).filter(
    (name) => !/^(_|constructor$|domain$)/.test(name),
  );
}

function propertiesOfSocket(): string[] {
  const plain = new Set(membersOf(new Socket()));
  const own = membersOf(new tls.TLSSocket(new Socket())).filter((name) => !plain.has(name));
  return [...new Set([...own, "encrypted"])];
}

const server = bearhug.createServer(pairOf(Authority.root().issue()));
const stream = bearhug.wrap(new PassThrough(), { servername: null, rejectUnauthorized: false });
stream.on("error", () => {}).destroy();

describe.each<[what: string, rows: readonly Row[], members: string[], ours: object]>([
  ["the module", MODULE, membersOf(tls), bearhug],
  ["a stream", STREAM, [...membersOf(tls.TLSSocket.prototype), ...propertiesOfSocket()], stream],
  ["a server", SERVER, membersOf(tls.Server.prototype), server],
])("%s", (_, rows, members, ours) => {
  test("each member of Node's has its row", () => {
    const known = rows.map(([member]) => member);
    expect(new Set(known).size).toBe(known.length);
    expect(members.filter((member) => !known.includes(member))).toEqual([]);
  });

  test.each(rows)("%s: %s", (member, state, why) => {
    const isThere = member in ours;
    if (state === "same") expect(isThere).toBe(true);
    if (state === "absent") expect(isThere).toBe(false);
    if (state !== "same") expect(why).not.toBe("");
  });
});

it("docs/node-tls.md is what the tests say", async () => {
  await expect(page()).toMatchFileSnapshot(join(repository, "docs/node-tls.md"));
});
