import { isIP } from 'node:net';

const LOOPBACK_ADDRESS = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i;

/** Whether an address, or the name `localhost`, reaches this machine alone. */
export function isLoopback(host: string | undefined): boolean {
  if (host === undefined) return false;
  return host === 'localhost' || (isIP(host) !== 0 && LOOPBACK_ADDRESS.test(host));
}
