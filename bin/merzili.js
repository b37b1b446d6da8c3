#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Here before anything is built, or npx would keep in its cache that there is no such command.
const program = new URL('../dist/src/cli/merzili.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error(
    "error: merzili is not built yet: run 'npm ci', or 'npm run build' where it ran without scripts",
  );
  process.exitCode = 1;
}
