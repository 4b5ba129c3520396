import { describe, expect, test } from "vitest";
import {
  type CommandLine,
  never,
  parse,
  UsageError,
  unsigned,
  usage,
} from "../../src/cli/options.ts";

/** Command lines are read as POSIX getopt reads them, with long forms besides. */

interface Settings {
  loud: boolean;
  count: string;
  name: string;
  seen: string[];
}

const line: CommandLine<Settings> = {
  groups: [
    [
      {
        short: "l",
        long: "loud",
        about: "Loud.",
        apply: (s) => void set(s, "l", { loud: true }),
        spell: never,
      },
      {
        short: "q",
        long: "quiet",
        about: "Quiet.",
        apply: (s) => set(s, "q", { loud: false }),
        spell: never,
      },
    ],
    [
      {
        short: "n",
        long: "count",
        value: "number",
        about: "A number.",
        apply: (s, count) => set(s, "n", { count: String(unsigned(count)) }),
        spell: never,
      },
    ],
    [
      {
        long: "name",
        value: "text",
        about: "A name.",
        apply: (s, name) => set(s, "name", { name }),
        spell: never,
      },
    ],
  ],
  operands: "prog...",
};

function set(settings: Settings, option: string, change: Partial<Settings>): void {
  settings.seen.push(option);
  Object.assign(settings, change);
}

function read(...args: string[]) {
  const settings: Settings = { loud: false, count: "", name: "", seen: [] };
  const operands = parse(line, args, settings);
  return { ...settings, operands };
}

function complaintAbout(...args: string[]): string {
  try {
    read(...args);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  return "none";
}

describe("options", () => {
  test("may be none", () => {
    expect(read()).toEqual({ loud: false, count: "", name: "", seen: [], operands: [] });
  });

  test("may stand alone or in a cluster", () => {
    expect(read("-l", "-q").seen).toEqual(["l", "q"]);
    expect(read("-lq").seen).toEqual(["l", "q"]);
    expect(read("-lqlql").seen).toEqual(["l", "q", "l", "q", "l"]);
  });

  test("that exclude each other: the last one wins", () => {
    expect(read("-l", "-q").loud).toBe(false);
    expect(read("-q", "-l").loud).toBe(true);
    expect(read("-n1", "-n2").count).toBe("2");
    expect(read("--name=a", "--name", "b").name).toBe("b");
    expect(read("-q", "--loud").loud).toBe(true);
  });

  test("have long forms", () => {
    expect(read("--loud", "--count=3", "--name", "x")).toMatchObject({
      loud: true,
      count: "3",
      name: "x",
    });
  });
});

describe("a value", () => {
  test("may be attached to a short option or follow it", () => {
    expect(read("-n5").count).toBe("5");
    expect(read("-n", "5").count).toBe("5");
  });

  test("may end a cluster", () => {
    expect(read("-ln5")).toMatchObject({ loud: true, count: "5" });
    expect(read("-ln", "5")).toMatchObject({ loud: true, count: "5", operands: [] });
  });

  test("takes the rest of its cluster, whatever it is", () => {
    expect(complaintAbout("-nl")).toBe("-n: not an unsigned integer: l");
    expect(complaintAbout("-n=5")).toBe("-n: not an unsigned integer: =5");
  });

  test("follows a long option after an equals sign, or as the next argument", () => {
    expect(read("--name=a=b").name).toBe("a=b");
    expect(read("--name", "a=b").name).toBe("a=b");
  });

  test("may look like an option, as in getopt", () => {
    expect(read("--name", "-l")).toMatchObject({ name: "-l", loud: false });
    expect(read("--name=-l")).toMatchObject({ name: "-l", loud: false });
    expect(read("--name", "--")).toMatchObject({ name: "--", operands: [] });
    expect(complaintAbout("-n", "-1")).toBe("-n: not an unsigned integer: -1");
  });

  test("may be empty when it is given so", () => {
    expect(read("--name=")).toMatchObject({ name: "", seen: ["name"] });
    expect(read("--name", "")).toMatchObject({ name: "", seen: ["name"] });
    expect(complaintAbout("-n", "")).toBe("-n: not an unsigned integer: ");
  });

  test("that is missing is said to be", () => {
    expect(complaintAbout("-n")).toBe("-n needs a value: number");
    expect(complaintAbout("-ln")).toBe("-n needs a value: number");
    expect(complaintAbout("--name")).toBe("--name needs a value: text");
  });

  test("is nothing for a flag", () => {
    expect(complaintAbout("--loud=yes")).toBe("--loud takes no value");
    expect(complaintAbout("--loud=")).toBe("--loud takes no value");
  });
});

describe("operands", () => {
  test("begin at the first argument that is no option, and are not looked at", () => {
    expect(read("-l", "prog", "-q", "--", "-x")).toMatchObject({
      loud: true,
      operands: ["prog", "-q", "--", "-x"],
    });
  });

  test("begin after --, which may be followed by nothing", () => {
    expect(read("--", "-l")).toMatchObject({ loud: false, operands: ["-l"] });
    expect(read("-l", "--", "--", "a")).toMatchObject({ loud: true, operands: ["--", "a"] });
    expect(read("--").operands).toEqual([]);
  });

  test("may be a lone dash, or empty", () => {
    expect(read("-", "-l").operands).toEqual(["-", "-l"]);
    expect(read("", "-l").operands).toEqual(["", "-l"]);
  });
});

describe("what is no option", () => {
  test.each([
    [["-x"], "-x"],
    [["-lx"], "-x"],
    [["--verbose"], "--verbose"],
    [["--lou"], "--lou"],
    [["--verbose=3"], "--verbose"],
    [["-L"], "-L"],
    [["--no-loud"], "--no-loud"],
    [["--l"], "--l"],
    [["--__proto__"], "--__proto__"],
    [["--constructor"], "--constructor"],
  ])("is named: %s", (args, name) => {
    expect(complaintAbout(...args)).toBe(`unknown option ${name}`);
  });

  test("is not looked for behind the first operand", () => {
    expect(complaintAbout("prog", "-x")).toBe("none");
  });

  test("doesn't hide what came before it", () => {
    expect(complaintAbout("-n", "abc", "-x")).toBe("-n: not an unsigned integer: abc");
  });
});

describe("an unsigned integer", () => {
  test.each([
    ["0", 0],
    ["007", 7],
    ["500", 500],
    ["4294967295", 4294967295],
  ])("may be %s", (text, value) => {
    expect(unsigned(text)).toBe(value);
  });

  test.each(["", " ", " 5", "5 ", "+5", "-5", "5.0", "1e3", "0x10", "abc", "\u0665", "4294967296"])(
    "can't be %j",
    (text) => {
      expect(() => unsigned(text)).toThrow(new UsageError(`not an unsigned integer: ${text}`));
    },
  );
});

describe("the usage line", () => {
  test("shows the groups, short forms first, and the operands", () => {
    expect(usage("it", line)).toBe("it [ -l | -q ] [ -n number ] [ --name text ] [ -- ] prog...");
  });
});

describe("an error of the program's own", () => {
  test("in an option is passed on as it is", () => {
    const failure = new RangeError("a defect");
    const broken: CommandLine<object> = {
      groups: [
        [
          {
            long: "broken",
            about: "Broken.",
            apply: () => {
              throw failure;
            },
            spell: never,
          },
        ],
      ],
      operands: "",
    };
    expect(() => parse(broken, ["--broken"], {})).toThrow(failure);
  });
});
