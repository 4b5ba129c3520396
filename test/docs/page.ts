import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A fenced block of a page, and what the comment right above it says about it. */
export interface Block {
  /** Where it begins: for messages. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  readonly directive: Directive;
  /** The block of language `text` that follows it directly: what it prints. */
  readonly output: string | null;
}

export type Directive =
  | { readonly kind: "run"; readonly code: number; readonly folder?: string }
  /** It runs until the page's end, or the next one of its kind, and listens on 443. */
  | { readonly kind: "server"; readonly needsRoot: boolean }
  /** It runs until the page's end. */
  | { readonly kind: "background" }
  | { readonly kind: "not run"; readonly reason: string }
  /** It shows a file of the repository. */
  | { readonly kind: "file"; readonly path: string };

export const repository = join(import.meta.dirname, "../..");

/** Languages of what can be run or compared. */
export const RUNNABLE = ["sh", "js", "ini"];

export function read(page: string): string {
  return readFileSync(join(repository, page), "utf8");
}

/** All blocks of a page that are something to run, or a file. */
export function blocksOf(markdown: string): Block[] {
  const fence =
    /(?:^<!-- (.*) -->\n)?^```([a-z]*)\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm;
  return [...markdown.matchAll(fence)]
    .map(({ index, 0: whole, 1: comment, 2: language = "", 3: text = "", 4: output = null }) => ({
      line: markdown.slice(0, index + whole.indexOf("```")).split("\n").length,
      language,
      text,
      directive: directiveOf(comment),
      output,
    }))
    .filter(({ language }) => RUNNABLE.includes(language));
}

/** The targets of links and pictures, without those on other sites. */
export function linksOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The languages of all fences, and "" for one without. */
export function languagesOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```(.*)\n[\s\S]*?^```$/gm)].map(([, language = ""]) => language);
}

function directiveOf(comment: string | undefined): Directive {
  if (comment === undefined) return { kind: "run", code: 0 };
  if (comment === "a server") return { kind: "server", needsRoot: false };
  if (comment === "a server, for root") return { kind: "server", needsRoot: true };
  if (comment === "in the background") return { kind: "background" };
  if (comment === "in the repository") return { kind: "run", code: 0, folder: repository };
  const [, word, value = ""] = /^(not run:|exit|file:) (.+)$/.exec(comment) ?? [];
  if (word === "not run:") return { kind: "not run", reason: value };
  if (word === "exit") return { kind: "run", code: Number(value) };
  if (word === "file:") return { kind: "file", path: value };
  throw new Error(`a comment above a block that means nothing: ${comment}`);
}
