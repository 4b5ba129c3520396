import { derMutators } from "./der-mutations.ts";
import { byteMutators, type Chance, type Mutator } from "./mutations.ts";

/** Damage to PEM (RFC 7468), in text and in what the base64 holds. */

type TextMutator = (
  lines: string[],
  chance: Chance,
  other: string,
) => readonly [text: string | string[], what: string];

const LABELS = [
  ...["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "PRIVATE KEY", "EC PRIVATE KEY"],
  ...["RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PUBLIC KEY", "X509 CRL", "", "X".repeat(300)],
];

const boundary = /^-----(BEGIN|END) /;

const textMutators: readonly TextMutator[] = [
  function otherLineEnds(lines, chance) {
    const end = chance.pick(["\r\n", "\r", "\n\n", "\n\r", " \n", "\t\n", "\0\n", "\v", ""]);
    return [lines.join(end), `lines end in ${JSON.stringify(end)}`];
  },
  function otherWidth(lines, chance) {
    const width = chance.pick([1, 3, 76, 10_000]);
    const wide = lines.join("\n").replace(/[A-Za-z0-9+/=\n]{65,}/g, (base64) => {
      const pieces = base64.replaceAll("\n", "").match(new RegExp(`.{1,${width}}`, "g"));
      return `\n${pieces?.join("\n")}\n`;
    });
    return [wide, `lines of ${width}`];
  },
  function whitespace(lines, chance) {
    const at = chance.below(lines.length);
    const blank = chance.pick([" ", "\t", "\n", "\r", "\0", "\x7f", "\u00a0", " ".repeat(5000)]);
    const line = lines[at] ?? "";
    lines[at] = chance.pick([
      `${blank}${line}`,
      `${line}${blank}`,
      line.replace(/.{9}/, `$&${blank}`),
    ]);
    return [lines, `${JSON.stringify(blank.slice(0, 5))} in line ${at}`];
  },
  function withoutBoundary(lines, chance) {
    const at = chance.pick(boundaries(lines));
    return [lines.toSpliced(at, 1), `line ${at} missing`];
  },
  function twiceTheBoundary(lines, chance) {
    const [at, to] = [chance.pick(boundaries(lines)), chance.below(lines.length)];
    return [lines.toSpliced(to, 0, lines[at] ?? ""), `line ${at} once more at ${to}`];
  },
  function oddBoundary(lines, chance) {
    const at = chance.pick(boundaries(lines));
    const [from, to] = chance.pick([
      ...([
        ["-----", "----"],
        ["-----", "------"],
        ["-----$", ""],
        ["BEGIN", "begin"],
      ] as const),
      ...([
        ["BEGIN ", "BEGIN"],
        ["BEGIN", "END"],
        ["END", "BEGIN"],
        ["-----B", " -----B"],
      ] as const),
      ...([
        [" ", "\t"],
        [" ", "\0"],
        ["$", " -----"],
        ["^.*$", "-----BEGIN "],
      ] as const),
    ]);
    lines[at] = (lines[at] ?? "").replace(new RegExp(from), to);
    return [lines, `in line ${at}, ${JSON.stringify(to)} for ${from}`];
  },
  function otherLabel(lines, chance) {
    const [at, label] = [chance.pick(boundaries(lines)), chance.pick(LABELS)];
    const renamed = (line: string) => line.replace(/(BEGIN|END) .*?-----/, `$1 ${label}-----`);
    const alone = chance.below(2) === 0;
    const text = lines.map((line, n) => (n === at || (!alone && n > at) ? renamed(line) : line));
    return [text, `label ${label.slice(0, 30)} from line ${at} on${alone ? ", there alone" : ""}`];
  },
  function damagedBase64(lines, chance) {
    const at = chance.below(lines.length);
    const by = chance.pick(["=", "==", "*", "-", "_", "é", "\0", "AAAA", "A", ""]);
    const line = lines[at] ?? "";
    const column = chance.below(line.length + 1);
    lines[at] = `${line.slice(0, column)}${by}${line.slice(column + chance.below(3))}`;
    return [lines, `${JSON.stringify(by)} in line ${at}, column ${column}`];
  },
  function linesInDisorder(lines, chance) {
    const [from, to] = [chance.below(lines.length), chance.below(lines.length)];
    const moved = lines.splice(from, chance.pick([1, 2, 10]));
    lines.splice(to, 0, ...moved);
    return [lines, `${moved.length} lines from ${from} moved to ${to}`];
  },
  function garbageAround(lines, chance) {
    const noise = chance.pick([
      "garbage",
      "-----",
      "0",
      "\xff\xfe",
      "-----BEGIN ",
      "\0".repeat(600),
    ]);
    const [before, after] = [chance.below(2), chance.below(2)];
    const text = [
      ...Array<string>(before).fill(noise),
      ...lines,
      ...Array<string>(after).fill(noise),
    ];
    return [text, `${JSON.stringify(noise.slice(0, 12))}: ${before} before, ${after} after`];
  },
  function oneMore(lines, chance, other) {
    const times = chance.pick([1, 2, 70]);
    const more = Array<string>(times).fill(other).join("\n");
    const text = lines.join("\n");
    return [chance.below(2) === 0 ? text + more : more + text, `another one, ${times} times`];
  },
  function headers(lines, chance) {
    const at = chance.pick(boundaries(lines));
    const size = chance.pick([0, 10, 1000, 30_000]);
    const header = chance.pick(["Proc-Type: 4,ENCRYPTED", "X-Header:", "Comment: ", ":"]);
    lines.splice(at + 1, 0, header + "x".repeat(size), ...chance.pick([[""], []]));
    return [lines, `header ${header} of ${size} after line ${at}`];
  },
];

const inText: Mutator = (bytes, chance, other) => {
  const lines = bytes.toString("latin1").split("\n");
  const [text, what] = chance.pick(textMutators)(lines, chance, other.toString("latin1"));
  return [Buffer.from(typeof text === "string" ? text : text.join("\n"), "latin1"), what];
};

/** The base64 is right; what it holds is not. */
const inDer: Mutator = (bytes, chance) => {
  const text = bytes.toString("latin1");
  const objects = [...text.matchAll(/-----BEGIN [^\n]*-----\n([A-Za-z0-9+/=\n]+)-----END /g)];
  if (objects.length === 0) return chance.pick(byteMutators)(bytes, chance, bytes);
  const one = chance.pick(objects);
  const base64 = one[1] ?? "";
  const begin = one.index + one[0].indexOf("\n") + 1;
  const der = Buffer.from(base64, "base64");
  const [damaged, what] = chance.pick(derMutators)(der, chance, der);
  const encoded = (damaged.toString("base64").match(/.{1,64}/g) ?? []).join("\n");
  const whole = `${text.slice(0, begin)}${encoded}\n${text.slice(begin + base64.length)}`;
  return [Buffer.from(whole, "latin1"), `object ${objects.indexOf(one)}: ${what}`];
};

export const pemMutators: readonly Mutator[] = [
  ...byteMutators,
  ...Array<Mutator>(20).fill(inText),
  ...Array<Mutator>(15).fill(inDer),
];

function boundaries(lines: string[]): number[] {
  const found = lines.flatMap((line, at) => (boundary.test(line) ? [at] : []));
  return found.length > 0 ? found : [0];
}
