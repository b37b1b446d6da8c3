import { DataSource } from 'typeorm';
import { dataSourceOptions } from './src/app/data-source.js';

const { DATABASE_URL = '', MERZILI_ROLE_PREFIX } = process.env;

/** The DataSource of the TypeORM command line; DATABASE_URL is the owner's connection. */
export default new DataSource(dataSourceOptions(DATABASE_URL, MERZILI_ROLE_PREFIX ?? null));
