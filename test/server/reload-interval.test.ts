/**
 * --reload-interval: files that have changed are read as at USR2, however they were changed. Symbolic
 * links are swapped as certbot and Kubernetes do it.
 */
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { Authority, type Credentials, derCertificate } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { connect } from "../support/clients.ts";
import { scratchFile } from "../support/scratch.ts";
import { type Server, type Serving, startServer } from "../support/server.ts";

const authority = Authority.root();
const [first, second] = [authority.issue(), authority.issue({ kind: "RSA-2048" })];
const EVERY_SECOND = ["--workers", "2", "-v", "--reload-interval", "1"];

const POLL = { timeout: 10_000, interval: 100 };

const RELOADED = "info: read all keys and certificates again";

function serving(files: Partial<Credentials>, more: Partial<Serving> = {}): Promise<Server> {
  return startServer({ authority, credentials: files, options: EVERY_SECOND, ...more });
}

async function isServing(server: Server, { certFile }: Credentials): Promise<boolean> {
  const client = await connect(server);
  const shown = client.getPeerCertificate().raw;
  client.destroy();
  return shown.equals(derCertificate(certFile));
}

function copyPair(from: Credentials, folder: string, names = ["tls.key", "tls.crt"]): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(from.keyFile, join(folder, names[0] as string));
  copyFileSync(from.certFile, join(folder, names[1] as string));
}

/** In one step: a look must not find half of it. */
function place(from: string, to: string): void {
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}

/** A symbolic link that takes another's place in one step. */
function swap(target: string, link: string): void {
  symlinkSync(target, `${link}.new`);
  renameSync(`${link}.new`, link);
}

it("files that are written anew", async () => {
  const folder = scratchFile("written");
  copyPair(first, folder);
  const [keyFile, certFile] = [join(folder, "tls.key"), join(folder, "tls.crt")];
  const server = await serving({ keyFile, certFile });
  expect(await isServing(server, first)).toBe(true);
  copyPair(second, folder);
  await server.logged(RELOADED);
  await expect.poll(() => isServing(server, second), POLL).toBe(true);
});

it("a mounted secret of Kubernetes: ..data leads to another folder", async () => {
  const volume = scratchFile("secret");
  copyPair(first, join(volume, "..2026_01"));
  symlinkSync("..2026_01", join(volume, "..data"));
  for (const name of ["tls.key", "tls.crt"]) symlinkSync(`..data/${name}`, join(volume, name));
  const server = await serving({
    keyFile: join(volume, "tls.key"),
    certFile: join(volume, "tls.crt"),
  });
  const open = await connect(server);
  copyPair(second, join(volume, "..2026_02"));
  swap("..2026_02", join(volume, "..data"));
  rmSync(join(volume, "..2026_01"), { recursive: true });
  await server.logged(RELOADED);
  await expect.poll(() => isServing(server, second), POLL).toBe(true);
  expect(server.saying("error")).toEqual([]);
  expect(open.destroyed).toBe(false);
});

it("certbot's live folder: each link leads to another file of the archive", async () => {
  const root = scratchFile("letsencrypt");
  const [live, archive] = ["live/x", "archive/x"].map((name) => join(root, name)) as [
    string,
    string,
  ];
  mkdirSync(live, { recursive: true });
  copyPair(first, archive, ["privkey1.pem", "fullchain1.pem"]);
  for (const name of ["privkey", "fullchain"]) {
    symlinkSync(`../../archive/x/${name}1.pem`, join(live, `${name}.pem`));
  }
  const [keyFile, certFile] = [join(live, "privkey.pem"), join(live, "fullchain.pem")];
  const server = await serving({ keyFile, certFile });
  copyPair(second, archive, ["privkey2.pem", "fullchain2.pem"]);
  for (const name of ["privkey", "fullchain"]) {
    swap(`../../archive/x/${name}2.pem`, join(live, `${name}.pem`));
  }
  expect(readlinkSync(certFile)).toContain("fullchain2");
  // A look between the two links finds a pair that doesn't match, and the next one finds it whole.
  await expect.poll(() => isServing(server, second), POLL).toBe(true);
});

it("one of the two alone: the old pair stays in use, which is said once", async () => {
  const folder = scratchFile("half");
  copyPair(first, folder);
  const [keyFile, certFile] = [join(folder, "tls.key"), join(folder, "tls.crt")];
  const server = await serving({ keyFile, certFile });
  place(second.certFile, certFile);
  await server.logged("error: keeping the old keys and certificates");
  expect(await isServing(server, first)).toBe(true);
  place(second.keyFile, keyFile);
  await server.logged(RELOADED);
  expect(server.saying(/ error: .*belong to the cert/)).toHaveLength(1);
  rmSync(keyFile);
  await server.logged(/error: .*No such file or directory/);
  expect(await isServing(server, second)).toBe(true);
});

it("a CA more in CADIR", async () => {
  const cas = scratchFile("cas");
  mkdirSync(cas);
  cpSync(ClientAuthority.root().certFile, join(cas, "one.pem"));
  const environment = { CADIR: cas };
  const server = await serving(first, { options: [...EVERY_SECOND, "-Y"], environment });
  cpSync(ClientAuthority.root().certFile, join(cas, "two.pem"));
  await server.logged(RELOADED);
});

it("without it, files are not looked at", async () => {
  const files = { keyFile: scratchFile("key"), certFile: scratchFile("cert") };
  copyFileSync(first.keyFile, files.keyFile);
  copyFileSync(first.certFile, files.certFile);
  const quiet = await serving(files, { options: ["-v", "--reload-interval", "0"] });
  const watching = await serving(files);
  writeFileSync(files.certFile, "none");
  await watching.logged("error: keeping the old");
  expect(quiet.saying("keeping")).toEqual([]);
  expect(dirname(files.keyFile)).toBe(dirname(files.certFile));
});
