import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const manifest = z.object({ name: z.string() });

/** Path of a file of the data that ships with this package, from the sources and from the compiled ones. */
export function dataFile(name: string): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (!existsSync(path)) continue;
    const found = manifest.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (found.success && found.data.name === 'merzili') return join(folder, 'data', name);
  }
  throw new Error(`No package 'merzili' holds ${import.meta.dirname}`);
}
