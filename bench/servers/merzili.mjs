// Merzili as it ships, on the benchmark's database: tokens checked, rules and limits on.
import { fromProject } from '../project.mjs';
import { tellPort } from './listen.mjs';

const { startServer } = await fromProject('app/main.js');
const { readConfig } = await fromProject('common/config.js');
const server = await startServer(readConfig({ PORT: '0', ...process.env }), () => {});
tellPort(Number(new URL(server.url).port));
