import { DataSource } from 'typeorm';
import { dataSourceOptions } from './src/app/data-source.js';

/** The DataSource of the TypeORM command line; DATABASE_URL is the owner's connection. */
export default new DataSource(dataSourceOptions(process.env.DATABASE_URL ?? ''));
