import { execFileSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Authority } from "./certificates.ts";
import { SERVER_NAME } from "./certificates.ts";
import { run } from "./processes.ts";
import { scratchFile } from "./scratch.ts";

/** Nothing but the page is to be asked for, and the server's name is this machine's. */
const PREFERENCES = {
  "network.dns.localDomains": SERVER_NAME,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "app.normandy.enabled": false,
  "browser.safebrowsing.update.enabled": false,
};

/**
 * Has Firefox load the page / of a server, with a fresh profile that trusts a CA, and make a picture of
 * it.
 *
 * @returns how many bytes the picture has
 */
export async function pictureOf(authority: Authority, port: number): Promise<number> {
  const [profile, home, picture] = ["profile", "home", "page.png"].map((name) =>
    scratchFile(`firefox-${name}`),
  ) as [string, string, string];
  mkdirSync(profile);
  mkdirSync(home);
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, "user.js"), lines.join(""));
  const database = ["-d", `sql:${profile}`];
  execFileSync("certutil", ["-N", ...database, "--empty-password"]);
  execFileSync("certutil", [
    ...["-A", ...database, "-n", "root", "-t", "CT,C,C", "-i", authority.certFile],
  ]);
  const { stderr, code } = await run(
    [
      ...["firefox-esr", "--headless", "--no-remote", "--profile", profile],
      ...["--screenshot", picture, `https://${SERVER_NAME}:${port}/`],
    ],
    { patience: 80_000, environment: { HOME: home, MOZ_DISABLE_CONTENT_SANDBOX: "1" } },
  );
  if (code !== 0) throw new Error(`Firefox has failed: ${stderr}`);
  return statSync(picture).size;
}
