#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Committed, not built: npx caches that a command is missing if it is absent at install time.
const program = new URL('../dist/src/cli/merzili.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error(
    "error: merzili is not built yet: run 'npm ci', or 'npm run build' after an install without scripts",
  );
  process.exitCode = 1;
}
