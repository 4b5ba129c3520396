/**
 * Name constraints (RFC 5280, 4.2.1.10) of anchors and intermediates, critical or not; with OpenSSL
 * beside our engine where it has an opinion of its own.
 */
import { describe, expect, test } from "vitest";
import { chainVerdict, opensslTakes, type Presented } from "../support/chain-verdict.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { type Alternative, extension, type NameConstraints } from "../support/extensions.ts";
import { type Attribute, name } from "../support/names.ts";

const CA = extension.constraints({ ca: true });
const HOST = "www.example.test";
const ADDRESS = Buffer.of(192, 0, 2, 1);

function ip(address: readonly number[], ...mask: number[]): Alternative {
  return ["IP", Buffer.from([...address, ...mask])];
}

function subject(...attributes: Attribute[]): Buffer {
  return name(...attributes);
}

interface Leaf {
  names?: Alternative[];
  subject?: Buffer;
  host?: string;
  /** The intermediate's subject. */
  above?: Buffer;
}

/** The constraints are the root's, or those of an intermediate below another root. */
function presented(
  place: "root" | "intermediate",
  constraints: NameConstraints,
  { names = [["DNS", HOST]], host = HOST, above = name(["CN", "Between"]), ...leaf }: Leaf,
): Presented {
  const extensions = [CA, extension.nameConstraints(constraints)];
  const constrained = place === "root" ? { extensions } : {};
  const root = ClientAuthority.root(constrained);
  const between = { subject: above, ...(place === "intermediate" && { extensions }) };
  const issuer = root.intermediate(between);
  const { der } = issuer.issue({
    ...leaf,
    extensions: [extension.criticalAlternativeNames(...names)],
  });
  return { anchors: [root.der], chain: [der, ...issuer.chain], name: host };
}

const ANY_V4 = ip([0, 0, 0, 0], 0, 0, 0, 0);
const org = (value: string, string: "utf8" | "printable" = "utf8"): Attribute => [
  "O",
  value,
  string,
];

const met: [string, NameConstraints, Leaf][] = [
  ["the host's own name", { permitted: [["DNS", HOST]] }, {}],
  ["the domain above", { permitted: [["DNS", "example.test"]] }, {}],
  ["in other letters", { permitted: [["DNS", "EXAMPLE.Test"]] }, {}],
  [
    "one of two domains",
    {
      permitted: [
        ["DNS", "a.test"],
        ["DNS", "example.test"],
      ],
    },
    {},
  ],
  ["all names", { permitted: [["DNS", ""]] }, {}],
  ["names below, with a dot in front", { permitted: [["DNS", ".example.test"]] }, {}],
  ["another domain that is excluded", { excluded: [["DNS", "other.test"]] }, {}],
  ["a name that only ends alike is excluded", { excluded: [["DNS", "w.example.test"]] }, {}],
  [
    "a wildcard inside",
    { permitted: [["DNS", "example.test"]] },
    {
      names: [["DNS", "*.example.test"]],
    },
  ],
  [
    "a wildcard, and one two labels below it excluded",
    {
      excluded: [["DNS", "a.b.example.test"]],
    },
    { names: [["DNS", "*.example.test"]] },
  ],
  [
    "an address in a network",
    { permitted: [ip([192, 0, 2, 0], 255, 255, 255, 0)] },
    {
      names: [["IP", ADDRESS]],
      host: "192.0.2.1",
    },
  ],
  [
    "an address outside of an excluded network",
    {
      excluded: [ip([10, 0, 0, 0], 255, 0, 0, 0)],
    },
    { names: [["IP", ADDRESS]], host: "192.0.2.1" },
  ],
  ["no address, and all are excluded", { excluded: [ANY_V4] }, {}],
  [
    "a subject in an organisation",
    { permitted: [["directory", subject(org("Test"))]] },
    {
      subject: subject(org("Test"), ["CN", "leaf"]),
      above: subject(org("Test")),
    },
  ],
  [
    "a subject written otherwise",
    { permitted: [["directory", subject(org("A  test"))]] },
    {
      subject: subject(org(" a TEST ", "printable"), ["CN", "leaf"]),
      above: subject(org("a test")),
    },
  ],
  [
    "no subject, and one is permitted",
    { permitted: [["directory", subject(org("Test"))]] },
    {
      subject: subject(),
      above: subject(org("Test")),
    },
  ],
  [
    "a subject outside of what is excluded",
    {
      excluded: [["directory", subject(org("Other"))]],
    },
    { subject: subject(org("Test"), ["CN", "leaf"]) },
  ],
  ["a form that no name has", { excluded: [["registeredID", Buffer.of(42)]] }, {}],
  ["e-mail, and there is none", { permitted: [["email", "example.test"]] }, {}],
  [
    "a host's mailbox",
    { permitted: [["email", "example.test"]] },
    {
      names: [
        ["DNS", HOST],
        ["email", "a@EXAMPLE.test"],
      ],
    },
  ],
  [
    "a mailbox below a host",
    { permitted: [["email", ".example.test"]] },
    {
      names: [
        ["DNS", HOST],
        ["email", "a@mail.example.test"],
      ],
    },
  ],
  [
    "one mailbox, and another is excluded",
    { permitted: [["email", "a@example.test"]], excluded: [["email", "b@example.test"]] },
    {
      names: [
        ["DNS", HOST],
        ["email", "a@example.test"],
      ],
    },
  ],
];

