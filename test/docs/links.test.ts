/**
 * Every link in a page leads somewhere: to a file, and to the heading that it names.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { linksOf, read, repository } from "./page.ts";

const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
  cwd: repository,
  encoding: "utf8",
})
  .trim()
  .split("\n")
  .filter((page) => existsSync(join(repository, page)));

/**
 * As renderers make them: lower case, hyphens for spaces, and nothing else but letters; a number
 * tells the later ones of the same heading apart.
 */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return headings.map((heading, index) => {
    const before = headings.slice(0, index).filter((other) => other === heading).length;
    return before === 0 ? heading : `${heading}-${before}`;
  });
}

function broken(page: string, markdown: string): string[] {
  return linksOf(markdown).filter((target) => {
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(repository, file))) return true;
    return anchor !== undefined && !anchorsOf(read(file)).includes(anchor);
  });
}

describe("every link leads somewhere", () => {
  it.each(pages)("%s", (page) => {
    expect(broken(page, read(page))).toEqual([]);
  });

  it("there are links, and a broken one would be found", () => {
    expect(pages.flatMap((page) => linksOf(read(page))).length).toBeGreaterThan(30);
    const text = "[a](nowhere.md) [b](troubleshooting.md#nothing) [c](troubleshooting.md#messages)";
    expect(broken("docs/README.md", text)).toEqual(["nowhere.md", "troubleshooting.md#nothing"]);
  });

  it("every page of docs/ is in its index", () => {
    const indexed = linksOf(read("docs/README.md")).map((target) => `docs/${target}`);
    const ours = pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
    expect(ours.filter((page) => !indexed.includes(page))).toEqual([]);
  });
});
