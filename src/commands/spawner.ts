import { spawner } from "../program/spawner.ts";

spawner(JSON.parse(process.argv[2] as string));