const violated: [string, NameConstraints, Leaf][] = [
  ...[
    ["a mailbox below a host", "example.test", "a@mail.example.test"],
    ["a host's own mailbox", ".example.test", "a@example.test"],
    ["another mailbox", "a@example.test", "b@example.test"],
    ["a mailbox in other letters", "a@example.test", "A@example.test"],
  ].map(([what = "", base = "", email = ""]): [string, NameConstraints, Leaf] => [
    `${what}, where ${base} may be`,
    { permitted: [["email", base]] },
    {
      names: [
        ["DNS", HOST],
        ["email", email],
      ],
    },
  ]),
  ["another domain", { permitted: [["DNS", "other.test"]] }, {}],
  ["a name that only ends alike", { permitted: [["DNS", "w.example.test"]] }, {}],
  ["no such suffix of a label", { permitted: [["DNS", "ample.test"]] }, {}],
  ["names below only", { permitted: [["DNS", `.${HOST}`]] }, {}],
  ["one excluded", { excluded: [["DNS", "example.test"]] }, {}],
  ["excluded in other letters", { excluded: [["DNS", "EXAMPLE.TEST"]] }, {}],
  ["all are excluded", { excluded: [["DNS", ""]] }, {}],
  [
    "permitted, and excluded below",
    {
      permitted: [["DNS", "example.test"]],
      excluded: [["DNS", HOST]],
    },
    {},
  ],
  [
    "a further name outside",
    { permitted: [["DNS", "example.test"]] },
    {
      names: [
        ["DNS", HOST],
        ["DNS", "evil.test"],
      ],
    },
  ],
  [
    "a further address, where none may be",
    { excluded: [ANY_V4] },
    {
      names: [
        ["DNS", HOST],
        ["IP", ADDRESS],
      ],
    },
  ],
  [
    "a wildcard that reaches outside",
    { permitted: [["DNS", HOST]] },
    {
      names: [["DNS", "*.example.test"]],
    },
  ],
  [
    "a wildcard that stands for an excluded name",
    { excluded: [["DNS", HOST]] },
    {
      names: [["DNS", "*.example.test"]],
      host: "mail.example.test",
    },
  ],
  [
    "an address outside of the network",
    { permitted: [ip([192, 0, 3, 0], 255, 255, 255, 0)] },
    {
      names: [["IP", ADDRESS]],
      host: "192.0.2.1",
    },
  ],
  [
    "an address in an excluded network",
    { excluded: [ip([192, 0, 0, 0], 255, 255, 0, 0)] },
    {
      names: [["IP", ADDRESS]],
      host: "192.0.2.1",
    },
  ],
  [
    "an IPv6 address, where one IPv4 network may be",
    { permitted: [ANY_V4] },
    {
      names: [["IP", Buffer.alloc(16, 1)]],
      host: "101:101:101:101:101:101:101:101",
    },
  ],
  [
    "another organisation",
    { permitted: [["directory", subject(org("Other"))]] },
    {
      subject: subject(org("Test"), ["CN", "leaf"]),
    },
  ],
  [
    "the organisation, but not at the beginning",
    {
      permitted: [["directory", subject(org("Test"))]],
    },
    { subject: subject(["CN", "leaf"], org("Test")) },
  ],
  [
    "an excluded organisation, in other letters",
    {
      excluded: [["directory", subject(org("test", "printable"))]],
    },
    { subject: subject(org("TEST"), ["CN", "leaf"]) },
  ],
  [
    "an e-mail address in the subject",
    { permitted: [["email", "example.test"]] },
    {
      subject: subject(["emailAddress", "a@other.test", "ia5"], ["CN", "leaf"]),
    },
  ],
  [
    "an excluded URI",
    { excluded: [["URI", "www.example.test"]] },
    {
      names: [
        ["DNS", HOST],
        ["URI", "https://www.example.test/"],
      ],
    },
  ],
  [
    "a common name that looks like a host's, and no other",
    {
      permitted: [["DNS", "example.test"]],
    },
    { subject: subject(["CN", "evil.test"]), names: [["IP", ADDRESS]], host: "192.0.2.1" },
  ],
];

