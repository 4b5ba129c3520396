/**
 * Every command and snippet of README.md and docs/ runs, in the order of its page, and prints what
 * the page says; what can't run says why. Paths, names and ports are replaced as stand-ins.ts says.
 */
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { freePort } from "../support/ports.ts";
import { type Running, run, start } from "../support/processes.ts";
import { type Block, blocksOf, languagesOf, RUNNABLE, read, repository } from "./page.ts";
import { StandIns } from "./stand-ins.ts";

const authority = Authority.root();
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(repository, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const blocks = new Map(pages.map((page) => [page, blocksOf(read(page))]));

describe("every snippet runs", () => {
  const withBlocks = [...blocks].filter(([, found]) => found.length > 0);
  it.each(withBlocks)("%s", { timeout: 60_000 }, async (page, found) => {
    const reader = new Reader(new StandIns(authority, await freePort()));
    try {
      for (const block of found) {
        await reader.follow(block).catch((error: Error) => {
          throw new Error(`${page}:${block.line}: ${error.message}`);
        });
      }
    } finally {
      await reader.tidyUp();
    }
  });
});

it("what can't run is as little as this, and each says why", () => {
  const notRun = [...blocks].flatMap(([page, found]) =>
    found.flatMap(({ directive }) =>
      directive.kind === "not run" ? [`${page}: ${directive.reason}`] : [],
    ),
  );
  expect(notRun).toMatchInlineSnapshot(`
    [
      "README.md: it needs the registry; test/package installs the tarball",
      "README.md: it is what runs this test",
      "docs/faults-and-soak.md: minutes; make test runs a sample",
      "docs/faults-and-soak.md: an hour; make test goes to a smaller depth",
      "docs/fuzzing.md: ten minutes of fuzzing; make test runs the same targets",
      "docs/performance.md: six minutes of measurements",
      "docs/platforms.md: test/platforms runs it with the paths of its own Deno",
      "docs/s6-services.md: it wants a user www, and port 443",
      "docs/systemd.md: systemd has to be the first process",
      "docs/systemd.md: it wants systemd, and a user www-data",
    ]
  `);
});

it("nothing escapes: what is no snippet is an output below one, a picture or a list", () => {
  const others = pages.flatMap((page) => {
    const outputs = blocksOf(read(page)).filter(({ output }) => output !== null).length;
    const rest = languagesOf(read(page)).filter((language) => !RUNNABLE.includes(language));
    const texts = rest.filter((language) => language === "text").length;
    return [
      ...rest.filter((language) => language !== "text").map((language) => `${page}: ${language}`),
      ...Array<string>(texts - outputs).fill(`${page}: an output of nothing`),
    ];
  });
  expect(others).toEqual(["README.md: ", "CONTRIBUTING.md: "]);
});

it("a snippet that fails, or prints something else, would be found", async () => {
  const reader = new Reader(new StandIns(authority, await freePort()));
  const [fails, prints] = blocksOf(
    "```sh\nfalse\n```\n\n```sh\necho a b\n```\n\n```text\na … c\n```\n",
  );
  await expect(reader.follow(fails as Block)).rejects.toThrow("exit 1");
  await expect(reader.follow(prints as Block)).rejects.toThrow("a b");
});

type Run = Extract<Block["directive"], { kind: "run" }>;

/** A reader that does what a page says. */
class Reader {
  private server: Running | null = null;
  private background: Running | null = null;

  constructor(private readonly standIns: StandIns) {}

  async follow(block: Block): Promise<void> {
    const { directive } = block;
    if (directive.kind === "not run") return;
    if (directive.kind === "file") {
      expect(block.text).toBe(read(directive.path));
    } else if (directive.kind === "background") {
      this.background = this.startBlock(block);
    } else if (directive.kind === "server") {
      // For any other program, what follows goes to the server before.
      if (!directive.needsRoot || process.getuid?.() === 0) await this.serve(block);
    } else {
      await this.runToItsEnd(block, directive);
    }
  }

  /** What s6 supervises is in no process group of ours: s6 itself has to end it. */
  async tidyUp(): Promise<void> {
    if (this.background === null) return;
    await run(["s6-svscanctl", "-t", join(this.standIns.folder, "service")]);
    await this.background.ended;
  }

  private async runToItsEnd(block: Block, { code, folder }: Run): Promise<void> {
    const ended = await run(this.command(block, folder), {
      environment: this.standIns.environment,
    });
    if (ended.code !== code) {
      throw new Error(`exit ${ended.code ?? ended.signal}: ${this.everything(ended.stderr)}`);
    }
    const printed = (code === 0 ? ended.stdout : ended.stderr).replaceAll("\r", "");
    if (block.output !== null && !this.isLike(printed, block.output)) {
      throw new Error(`it printed:\n${printed}`);
    }
  }

  private async serve(block: Block): Promise<void> {
    await this.server?.kill();
    this.server = this.startBlock(block);
    for (let tries = 0; !(await accepts(this.standIns.port)); tries++) {
      if (this.server.isOver || tries > 200) {
        throw new Error(`the server does not listen: ${this.server.stderr}`);
      }
      await sleep(50);
    }
  }

  private startBlock(block: Block): Running {
    const { environment } = this.standIns;
    return start(this.command(block), { environment, patience: 50_000 });
  }

  private command({ language, text }: Block, folder = this.standIns.folder): string[] {
    const script = this.standIns.replaceIn(text);
    const words = language === "js" ? ["node", "--input-type=module", "--eval"] : ["sh", "-euc"];
    const inFolder = 'cd "$0" && exec "$@"';
    return ["sh", "-c", inFolder, folder, ...words, script];
  }

  private everything(stderr: string): string {
    return this.server === null ? stderr : `${stderr}\n(the server: ${this.server.stderr})`;
  }

  /** In what a page shows, … is anything within a line, and a line of its own any lines. */
  private isLike(printed: string, shown: string): boolean {
    const literal = this.standIns.replaceIn(shown).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const pattern = literal.replaceAll(/^…\n/gm, "(?:.*\n)*").replaceAll("…", ".*");
    return new RegExp(`^${pattern}$`).test(printed);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
