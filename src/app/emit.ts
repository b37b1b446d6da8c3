import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printSchema } from 'graphql';
import { PACKAGE_ROOT } from '../common/package-root.js';
import { permissionsMarkdown } from '../domain/permissions-table.js';
import { createSchema, sorted } from './schema.js';

/** `npm run emit`: writes the files of `schema/`, which are emitted from the code and committed. */
const folder = join(PACKAGE_ROOT, 'schema');
await writeFile(join(folder, 'schema.graphql'), `${printSchema(sorted(createSchema().schema))}\n`);
await writeFile(join(folder, 'permissions.md'), permissionsMarkdown());
