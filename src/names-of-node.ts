/**
 * Names that Node has everywhere, and a realm of jsdom's has not: the library's bundles for Node take
 * them from a module (esbuild's --inject).
 */
export { TextDecoder, TextEncoder } from "node:util";
