import { expect, it } from 'vitest';
import { createDisposalStack } from '../../src/app/disposal-stack.js';

it('stops what was opened last first, once, and goes on after a failure', async () => {
  const stopped: string[] = [];
  const stack = createDisposalStack();
  stack.defer(() => void stopped.push('database'));
  stack.defer(async () => {
    throw new Error('metrics');
  });
  stack.defer(async () => {
    await Promise.resolve();
    stopped.push('http');
  });
  await expect(stack.dispose()).rejects.toThrow('metrics');
  await stack.dispose();
  expect(stopped).toEqual(['http', 'database']);
});

it('calls the rest without waiting after the limit, and what is added later at once', async () => {
  const stopped: string[] = [];
  const stack = createDisposalStack(20);
  stack.defer(() => void stopped.push('database'));
  stack.defer(() => new Promise(() => {}));
  await stack.dispose();
  stack.defer(() => void stopped.push('late'));
  expect(stopped).toEqual(['database', 'late']);
});
