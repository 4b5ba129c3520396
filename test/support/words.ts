/** The words of a piece of command line, which has no quotes in it. */
export function words(line: string): string[] {
  return line.split(" ").filter((word) => word !== "");
}