/** OpenSSL judges a wildcard as the text that it is. */
const ONLY_OURS = "a wildcard that stands for an excluded name";

describe.each(["root", "intermediate"] as const)("of the %s", (place) => {
  describe.each([true, false])("critical: %s", (critical) => {
    test.each(met)("met: %s", (_, constraints, leaf) => {
      const chain = presented(place, { ...constraints, critical }, leaf);
      expect(chainVerdict(chain)).toBe("taken");
      expect(opensslTakes(chain), "OpenSSL").toBe(true);
    });

    test.each(violated)("violated: %s", (what, constraints, leaf) => {
      const chain = presented(place, { ...constraints, critical }, leaf);
      expect(chainVerdict(chain)).toBe("X509_NAME_CONSTRAINT");
      if (what !== ONLY_OURS) expect(opensslTakes(chain), "OpenSSL").toBe(false);
    });
  });
});

/** What RFC 5280 does not allow, or can't be applied. */
const unusable: [string, NameConstraints][] = [
  ["no list at all", {}],
  ["a base that is no host name", { permitted: [["DNS", "*.example.test"]] }],
  ["a base with an empty label", { excluded: [["DNS", "example..test"]] }],
  ["a network of five bytes", { permitted: [["IP", Buffer.alloc(5)]] }],
  ["a mask with a hole", { excluded: [ip([192, 0, 2, 0], 255, 0, 255, 0)] }],
];

test.each(unusable)("an intermediate with %s is refused", (_, constraints) => {
  expect(chainVerdict(presented("intermediate", constraints, {}))).toBe(
    "X509_UNSUPPORTED_CONSTRAINT",
  );
});

test.each(unusable)("a root with %s is no anchor", (_, constraints) => {
  expect(() => chainVerdict(presented("root", constraints, {}))).toThrow("can be used");
});

describe("two CAs with constraints", () => {
  const allows = (domain: string) => ({
    extensions: [CA, extension.nameConstraints({ permitted: [["DNS", domain]] })],
  });
  const leafOf = (issuer: ClientAuthority) =>
    issuer.issue({ extensions: [extension.alternativeNames(["DNS", HOST])] }).der;

  test.each([
    ["example.test", HOST, "taken"],
    [HOST, "example.test", "taken"],
    ["other.test", "example.test", "X509_NAME_CONSTRAINT"],
    ["example.test", "other.test", "X509_NAME_CONSTRAINT"],
  ])("above %s, below %s: %s", (above, below, verdict) => {
    const root = ClientAuthority.root();
    const issuer = root.intermediate(allows(above)).intermediate(allows(below));
    const chain = [leafOf(issuer), ...issuer.chain];
    expect(chainVerdict({ anchors: [root.der], chain, name: HOST })).toBe(verdict);
    expect(opensslTakes({ anchors: [root.der], chain, name: HOST })).toBe(verdict === "taken");
  });

  test("a CA between that has a name of its own outside is refused", () => {
    const root = ClientAuthority.root(allows("example.test"));
    const extensions = [CA, extension.alternativeNames(["DNS", "other.test"])];
    const issuer = root.intermediate({ extensions });
    const chain = [leafOf(issuer), ...issuer.chain];
    const whole = { anchors: [root.der], chain, name: HOST };
    expect(chainVerdict(whole)).toBe("X509_NAME_CONSTRAINT");
    expect(opensslTakes(whole)).toBe(false);
  });

  test("a CA that issued itself for a new key is exempt, and the end entity is not", () => {
    const subjectOfBoth = subject(["CN", "One CA, two keys"]);
    const root = ClientAuthority.root({ ...allows("example.test"), subject: subjectOfBoth });
    const extensions = [CA, extension.alternativeNames(["DNS", "other.test"])];
    const issuer = root.intermediate({ extensions, subject: subjectOfBoth });
    const chain = [leafOf(issuer), ...issuer.chain];
    expect(chainVerdict({ anchors: [root.der], chain, name: HOST })).toBe("taken");
    const names = extension.alternativeNames(["DNS", "other.test"]);
    const leaf = issuer.issue({ extensions: [names], subject: subjectOfBoth }).der;
    const bad = { anchors: [root.der], chain: [leaf, ...issuer.chain], name: "other.test" };
    expect(chainVerdict(bad)).toBe("X509_NAME_CONSTRAINT");
  });

  test("too many names against too many subtrees are refused in no time", () => {
    const subtrees = Array.from({ length: 700 }, (_, n): Alternative => ["DNS", `d${n}.test`]);
    const names = subtrees.map(([kind, value]): Alternative => [kind, `www.${value}`]);
    const whole = presented(
      "intermediate",
      { permitted: subtrees },
      { names, host: "www.d1.test" },
    );
    expect(chainVerdict(whole)).toBe("X509_LIMIT_EXCEEDED");
  });
});
