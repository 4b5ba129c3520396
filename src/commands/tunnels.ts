/** Four programs in one bundle: most of what they are made of is the same. */
export { s6TlscIo } from "./s6-tlsc-io.ts";
export { s6TlsdIo } from "./s6-tlsd-io.ts";
export { s6Ucspitlsc } from "./s6-ucspitlsc.ts";
export { s6Ucspitlsd } from "./s6-ucspitlsd.ts";
