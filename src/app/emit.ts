import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printSchema } from 'graphql';
import { PACKAGE_ROOT } from '../common/package-root.js';
import { permissionsMarkdown } from '../domain/permissions-table.js';
import { createSchema, sorted } from './schema.js';

/** Writes what is emitted from the code and committed: `npm run emit`. */
const folder = join(PACKAGE_ROOT, 'schema');
await writeFile(join(folder, 'schema.graphql'), `${printSchema(sorted(createSchema().schema))}\n`);
await writeFile(join(folder, 'permissions.md'), permissionsMarkdown());
