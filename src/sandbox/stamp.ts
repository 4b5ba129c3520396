/** Written by make into both modules and into what uses them; vitest's own bundles have none. */
declare const BEARHUG_STAMP: string | undefined;

/** The custom section (WebAssembly core specification, appendix, "Custom Sections") that has it. */
const SECTION = "bearhug";

/** A module is not of the build that this code is of. */
class WrongStamp extends Error {}

/**
 * Modules and their host are one build: an export that is missing would be found out much later, one
 * that has another meaning never.
 *
 * @throws {WrongStamp} unless the module is of our build
 */
export function checkStamp(module: WebAssembly.Module): void {
  if (typeof BEARHUG_STAMP === "undefined") return;
  const found = stampOf(module);
  if (found !== BEARHUG_STAMP) {
    throw new WrongStamp(
      `it is ${found ?? "no module of bearhug"}, and ${BEARHUG_STAMP} is needed`,
    );
  }
}

/** ASCII; making a TextDecoder would take two milliseconds of every start. */
function stampOf(module: WebAssembly.Module): string | null {
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  return section === undefined ? null : String.fromCharCode(...new Uint8Array(section));
}
