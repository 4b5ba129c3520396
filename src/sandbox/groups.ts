/** Groups in which keys are exchanged, the best first: NamedGroups of RFC 8446, 4.2.7, and RFC 10024. */
const GROUPS = {
  X25519MLKEM768: 0x11ec,
  X25519: 0x001d,
  secp256r1: 0x0017,
  secp384r1: 0x0018,
  secp521r1: 0x0019,
} as const;

/** OpenSSL's, and so Node's, other names of them. */
const ALIASES: Readonly<Record<string, keyof typeof GROUPS>> = {
  "P-256": "secp256r1",
  prime256v1: "secp256r1",
  "P-384": "secp384r1",
  "P-521": "secp521r1",
};

/** For the manual and for complaints. */
export const GROUP_NAMES: readonly string[] = Object.keys(GROUPS);

/**
 * The numbers of the groups in a list such as `X25519MLKEM768:X25519`.
 *
 * @returns null if a name of it is none, or is there twice
 */
export function groupsNamed(list: string): readonly number[] | null {
  const numbers = list.split(":").map(numberOf);
  if (numbers.includes(undefined) || new Set(numbers).size < numbers.length) return null;
  return numbers.flatMap((number) => number ?? []);
}

/** null for 0, which is none. */
export function groupName(number: number): string | null {
  return Object.entries(GROUPS).find(([, one]) => one === number)?.[0] ?? null;
}

function numberOf(name: string): number | undefined {
  const groups = new Map<string, number>(Object.entries(GROUPS));
  return groups.get(Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name);
}
